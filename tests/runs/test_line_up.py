"""The standard line-up: what it trains, what it leaves out and why."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.errors import SplitError
from recsys_core.models import STANDARD_LINE_UP, find_model
from recsys_core.models.mf import MF
from recsys_core.runs.jobs import Executor, Jobs, State
from recsys_core.runs.line_up import LineUp, line_up
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.training.devices import Device
from recsys_core.types import Feedback
from tests import worlds
from tests.runs.builders import RANDOM, camps, keep


@pytest.fixture
def workspace(home) -> Workspace:
    return Workspace(home)


@pytest.fixture
def jobs(workspace: Workspace) -> Jobs:
    return Jobs(workspace.database)


def keys(found: LineUp) -> list[str]:
    return [spec.model for spec in found.specs]


def titles(wanted: list[str]) -> set[str]:
    return {find_model(key).info.title for key in wanted}


def test_ratings_with_times_get_all_of_it_on_one_split_and_seed(workspace, jobs):
    card = keep(workspace, worlds.golden())
    recipe = SplitRecipe(key="temporal", test_share=0.4, seed=7)
    found = line_up(workspace, jobs, card.id, recipe, Executor.PROCESS, Device.CPU)
    assert keys(found) == list(STANDARD_LINE_UP)
    assert not found.left_out
    places = {(spec.split, spec.seed, spec.executor, spec.device) for spec in found.specs}
    assert places == {(recipe, 7, Executor.PROCESS, Device.CPU)}
    for spec in found.specs:
        assert spec.settings == find_model(spec.model).Config().model_dump(mode="json")


def test_what_refuses_the_data_is_left_out_with_its_reason(workspace, jobs):
    card = keep(workspace, worlds.golden(timed=False, feedback=Feedback.IMPLICIT))
    found = line_up(workspace, jobs, card.id, RANDOM)
    refused = [key for key in STANDARD_LINE_UP if find_model(key).info.needs_ratings]
    timed = [key for key in STANDARD_LINE_UP if find_model(key).info.needs_times]
    assert refused
    assert timed
    assert set(found.left_out) == titles([*refused, *timed])
    assert keys(found) == [key for key in STANDARD_LINE_UP if key not in {*refused, *timed}]
    assert "has none" in found.left_out[find_model(refused[0]).info.title]


def test_what_cannot_be_asked_about_strangers_is_left_out_where_only_they_judge(workspace, jobs, monkeypatch):
    monkeypatch.setattr(MF, "info", replace(MF.info, abilities=frozenset()))
    card = keep(workspace, camps())
    found = line_up(workspace, jobs, card.id, SplitRecipe(key="user-folds"))
    assert "never met" in found.left_out[MF.info.title]
    assert "als" in keys(found)


def test_what_waits_or_is_trained_already_is_not_asked_for_again(workspace, jobs):
    card = keep(workspace, camps())
    first = line_up(workspace, jobs, card.id, RANDOM)
    for spec in first.specs:
        jobs.submit(spec)
    second = line_up(workspace, jobs, card.id, RANDOM, Executor.PROCESS)
    assert not second.specs
    assert {second.left_out[title] for title in titles(keys(first))} == {"It is in the queue already."}

    for job in jobs.all():
        jobs.stop(job.id)
    spec = next(spec for spec in first.specs if spec.model == "item_knn")
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    assert jobs.find(job.id).state is State.FINISHED
    third = line_up(workspace, jobs, card.id, RANDOM)
    assert keys(third) == [key for key in keys(first) if key != "item_knn"]
    other_seed = line_up(workspace, jobs, card.id, RANDOM.model_copy(update={"seed": 1}))
    assert keys(other_seed) == keys(first)


def test_a_split_that_judges_nobody_is_refused_as_a_whole(workspace, jobs):
    alone = camps().with_interactions(camps().interactions.take(np.arange(1)))
    with pytest.raises(SplitError):
        line_up(workspace, jobs, keep(workspace, alone).id, RANDOM)
