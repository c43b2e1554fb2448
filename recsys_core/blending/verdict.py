"""Whether a blend is worth having, as a figure, as plain data and as a sentence."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, ConfigDict

from recsys_core.metrics import metric_label
from recsys_core.models.blend import Mixture, blend_title
from recsys_core.statistics.estimates import PerUser
from recsys_core.statistics.paired import paired_difference

UNREAD = 0.005  # smaller weights would be read as 0


class Gain(BaseModel):
    """By how much something is better than something else; positive is better, whatever the metric."""

    model_config = ConfigDict(frozen=True)

    value: float
    low: float
    high: float

    @classmethod
    def over(cls, mine: PerUser, other: PerUser, sign: int, seed: int = 0) -> Self | None:
        """With its 95 % interval over resampled people, the same ones for both; None for fewer than ten.

        Args:
            mine, other: figures of both, compared for the people whom both have.
            sign: 1 where higher figures are better, −1 where lower ones are.
            seed: of the resampling.
        """
        found = paired_difference(mine, other, seed)
        if found.low is None or found.high is None:
            return None
        low, high = sorted((sign * found.low, sign * found.high))
        return cls(value=sign * found.value, low=low, high=high)

    @property
    def is_certain(self) -> bool:
        """Whether the whole 95 % interval lies above zero."""
        return self.low > 0

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


class Verdict(BaseModel):
    """What cross-fitting over validation people says about a blend.

    Attributes:
        titles: of the models that it may be made of.
        metric: "ndcg@10", or "rmse" where all of them predict ratings.
        people: who judged.
        groups: weights for all models, learned from all of these people; one for each group of people.
        cuts: with how many known events the second group begins, and the third; none where all people share weights.
        best: position of the best single model.
        value: of the blend, each person judged with weights that were learned from others.
        best_value: of the best model, of the same people.
        gain: of the blend over the best model.
        group_gain: of weights for each group over common ones; None where there are too few people to tell.
    """

    model_config = ConfigDict(frozen=True)

    titles: tuple[str, ...]
    metric: str
    people: int
    groups: tuple[Mixture, ...]
    cuts: tuple[int, ...]
    best: int
    value: float
    best_value: float
    gain: Gain
    group_gain: Gain | None

    @property
    def used(self) -> list[int]:
        """Positions of the models that count for anybody."""
        return [place for place in range(len(self.titles)) if any(group.weights[place] for group in self.groups)]

    @property
    def offered(self) -> bool:
        """Only what certainly beats its best member is worth having."""
        return self.gain.is_certain and len(self.used) > 1

    @property
    def sentence(self) -> str:
        """What to know before keeping it, or why not to."""
        best, metric = self.titles[self.best], metric_label(self.metric)
        if not self.offered:
            outcome = f"gains {self.gain}" if len(self.used) > 1 else f"is {self.titles[self.used[0]]} alone"
            return (
                f"No blend of {in_a_row(self.titles)} beats {best}, which has {metric} {self.best_value:.4f} on "
                f"validation {self._of_what}: the best one {outcome}. Keep {best}."
            )
        verb = "has" if self.metric == "rmse" else "finds"
        less = "more" if self.value > self.best_value else "less"
        found = f"{metric} {self.value:.4f} on validation {self._of_what}, {self.gain} {less} than {best} alone."
        if not self.cuts:
            return f"A blend of {self._weighted(self.groups[0])} {verb} {found}"
        title = blend_title(self.titles[place] for place in self.used)
        parts = "; ".join(
            f"{who}: {self._weighted(group)}" for who, group in zip(self._who(), self.groups, strict=True)
        )
        return (
            f"A {title[0].lower()}{title[1:]} {verb} {found} "
            f"Weights differ by how many events of a person are known, which gains {self.group_gain}: {parts}."
        )

    @property
    def _of_what(self) -> str:
        return "ratings" if self.metric == "rmse" else "people"

    def _weighted(self, group: Mixture) -> str:
        return in_a_row(
            [
                f"{self.titles[place]} ({round(group.weights[place], 2):g})"
                for place in self.used
                if group.weights[place] >= UNREAD
            ]
        )

    def _who(self) -> list[str]:
        """The groups in words."""
        starts = [None, *self.cuts]
        ends = [*(cut - 1 for cut in self.cuts), None]
        return [
            f"up to {end:,}" if start is None else f"{start:,} or more" if end is None else f"{start:,} to {end:,}"
            for start, end in zip(starts, ends, strict=True)
        ]


def in_a_row(words: Sequence[str]) -> str:
    """a, b and c."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))
