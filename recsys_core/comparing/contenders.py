"""What is compared: a model with its settings, in one or several trainings that differ in their seed alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from recsys_core.comparing.titles import settings_but_seed, titles
from recsys_core.types import Json

# What makes two runs of one model and split two contenders; where they ran does not.
SETTINGS = ("config", "stopping_metric", "tuning", "fine_tune", "transfer", "blend", "candidates")
CALIBRATED = frozenset({"weights"})  # found by a transfer on the validation events; nobody chose it


@dataclass(frozen=True)
class Contender:
    """Runs that stand side by side as one.

    Attributes:
        runs: their ids, of each seed the newest, in the order of their seeds.
        seeds: of their trainings.
        model: key of the model.
        title: tells it apart from the others.
        by_chance: whether a seed moves its training: it learns in epochs.
    """

    runs: tuple[str, ...]
    seeds: tuple[int, ...]
    model: str
    title: str
    by_chance: bool

    @property
    def id(self) -> str:
        """The run of its first seed stands for all."""
        return self.runs[0]


def contenders(abouts: Mapping[str, Json]) -> list[Contender]:
    """Runs as contenders, in the order in which they come first.

    Args:
        abouts: run id → its card, newest first.
    """
    groups: dict[str, dict[int, str]] = {}
    for run, about in abouts.items():
        groups.setdefault(kind_of(about), {}).setdefault(about["passport"]["seed"], run)
    firsts = {group[min(group)]: group for group in groups.values()}
    called = titles({run: abouts[run] for run in firsts}, settings_but_seed)
    return [
        Contender(
            tuple(group[seed] for seed in sorted(group)),
            tuple(sorted(group)),
            abouts[first]["model"],
            called[first],
            abouts[first].get("epochs") is not None,
        )
        for first, group in firsts.items()
    ]


def kind_of(about: Json, but: frozenset[str] = frozenset()) -> str:
    """A text that two runs share where only their seed differs.

    Args:
        about: the card of a run.
        but: settings that may differ as well.
    """
    found = CALIBRATED if "transfer" in about["passport"] else frozenset()
    passport = about["passport"] | {
        "config": {name: value for name, value in about["passport"]["config"].items() if name not in but | found}
    }
    shared = [about["model"], passport["split"]["fingerprint"], passport["dataset"]["fingerprint"]]
    shared += [about.get("ending", "").startswith("Stopped by hand"), passport.get("versions", {}).get("foretaste")]
    return json.dumps([*shared, *(passport.get(name) for name in SETTINGS)], sort_keys=True)
