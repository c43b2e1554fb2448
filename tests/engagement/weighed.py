"""Weighed logs by hand, and a workspace with a log that can judge its model."""

from pathlib import Path

import numpy as np

from recsys_core.data.impressions.importing import log_figures
from recsys_core.engagement.policy.logged import Logged
from recsys_core.engagement.policy.weighing import Weighed
from recsys_core.evaluation import evaluate
from recsys_core.models.popularity import Popularity
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.passport import describe
from recsys_core.runs.store import Workspace
from recsys_core.splitting import SplitRecipe, split
from tests.runs.builders import keep
from tests.synthetic.lived import lived


def weighed(clicks, weights, expected=0.0, fitted=0.0, units=None, unseen=0.0) -> Weighed:
    n = len(clicks)
    columns = (np.broadcast_to(np.asarray(column, dtype=np.float64), n) for column in (clicks, weights))
    models = (np.broadcast_to(np.asarray(column, dtype=np.float64), n) for column in (expected, fitted))
    clicked, heavy = columns
    return Weighed(clicked, np.arange(n) if units is None else np.asarray(units), heavy, *models, unseen)


def by_chance(n: int = 6000, items: int = 4, positions: int = 2, rate: float = 0.1, seed: int = 0) -> Logged:
    """Every item alike often, at every position; item 0 is clicked three times as often as the others."""
    rng = np.random.default_rng(seed)
    shown = rng.integers(items, size=n).astype(np.int32)
    clicks = rng.random(n) < np.where(shown == 0, 3 * rate, rate)
    return Logged(
        shown,
        rng.integers(positions, size=n),
        clicks.astype(np.float64),
        np.full(n, 1 / items),
        np.arange(n),
        items,
        positions,
        np.ones(n, dtype=bool),
    )


def furnished(home: Path, people: int = 200) -> tuple[Workspace, str, str]:
    """A workspace, a popularity run on invented people, and the log of what they were shown."""
    world, workspace = lived(people, 60, 3), Workspace(home)
    card = keep(workspace, world.dataset)
    recipe = SplitRecipe(key="temporal")
    parts = split(workspace.load_dataset(card.id), recipe)
    model = Popularity().fit(parts.train)
    spec = TrainSpec(dataset=card.id, model="popularity", split=recipe)
    report = evaluate(model, parts.test, parts.dataset)
    run = workspace.save_run(describe(model, card.id, parts, report, 0.1, 1, spec), model, parts, report)
    log = workspace.save_log(world.log, log_figures(world.log) | {"rows": 1, "kept": 1, "rejected": 0, "findings": []})
    return workspace, run.id, log.id
