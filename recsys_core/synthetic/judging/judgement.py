"""What generated people are worth as stand-ins: are they like real ones, other groups, or copies of them?"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted
from recsys_core.errors import DataError
from recsys_core.synthetic.judging.bias import Bias, bias
from recsys_core.synthetic.judging.copies import Copies, copies
from recsys_core.synthetic.judging.pair import Pair
from recsys_core.synthetic.judging.quality import Quality, quality
from recsys_core.types import Json


@dataclass(frozen=True)
class Judgement:
    """What can be told without training anything.

    Attributes:
        people, events: of the real data that were learned from, and of the generated ones.
    """

    quality: Quality
    bias: Bias
    copies: Copies
    people: tuple[int, int]
    events: tuple[int, int]

    def verdict(self) -> list[str]:
        """A few sentences for people: on the likeness, on copies, on drifts. Names of groups are text from outside."""
        return [self._likeness(), *self._untold(), self._copying(), self._drifting()]

    def _likeness(self) -> str:
        told = [aspect for aspect in self.quality.aspects if aspect.can_be_told]
        alike = [aspect.title.lower() for aspect in told if aspect.is_alike]
        off = [aspect.title.lower() for aspect in told if not aspect.is_alike]
        if not told:
            return "Whether it looks like the real data cannot be told."
        if not off:
            return f"Looks like the real data in all {counted(len(told), 'respect')} that can be told."
        if len(off) < len(told) / 2:
            return f"Looks like the real data in {len(alike)} of {len(told)} respects, not in {_and(off)}."
        return f"Does not look like the real data{f' but for {_and(alike)}' if alike else ''}."

    def _untold(self) -> list[str]:
        """In which respects even halves of the real people are unlike, if in any."""
        untold = [aspect.title.lower() for aspect in self.quality.aspects if not aspect.can_be_told]
        return [f"Too few real people to tell: {_and(untold)}."] if untold else []

    def _copying(self) -> str:
        found, looked_at = len(self.copies.found), self.copies.looked_at
        if not looked_at:
            return "Whether anybody was copied cannot be told: all histories are too short."
        if not found:
            return f"None of {looked_at:,} generated people is a copy of a real one."
        much = "no more than is asked" if self.copies.is_good else "too many: real people can be found again in it"
        are = "is a copy of a real one" if found == 1 else "are copies of real ones"
        return f"{found:,} of {looked_at:,} generated people ({self.copies.share:.1%}) {are}, {much}."

    def _drifting(self) -> str:
        if not self.bias.certain:
            return "No drift of groups or of the concentration on popular items goes beyond chance."
        largest = sorted(self.bias.certain, key=lambda drift: -abs(drift.change))[:3]
        return f"Drifts beyond chance: {'; '.join(drift.words for drift in largest)}."

    def as_json(self) -> Json:
        """Plain data, charts and all; finite numbers, text, lists."""
        return {
            "people": list(self.people),
            "events": list(self.events),
            "quality": self.quality.as_json(),
            "bias": self.bias.as_json(),
            "copies": self.copies.as_json(),
            "verdict": self.verdict(),
        }

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What :meth:`as_json` gave."""
        people, events = ((int(about[name][0]), int(about[name][1])) for name in ("people", "events"))
        parts = Quality.from_json(about["quality"]), Bias.from_json(about["bias"]), Copies.from_json(about["copies"])
        return cls(*parts, people, events)


def judge(real: Dataset, synthetic: Dataset, seed: int) -> Judgement:
    """Compare generated people with those whom their generator learned from.

    Args:
        real: the training part that was learned from; synthetic: what was generated.
        seed: of what is drawn where looking at everybody would take too long, and of shufflings.

    Raises:
        DataError: one of the two has no events.
    """
    for side in (real, synthetic):
        if not len(side.interactions):
            raise DataError(f"Nobody in {side.name!r} did anything.", "Generate more people.", "no-events")
    pair = Pair.of(real, synthetic)
    active = pair.active()
    about, about_synthetic = (
        data.user_table.iloc[np.flatnonzero(side.lengths())]
        for data, side in zip((real, synthetic), pair.sides, strict=True)
    )
    return Judgement(
        quality(active, seed),
        bias(active, about, about_synthetic, seed),
        copies(pair, real.user_ids, synthetic.user_ids, np.random.default_rng(seed)),
        (real.n_users, synthetic.n_users),
        (len(real.interactions), len(synthetic.interactions)),
    )


def _and(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
