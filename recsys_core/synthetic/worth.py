"""Whether generated people are worth having: judged on real people alone, with and without them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from recsys_core.data.findings import counted
from recsys_core.metrics import metric_label
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.statistics.leads import lead, share_of
from recsys_core.statistics.seeds import mean_over_seeds
from recsys_core.synthetic.arms import POPULARITY, PRETRAINED, REAL, SYNTHETIC, Point, added
from recsys_core.synthetic.attacks.membership import Membership, Scores
from recsys_core.transfer.evidence import Failure
from recsys_core.transfer.measuring import JUDGED_BY
from recsys_core.types import Json


@dataclass(frozen=True)
class Worth:
    """All points that were measured so far; what cannot be told yet is None.

    Attributes:
        arms: all that are asked for, in order.
        attacks: on halves of the people.
    """

    arms: tuple[str, ...]
    points: Sequence[Point]
    failures: Sequence[Failure] = ()
    attacks: Sequence[Scores] = ()

    @cached_property
    def shares(self) -> list[float]:
        """Those of which every arm was tried with at least one seed, and the real people were measured, ascending."""
        tried = {(one.about.share, one.about.arm) for one in self.points}
        measured = {share for share, arm in tried if arm == REAL}
        tried |= {(one.share, one.arm) for one in self.failures}
        return sorted(share for share in measured if all((share, arm) in tried for arm in self.arms))

    def of(self, arm: str, share: float) -> dict[int, Point]:
        """Seed → point."""
        return {one.about.seed: one for one in self.points if (one.about.arm, one.about.share) == (arm, share)}

    def events(self, share: float) -> int:
        """Real events that are learned from at a share, on average over seeds."""
        return round(float(np.mean([one.about.events for one in self.of(REAL, share).values()])))

    def curve(self, metric: str = JUDGED_BY) -> pd.DataFrame:
        """A row for each arm and share: arm, share, events, people, value, low, high, seeds; intervals over people."""
        rows = []
        for share in self.shares:
            for arm in self.arms:
                points = list(self.of(arm, share).values())
                if not points:
                    continue
                mean = mean_over_seeds([point.per_user[metric] for point in points])
                low, high = bootstrap({metric: mean}, 0)[metric]
                people = round(float(np.mean([point.about.people for point in points])))
                rows.append((arm, share, self.events(share), people, mean.value(), low, high, len(points)))
        return pd.DataFrame(rows, columns=["arm", "share", "events", "people", "value", "low", "high", "seeds"])

    def lead(self, share: float, arm: str, over: str, metric: str = JUDGED_BY) -> Estimate | None:
        """By how much an arm is better than another one, over the same people and the seeds that both have."""
        asked = share, arm, over, metric
        if asked not in self._leads:
            sides = self._sides(*asked)
            self._leads[asked] = None if sides is None else lead(*sides)
        return self._leads[asked]

    @cached_property
    def _leads(self) -> dict[tuple[float, str, str, str], Estimate | None]:
        """What was worked out before, because people are resampled for it."""
        return {}

    def kept(self, share: float, arm: str = SYNTHETIC, metric: str = JUDGED_BY) -> Estimate | None:
        """What part of the figure of the real people alone an arm comes to."""
        sides = self._sides(share, arm, REAL, metric)
        return None if sides is None else share_of(*sides)

    def _sides(self, share: float, arm: str, over: str, metric: str) -> tuple[list[PerUser], list[PerUser]] | None:
        mine, theirs = self.of(arm, share), self.of(over, share)
        seeds = sorted(mine.keys() & theirs.keys())
        if not seeds:
            return None
        one, other = ([side[seed].per_user[metric] for seed in seeds] for side in (mine, theirs))
        return one, other

    def rival(self, share: float, metric: str = JUDGED_BY) -> str:
        """What is best without generated people."""
        return max(
            (arm for arm in (REAL, POPULARITY) if self.of(arm, share)), key=lambda arm: self._mean(arm, share, metric)
        )

    def _mean(self, arm: str, share: float, metric: str) -> float:
        return float(np.mean([point.per_user[metric].value() for point in self.of(arm, share).values()]))

    def best_addition(self, share: float) -> str | None:
        """How many people to add, as the validation events say; the fewest where there are none of these."""
        arms = [arm for arm in self.arms if added(arm) is not None and self.of(arm, share)]
        return max(arms, key=lambda arm: self._validation(arm, share), default=None)

    def _validation(self, arm: str, share: float) -> float:
        known = [point.about.validation for point in self.of(arm, share).values()]
        return float(np.mean([value for value in known if value is not None])) if None not in known else 0.0

    def ways(self, share: float) -> list[str]:
        """How generated people may help real ones: added as validation says, or learned from first."""
        best = self.best_addition(share)
        return [*([] if best is None else [best]), *([PRETRAINED] if self.of(PRETRAINED, share) else [])]

    def helps(self, metric: str = JUDGED_BY) -> list[tuple[float, str]]:
        """Shares and ways that are surely better than the best without generated people."""
        return [
            (share, way)
            for share in self.shares
            for way in self.ways(share)
            if self._sign(share, way, self.rival(share, metric), metric) > 0
        ]

    def harms(self, metric: str = JUDGED_BY) -> list[tuple[float, str]]:
        """Shares and ways that are surely worse than the real people alone."""
        return [
            (share, way)
            for share in self.shares
            for way in self.ways(share)
            if self._sign(share, way, REAL, metric) < 0
        ]

    def _sign(self, share: float, arm: str, over: str, metric: str) -> int:
        found = self.lead(share, arm, over, metric)
        return 0 if found is None or not found.is_certain else int(np.sign(found.value))

    @cached_property
    def membership(self) -> Membership | None:
        """What the attacks so far tell of single people, all of them together; None where there was none."""
        return Membership.pool(self.attacks) if self.attacks else None

    def before_and_after(self, metric: str = JUDGED_BY) -> tuple[PerUser, PerUser] | None:
        """Figures of single people at the largest share: the real people alone, and the best addition.

        None where there is no addition.
        """
        best = self.best_addition(self.shares[-1]) if self.shares else None
        sides = None if best is None else self._sides(self.shares[-1], REAL, best, metric)
        return None if sides is None else (mean_over_seeds(sides[0]), mean_over_seeds(sides[1]))

    def verdict(self, metric: str = JUDGED_BY) -> str:
        """Whether to use generated people, in a few sentences for people."""
        if not self.shares:
            return "Nothing has been measured to the end yet."
        privacy = "" if self.membership is None else self.membership.verdict()
        parts = (self._beside(metric), self._harm(metric), self.instead(metric), privacy)
        return " ".join(part for part in parts if part)

    def _beside(self, metric: str) -> str:
        helps, label = self.helps(metric), metric_label(metric)
        if not any(self.ways(share) for share in self.shares):
            return "Whether generated people help beside real ones was not measured."
        if not helps:
            if len(self.shares) > 1:
                return f"Not worth it: at no amount of real data are generated people surely a help by {label}."
            where = self._data(self.shares[0])
            return f"Not worth it: with {where}, generated people are not surely a help by {label}."
        share, way = helps[0]
        rival = self.rival(share, metric)
        found = self.lead(share, way, rival, metric)
        assert found is not None
        where = " and ".join(self._data(one) for one in dict.fromkeys(share for share, _ in helps))
        return (
            f"Worth it with {where}. With {self._data(share)}, {arm_in_a_sentence(way)} is ahead of "
            f"{arm_in_a_sentence(rival)} by {in_brackets(found)} {label}."
        )

    def _harm(self, metric: str) -> str:
        return " ".join(
            f"It does harm with {self._data(share)}: {arm_in_a_sentence(way)} is surely worse than without them."
            for share, way in self.harms(metric)
        )

    def instead(self, metric: str = JUDGED_BY) -> str:
        """What generated people are worth in place of the real ones, in a sentence; "" where that was not measured."""
        share = self.shares[-1]
        kept, popularity = self.kept(share, SYNTHETIC, metric), self.kept(share, POPULARITY, metric)
        if kept is None or popularity is None:
            return ""
        interval = "" if kept.low is None else f" [{kept.low:.0%}, {kept.high:.0%}]"
        return (
            f"A model that has learned from generated people alone keeps {kept.value:.0%}{interval} of the "
            f"{metric_label(metric)} that the real ones give; popularity alone {popularity.value:.0%}."
        )

    def _data(self, share: float) -> str:
        return f"{counted(self.events(share), 'real event')}"

    def as_json(self, metric: str = JUDGED_BY) -> Json:
        """Everything that was found, as plain data."""
        leads = [
            {"share": share, "arm": arm, "over": over, **vars(found)}
            for share in self.shares
            for arm in [SYNTHETIC, *self.ways(share)]
            for over in (REAL, POPULARITY)
            if (found := self.lead(share, arm, over, metric)) is not None
        ]
        kept = [
            {"share": share, "arm": arm, **vars(found)}
            for share in self.shares
            for arm in (SYNTHETIC, POPULARITY)
            if (found := self.kept(share, arm, metric)) is not None
        ]
        return {
            "metric": metric,
            "curve": [
                {name: None if value != value else value for name, value in row.items()}  # NaN is no JSON
                for row in self.curve(metric).to_dict("records")
            ],
            "leads": leads,
            "kept": kept,
            "best_additions": {f"{share:g}": self.best_addition(share) for share in self.shares},
            "helps": self.helps(metric),
            "harms": self.harms(metric),
            "failures": [vars(one) for one in self.failures],
            "membership": None if self.membership is None else self.membership.as_json(),
            "verdict": self.verdict(metric),
        }


def in_brackets(found: Estimate) -> str:
    """A lead with its interval."""
    interval = "" if found.low is None else f" [{found.low:+.3f}, {found.high:+.3f}]"
    return f"{found.value:+.3f}{interval}"


def arm_in_a_sentence(arm: str) -> str:
    """An arm as it is read in the middle of a sentence."""
    share = added(arm)
    return _WORDS[arm] if share is None else f"learning from {share:.0%} as many generated people beside the real ones"


_WORDS = {
    REAL: "learning from the real people alone",
    POPULARITY: "popularity",
    SYNTHETIC: "learning from generated people alone",
    PRETRAINED: "learning from generated people first",
}
