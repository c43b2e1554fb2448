"""Popularity is in every table."""

import time

from recsys_core.evaluation import evaluate
from recsys_core.models.popularity import Popularity
from recsys_core.runs.jobs import TrainSpec
from recsys_core.runs.passport import describe
from recsys_core.runs.store import Workspace
from recsys_core.splitting import Split


def ensure_popularity(workspace: Workspace, dataset: str, parts: Split) -> None:
    """Train and measure popularity where it has not been on this split."""
    for run in workspace.runs():
        if run.model == Popularity.info.key and run.split_fingerprint == parts.fingerprint:
            return
    started = time.monotonic()
    model = Popularity().fit(parts.train)
    seconds = time.monotonic() - started
    report = evaluate(model, parts.test, parts.dataset.item_ids)
    spec = TrainSpec(dataset=dataset, model=model.info.key, split=parts.recipe)
    workspace.save_run(describe(model, dataset, parts, report, seconds, 1, spec), model, parts, report)
