"""Small data sets and runs to keep, and ways to wait."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.evaluation import KS, Report, evaluate
from recsys_core.models.popularity import Popularity
from recsys_core.runs.jobs import Executor, Job, Jobs, State, TrainSpec
from recsys_core.runs.passport import describe
from recsys_core.runs.store import DatasetCard, RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.training.context import EpochEnded
from recsys_core.types import Feedback
from tests import worlds

RANDOM = SplitRecipe(key="random")


def camps(name: str = "camps", n: int = 24, seed: int = 0, feedback: Feedback = Feedback.IMPLICIT) -> Dataset:
    """Two camps of people; about 200 events."""
    return replace(worlds.two_camps(n, feedback, seed=seed).dataset, name=name)


def about(dataset: Dataset) -> dict[str, Any]:
    """What an import would note down about it."""
    return {
        "users": dataset.n_users,
        "items": dataset.n_items,
        "interactions": len(dataset.interactions),
        "feedback": dataset.feedback.value,
    }


def keep(workspace: Workspace, dataset: Dataset) -> DatasetCard:
    return workspace.save_dataset(dataset, about(dataset))


def other_ratings(dataset: Dataset) -> Dataset:
    """The same people and items under the same name, with other values."""
    events = dataset.interactions
    return dataset.with_interactions(replace(events, values=(events.values[::-1]).copy()))


def a_run(workspace: Workspace, card: DatasetCard, ks: tuple[int, ...] = KS) -> tuple[Any, Popularity, Split, Report]:
    """A trained popularity run of a data set, as ``save_run`` takes it."""
    parts = split(workspace.load_dataset(card.id), RANDOM)
    model = Popularity().fit(parts.train)
    report = evaluate(model, parts.test, parts.dataset, ks)
    spec = TrainSpec(dataset=card.id, model="popularity", split=RANDOM)
    return describe(model, card.id, parts, report, 0.1, 1, spec), model, parts, report


def keep_run(workspace: Workspace, card: DatasetCard) -> RunCard:
    return workspace.save_run(*a_run(workspace, card))


def spec(
    dataset: str, model: str = "popularity", executor: Executor = Executor.IN_PROCESS, **settings: Any
) -> TrainSpec:
    return TrainSpec(dataset=dataset, model=model, settings=settings, split=RANDOM, executor=executor)


def wait_for(what: Callable[[], bool], seconds: float = 30.0) -> None:
    """Until it holds; fails after so many seconds."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def wait_until_done(jobs: Jobs, identifier: str, seconds: float = 60.0) -> Job:
    wait_for(lambda: not jobs.find(identifier).is_active, seconds)
    return jobs.find(identifier)


def unfinished(root: Path) -> list[Path]:
    """Folders that somebody began and nobody finished."""
    return list(root.rglob(".unfinished-*"))


def with_ids(dataset: Dataset, users: list[str], items: list[str]) -> Dataset:
    return replace(dataset, user_ids=Ids.of(users), item_ids=Ids.of(items))


def scores(workspace: Workspace, run: str) -> np.ndarray:
    loaded = workspace.load_run(run)
    return loaded.model.score(np.arange(loaded.split.dataset.n_users, dtype=np.int32))


def interrupted_and_resumed(workspace: Workspace, job: Job, after: int) -> tuple[RunCard, list[int]]:
    """A training that is interrupted after some epochs and then goes on: its run, and the epochs that it did then."""
    jobs = Jobs(workspace.database)

    def interrupt(event: object) -> None:
        if isinstance(event, EpochEnded) and event.epoch == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(workspace, jobs, job, interrupt)
    assert jobs.find(job.id).state is State.INTERRUPTED
    jobs.resume(job.id)
    claimed = jobs.claim_next()
    assert claimed is not None
    epochs: list[int] = []
    run_job(
        workspace, jobs, claimed, lambda event: epochs.append(event.epoch) if isinstance(event, EpochEnded) else None
    )
    return workspace.find_run(str(jobs.find(job.id).run)), epochs
