"""Finished runs side by side: which can be, which plain models belong to them, and what comes of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from recsys_core.comparing.baselines import baselines_of
from recsys_core.comparing.comparison import Comparison, compare, without_people
from recsys_core.comparing.contenders import Contender, contenders
from recsys_core.comparing.passports import mismatches
from recsys_core.errors import ConfigError
from recsys_core.metrics import about
from recsys_core.runs.cards import RunCard
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.standing import plain_spec
from recsys_core.runs.store import Workspace

MOST_CHOSEN = 12  # contenders that are compared unasked


def contenders_of(runs: Sequence[RunCard], metric: str | None = None) -> list[Contender]:
    """Runs of one split as contenders; only those that have the metric, where one is given."""
    newest_first = sorted(runs, key=lambda run: run.created, reverse=True)
    return contenders({run.id: run.about for run in newest_first if metric is None or metric in run.about["metrics"]})


def compare_runs(workspace: Workspace, runs: Sequence[RunCard], metric: str) -> Comparison:
    """Runs that were judged alike, by one metric. Those that do not have it are left out.

    Raises:
        ConfigError: they were not judged alike, none has the metric, or nobody was judged by all of them.
        StoreError: the figures of a run cannot be read.
    """
    require_alike(runs)
    having = [run for run in runs if metric in run.about["metrics"]]
    if not having:
        raise ConfigError(
            f"None of these runs has the figure {metric!r}.",
            f"Choose one of: {', '.join(runs[0].about['metrics'])}.",
            "unknown-metric",
        )
    chosen = contenders_of(having)
    ids = [run for one in chosen for run in one.runs]
    parts = {run: workspace.per_user(run) for run in ids}
    if any(metric not in part for part in parts.values()):
        values = {run.id: float(run.about["metrics"][metric]["value"]) for run in having}
        return without_people(chosen, values, metric)
    return compare(chosen, {run: part[metric] for run, part in parts.items()}, metric)


def require_alike(runs: Sequence[RunCard]) -> None:
    """Refuse runs of which a difference would say nothing.

    Raises:
        ConfigError: they were not judged alike.
    """
    first, *others = runs
    for other in others:
        if found := mismatches(first.about["passport"], other.about["passport"]):
            raise ConfigError(
                f"{first.title} ({first.id}) and {other.title} ({other.id}) were not judged alike; what differs: "
                f"{', '.join(map(str, found))}. A difference of their figures would say nothing about the models.",
                "Compare runs of one split, or train the missing ones on it.",
                "not-judged-alike",
            )


def repeated(runs: Sequence[RunCard], metric: str) -> list[str]:
    """Runs that repeat another one, seed and all: the newest of each stands for them in a comparison."""
    taken = {run for one in contenders_of(runs, metric) for run in one.runs}
    return [run.id for run in runs if metric in run.about["metrics"] and run.id not in taken]


def sensible_choice(offered: Sequence[Contender], runs: Sequence[RunCard], metric: str) -> list[Contender]:
    """Whom to compare unasked: all while they are few, else the plain models and the best of each model.

    Args:
        offered: the contenders.
        runs: all of theirs.
        metric: decides which is best.
    """
    higher_is_better, plain = about(metric).higher_is_better, baselines_of(metric)
    values = {run.id: float(run.about["metrics"][metric]["value"]) for run in runs if metric in run.about["metrics"]}
    last = -math.inf if higher_is_better else math.inf
    best_first = sorted(offered, key=lambda one: values.get(one.id, last), reverse=higher_is_better)
    best_of_model = {one.model: one for one in reversed(best_first)}
    wanted = sorted(best_first, key=lambda one: (one is not best_of_model[one.model], one.model not in plain))
    chosen = wanted[:MOST_CHOSEN]
    return [one for one in best_first if one in chosen]


@dataclass(frozen=True)
class Missing:
    """A plain model that is not among the compared ones.

    Attributes:
        model: its key.
        run: one on the same split that can be added; None where it has to be trained.
        spec: how to train it; None where there is a run, or where no recipe leads to the split.
    """

    model: str
    run: RunCard | None
    spec: TrainSpec | None


def missing_baselines(workspace: Workspace, runs: Sequence[RunCard], metric: str) -> list[Missing]:
    """The plain models that these runs of one split are to be compared with, and are not yet."""
    found = []
    every, datasets = workspace.runs(), {card.id for card in workspace.datasets()}
    present = {run.model for run in runs if metric in run.about["metrics"]}
    for key in baselines_of(metric):
        if key in present:
            continue
        same = [
            run
            for run in every
            if run.model == key
            and metric in run.about["metrics"]
            and not mismatches(runs[0].about["passport"], run.about["passport"])
        ]
        firsts = {one.id for one in contenders_of(same)}  # which stand for their seeds wherever runs are chosen
        same = [run for run in same if run.id in firsts]
        same.sort(key=lambda run: run.about["metrics"][metric]["value"], reverse=about(metric).higher_is_better)
        moved = any(run.moved for run in runs)
        can_be_trained = not moved and runs[0].dataset in datasets
        found.append(
            Missing(
                key,
                same[0] if same else None,
                plain_spec(runs[0], key) if not same and can_be_trained else None,
            )
        )
    return found
