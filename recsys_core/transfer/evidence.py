"""What learning curves say: does the transfer help, from how many events on, and whom?"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from recsys_core.data.findings import counted
from recsys_core.metrics import metric_label
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.statistics.leads import lead
from recsys_core.statistics.seeds import mean_over_seeds
from recsys_core.transfer.measuring import ARMS, JUDGED_BY, SCRATCH, TRANSFER, Measured
from recsys_core.types import Int32, Json

IN_A_SENTENCE = {"scratch": "training from scratch", "popularity": "popularity", "ease": "EASE"}


@dataclass(frozen=True)
class Point:
    """What was measured.

    Attributes:
        per_user: the figures of each person.
        lists: Int32[n, K], what each of these people was shown, best first; None where that was not kept.
    """

    about: Measured
    per_user: dict[str, PerUser]
    lists: Int32 | None = None


@dataclass(frozen=True)
class Failure:
    """What could not be measured, and why in words."""

    arm: str
    share: float
    seed: int
    reason: str


@dataclass(frozen=True)
class SpeedUp:
    """How soon the transfer is as good on the validation events as training from scratch becomes at its best.

    Attributes:
        seconds, epochs: of the transfer until then; None where it never is.
        scratch_seconds, scratch_epochs: until the best epoch from scratch.
    """

    seconds: float | None
    epochs: int | None
    scratch_seconds: float
    scratch_epochs: int


@dataclass(frozen=True)
class Evidence:
    """All points that were measured so far; what cannot be told yet is None."""

    points: Sequence[Point]
    failures: Sequence[Failure] = ()

    @cached_property
    def shares(self) -> list[float]:
        """Those of which every arm was tried with at least one seed, and the transfer and another one were measured,
        ascending."""
        measured: dict[float, set[str]] = {}
        for point in self.points:
            measured.setdefault(point.about.share, set()).add(point.about.arm)
        failed = {(one.share, one.arm) for one in self.failures}
        return sorted(
            share
            for share, arms in measured.items()
            if TRANSFER in arms and len(arms) > 1 and all(arm in arms or (share, arm) in failed for arm in ARMS)
        )

    def events(self, share: float) -> int:
        """Events of the target at a share, on average over seeds."""
        return round(float(np.mean([one.about.events for one in self.points if one.about.share == share])))

    def of(self, arm: str, share: float) -> dict[int, Point]:
        """Seed → point."""
        return {one.about.seed: one for one in self.points if (one.about.arm, one.about.share) == (arm, share)}

    def curve(self, metric: str = JUDGED_BY) -> pd.DataFrame:
        """A row for each arm and share: arm, share, events, value, low, high, seeds; intervals over people."""
        rows = []
        for share in self.shares:
            for arm in ARMS:
                points = self.of(arm, share)
                if not points:
                    continue
                mean = mean_over_seeds([point.per_user[metric] for point in points.values()])
                low, high = bootstrap({metric: mean}, 0)[metric]
                rows.append((arm, share, self.events(share), mean.value(), low, high, len(points)))
        return pd.DataFrame(rows, columns=["arm", "share", "events", "value", "low", "high", "seeds"])

    @cached_property
    def _leads(self) -> dict[tuple[float, str, str], Estimate | None]:
        """What was worked out before, because people are resampled for it."""
        return {}

    def lead(self, share: float, over: str, metric: str = JUDGED_BY) -> Estimate | None:
        """By how much the transfer is better than an arm, over the same people and the seeds that both have."""
        asked = share, over, metric
        if asked not in self._leads:
            self._leads[asked] = self._measure_lead(*asked)
        return self._leads[asked]

    def _measure_lead(self, share: float, over: str, metric: str) -> Estimate | None:
        mine, theirs = self.of(TRANSFER, share), self.of(over, share)
        seeds = sorted(mine.keys() & theirs.keys())
        if not seeds:
            return None
        return lead(*([side[seed].per_user[metric] for seed in seeds] for side in (mine, theirs)))

    def rival(self, share: float, metric: str = JUDGED_BY) -> str:
        """The best arm but the transfer at a share."""
        means = {
            arm: float(np.mean([point.per_user[metric].value() for point in self.of(arm, share).values()]))
            for arm in ARMS
            if arm != TRANSFER and self.of(arm, share)
        }
        return max(means, key=means.__getitem__)

    def helps(self, metric: str = JUDGED_BY) -> list[float]:
        """Shares at which the transfer is surely better than the best other arm."""
        return [share for share in self.shares if self._sign(share, self.rival(share, metric), metric) > 0]

    def harms(self, metric: str = JUDGED_BY) -> list[float]:
        """Shares at which the transfer is surely worse than training from scratch: negative transfer."""
        return [share for share in self.shares if self._sign(share, SCRATCH, metric) < 0]

    def _sign(self, share: float, over: str, metric: str) -> int:
        lead = self.lead(share, over, metric)
        return 0 if lead is None or not lead.is_certain else int(np.sign(lead.value))

    def break_even(self, metric: str = JUDGED_BY) -> int | None:
        """Events until which the transfer is ahead: where its lead over the best other arm first reaches zero after
        the last share at which it is sure, between two shares by a straight line over the logarithm of events.

        None where it surely leads nowhere, or leads to the end. What rises above zero later by chance does not count.
        """
        helps = self.helps(metric)
        if not helps:
            return None
        leads = [(share, self.lead(share, self.rival(share, metric), metric)) for share in self.shares]
        known = [(self.events(share), lead.value) for share, lead in leads if lead is not None and share >= helps[-1]]
        end = next((place for place, (_, value) in enumerate(known) if value <= 0), None)
        if end is None:
            return None
        (left, above), (right, below) = known[end - 1], known[end]
        part = above / (above - below)
        return round(float(np.expm1(np.log1p(left) + part * (np.log1p(right) - np.log1p(left)))))

    def speed_up(self) -> SpeedUp | None:
        """At the largest share, on average over seeds; None where validation figures are missing, as they are of what
        was taken over as it is, or learned from both at once."""
        if not self.shares:
            return None
        share = self.shares[-1]
        found = []
        for seed, scratch in self.of(SCRATCH, share).items():
            mine = self.of(TRANSFER, share).get(seed)
            if mine is None or not mine.about.curve or not scratch.about.curve:
                continue
            best = max(value for _, value in scratch.about.curve)
            there = next(n for n, (_, value) in enumerate(scratch.about.curve) if value >= best)
            reached = next((n for n, (_, value) in enumerate(mine.about.curve) if value >= best), None)
            found.append((reached, mine.about.curve, there, scratch.about.curve))
        if not found:
            return None
        scratch_seconds = float(np.mean([curve[there][0] for _, _, there, curve in found]))
        scratch_epochs = round(float(np.mean([there + 1 for _, _, there, _ in found])))
        if any(reached is None for reached, *_ in found):
            return SpeedUp(None, None, scratch_seconds, scratch_epochs)
        return SpeedUp(
            float(np.mean([curve[reached][0] for reached, curve, _, _ in found if reached is not None])),
            round(float(np.mean([reached + 1 for reached, *_ in found if reached is not None]))),
            scratch_seconds,
            scratch_epochs,
        )

    def verdict(self, metric: str = JUDGED_BY) -> str:
        """Whether to transfer, in a few sentences for people."""
        return f"{self.advice(metric)} {self.alarm(metric)}".strip()

    def alarm(self, metric: str = JUDGED_BY) -> str:
        """Where the transfer does harm, in a sentence; "" where it does none."""
        harms = [f"{self.events(share):,}" for share in self.harms(metric)]
        if not harms:
            return ""
        return f"It does harm with {' and '.join(harms)} events: training from scratch is surely better there."

    def advice(self, metric: str = JUDGED_BY) -> str:
        """The verdict without the alarm."""
        if not self.shares:
            return "Nothing has been measured to the end yet."
        helps = self.helps(metric)
        sentences = [self._when(helps, metric)]
        if helps:
            share = helps[len(helps) // 2]
            rival = self.rival(share, metric)
            lead = self.lead(share, rival, metric)
            assert lead is not None
            sentences.append(
                f"With {counted(self.events(share), 'event')} it is ahead of {IN_A_SENTENCE[rival]} by "
                f"{lead.value:+.3f} [{lead.low:+.3f}, {lead.high:+.3f}]."
            )
        return " ".join(sentences)

    def _when(self, helps: list[float], metric: str) -> str:
        label = metric_label(metric)
        if not helps:
            return f"Do not: at no amount of data is the transfer surely better than the best other way by {label}."
        if helps[-1] == self.shares[-1]:
            much = "all" if helps[-1] == 1 else "the most that was tried,"
            return f"Transfer: by {label} it is better even with {much} {counted(self.events(helps[-1]), 'event')}."
        sure, worth = self.events(helps[-1]), self.break_even(metric)
        if not sure:
            return f"Transfer until there are events: by {label} it is surely better with none, but not with some."
        end = "" if worth is None else f", and ahead until about {_rounded(worth):,}"
        return f"Transfer while events are few: by {label} it is surely better with {counted(sure, 'event')}{end}."

    def as_json(self, metric: str = JUDGED_BY) -> Json:
        """Everything that was found, as plain data."""
        speed = self.speed_up()
        return {
            "metric": metric,
            "curve": [
                {name: None if value != value else value for name, value in row.items()}  # NaN is no JSON
                for row in self.curve(metric).to_dict("records")
            ],
            "leads": [
                {"share": share, "over": self.rival(share, metric), **vars(lead)}
                for share in self.shares
                if (lead := self.lead(share, self.rival(share, metric), metric)) is not None
            ],
            "helps": self.helps(metric),
            "harms": self.harms(metric),
            "break_even": self.break_even(metric),
            "speed_up": None if speed is None else vars(speed),
            "verdict": self.verdict(metric),
        }


def _rounded(events: int) -> int:
    """To two digits that count."""
    digits = max(0, len(str(events)) - 2)
    return round(events, -digits)
