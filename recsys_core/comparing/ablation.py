"""What each kind of content buys: trainings of one model that differ in what they read, and in nothing else."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from recsys_core.blending.verdict import in_a_row
from recsys_core.comparing.contenders import kind_of
from recsys_core.metrics import metric_label
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.statistics.paired import over_shared_people, paired_differences
from recsys_core.statistics.seeds import mean_over_seeds, seed_margin
from recsys_core.types import Json
from recsys_core.warm_and_cold import Side

# Settings by which models are told what to read, as what they are off, and what is read then no more.
OFF: dict[str, Any] = {"text": "none", "pictures": "none", "attributes": False, "people": False}
READ = {
    "text": "texts",
    "pictures": "pictures",
    "attributes": "attributes of items",
    "people": "attributes of people",
}
EVERYTHING = "all of it together"
WHERE: dict[Side | None, str] = {
    Side.NEW_ITEMS: "among items that no model met",
    Side.MET_ITEMS: "among items that they met",
    None: "among all items",
}


@dataclass(frozen=True)
class Arm:
    """Trainings that read the same.

    Attributes:
        reads: setting → its value, in the order of ``OFF``.
        runs: seed → the newest run.
    """

    reads: dict[str, Any]
    runs: dict[int, str]

    @property
    def on(self) -> tuple[str, ...]:
        """The settings that let it read something."""
        return tuple(name for name, value in self.reads.items() if value != OFF[name])

    @property
    def title(self) -> str:
        """What it reads: "texts (words) and pictures (frozen)"."""
        read = [READ[one] + (f" ({self.reads[one]})" if self.reads[one] is not True else "") for one in self.on]
        return in_a_row(read) if read else "nothing"


@dataclass(frozen=True)
class Family:
    """Arms of one model, those that read most first.

    Attributes:
        model: its key.
        title: of the model.
    """

    model: str
    title: str
    arms: tuple[Arm, ...]


@dataclass(frozen=True)
class Question:
    """What does it buy that an arm reads this?

    Attributes:
        what: as people say it.
        arm: which reads it.
        without: what is read without it.
        other: the arm that does so; None where none was trained.
    """

    what: str
    arm: Arm
    without: dict[str, Any]
    other: Arm | None

    @property
    def seeds(self) -> list[int]:
        """With which both were trained."""
        return sorted(self.arm.runs.keys() & self.other.runs.keys()) if self.other else []

    @property
    def missing(self) -> list[int]:
        """With which only the arm was trained."""
        return sorted(self.arm.runs.keys() - (self.other.runs.keys() if self.other else set()))


@dataclass(frozen=True)
class Gain:
    """What it buys among some of the items.

    Attributes:
        side: which items; None: all.
        people: who has some of them to find.
        estimate: by how much the figure is better with it, as a mean over seeds; the interval is over people, and
            over seeds where several were trained.
        seeds: how many trainings stand on each side.
    """

    side: Side | None
    people: int
    estimate: Estimate
    seeds: int

    @property
    def words(self) -> str:
        """ "+0.012 [0.004, 0.020]"."""
        low, high = self.estimate.low, self.estimate.high
        interval = "" if low is None or high is None else f" [{_signed(low)}, {_signed(high)}]"
        return f"{_signed(self.estimate.value)}{interval}"


def families(abouts: Mapping[str, Json]) -> list[Family]:
    """Models that can be told what to read, with what was trained of them; those with most arms first.

    Tuned, fine-tuned and transferred runs are left out: what was chosen for one arm does not suit the others.

    Args:
        abouts: run id → its card, newest first; of one split.
    """
    groups: dict[str, dict[str, Arm]] = {}
    firsts: dict[str, Json] = {}
    for run, about in abouts.items():
        passport = about["passport"]
        reads = {name: passport["config"][name] for name in OFF if name in passport["config"]}
        if not reads or {"tuning", "fine_tune", "transfer"} & passport.keys():
            continue
        key = kind_of(about, frozenset(OFF))
        firsts.setdefault(key, about)
        arm = groups.setdefault(key, {}).setdefault(repr(reads), Arm(reads, {}))
        arm.runs.setdefault(passport["seed"], run)
    found = [
        Family(firsts[key]["model"], firsts[key]["title"], tuple(sorted(arms.values(), key=lambda one: -len(one.on))))
        for key, arms in groups.items()
    ]
    return sorted(found, key=lambda family: -len(family.arms))


def questions(family: Family, arm: Arm) -> list[Question]:
    """One for everything that the arm reads, and, where that is more than one thing, one for all of it together."""
    wanted: list[tuple[tuple[str, ...], str]] = [((name,), READ[name]) for name in arm.on]
    if len(arm.on) > 1:
        wanted.append((arm.on, EVERYTHING))
    found = []
    for names, what in wanted:
        without = arm.reads | {name: OFF[name] for name in names}
        found.append(Question(what, arm, without, next((one for one in family.arms if one.reads == without), None)))
    return found


def gain(
    mine: Sequence[PerUser], theirs: Sequence[PerUser], side: Side | None, higher_is_better: bool = True
) -> Gain | None:
    """What the first trainings have before the second ones, one of each for a seed; None where they share no people.

    The margins over people and over seeds are independent, so they add up as variances do (Zou and Donner, Statistics
    in Medicine 27, 2008).
    """
    shared = over_shared_people([*mine, *theirs])
    if not len(shared[0].users):
        return None
    half, sign = len(mine), 1 if higher_is_better else -1
    sides = [mean_over_seeds(shared[:half]), mean_over_seeds(shared[half:])]
    found = paired_differences(sides, [(0, 1) if higher_is_better else (1, 0)])[0]
    margin = seed_margin([one.value() for one in shared[:half]], [one.value() for one in shared[half:]])
    value = sign * (sides[0].value() - sides[1].value())
    low, high = found.low, found.high
    if low is not None and high is not None:
        low, high = value - math.hypot(value - low, margin), value + math.hypot(high - value, margin)
    return Gain(side, len(shared[0].users), Estimate(value, low, high), half)


def sentence(what: str, gains: Sequence[Gain], metric: str) -> str:
    """What it bought, and whether chance explains it.

    "Pictures: NDCG@10 +0.012 [+0.004, +0.020] among items that no model met; −0.001 [−0.003, +0.002] among items that
    they met, within chance."
    """
    told = []
    for one in gains:
        unsure = (
            ""
            if one.estimate.is_certain
            else ", too few people to tell"
            if one.estimate.low is None
            else ", within chance"
        )
        told.append(f"{one.words} {WHERE[one.side]}{unsure}")
    return f"{what[0].upper()}{what[1:]}: {metric_label(metric)} {'; '.join(told)}."


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")
