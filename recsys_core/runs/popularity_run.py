"""Popularity is in every table."""

import time

from recsys_core.evaluation import evaluate
from recsys_core.models.popularity import Popularity
from recsys_core.preflight import memory
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.passport import describe
from recsys_core.runs.store import Workspace
from recsys_core.splitting import Split


def ensure_popularity(workspace: Workspace, dataset: str, parts: Split, moved: int = 0) -> None:
    """Train and measure popularity where it has not been on this split.

    Args:
        moved: events of the split that a fine-tuning took back, so that no recipe leads to it.
    """
    for run in workspace.runs():
        if run.model == Popularity.info.key and run.split_fingerprint == parts.fingerprint:
            return
    started, watch = time.monotonic(), memory.Watch()
    model = Popularity().fit(parts.train)
    seconds = time.monotonic() - started
    report = evaluate(model, parts.test, parts.dataset)
    spec = TrainSpec(dataset=dataset, model=model.info.key, split=parts.recipe)
    about = describe(model, dataset, parts, report, seconds, 1, spec, watch.taken())
    if moved:
        about["passport"]["split"]["moved"] = moved
    workspace.save_run(about, model, parts, report)
