"""Pages go on when what they refer to was deleted meanwhile."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared import cache
from pages.shared.nav import PAGES, RECOMMENDATIONS, TRAIN, TUNE
from recsys_core.runs.jobs import FineTune, Job, Jobs, Spec, TrainSpec
from recsys_core.runs.store import DatasetCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.runs.tune_job import tune_spec
from tests.pages.no_runner import NoRunner
from tests.pages.test_train_page import opened, press, said
from tests.runs.builders import RANDOM, about, camps, keep

SETTINGS = {"epochs": 6, "embedding_size": 4}


@pytest.fixture
def workspace(home: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    made = Workspace(home)
    runner = NoRunner(made)
    monkeypatch.setattr(cache, "runner", lambda: runner)
    return made


def done(workspace: Workspace, spec: Spec) -> Job:
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    return jobs.find(job.id)


def imported(workspace: Workspace, name: str, n: int) -> DatasetCard:
    """With all that the page Data tells of an import."""
    dataset = camps(name, n)
    told = {"findings": [], "rows": 200, "kept": 200, "rejected": 0, "merged": 0}
    return workspace.save_dataset(dataset, about(dataset) | told)


def everything(workspace: Workspace) -> str:
    """A data set with a training, a fine-tuning of it and a search."""
    card = imported(workspace, "films", 40)
    first = done(workspace, TrainSpec(dataset=card.id, model="mf", settings=SETTINGS, split=RANDOM))
    tuned = FineTune(run=str(first.run))
    done(workspace, TrainSpec(dataset=card.id, model="mf", settings=SETTINGS, split=RANDOM, fine_tune=tuned))
    done(workspace, tune_spec(workspace, card.id, ("ease", "item_knn"), 2, RANDOM))
    return card.id


def go(at: AppTest, page) -> AppTest:
    at.switch_page(str(ROOT / page.path)).run()
    assert not at.exception
    assert "made a mistake" not in " ".join(error.value for error in at.error)
    return at


@pytest.mark.parametrize("with_runs", [False, True], ids=["data", "data and models"])
def test_every_page_is_drawn_after_a_data_set_was_deleted(workspace: Workspace, with_runs: bool):
    card = everything(workspace)
    imported(workspace, "books", 24)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    for page in PAGES[1:]:
        go(at, page)
    workspace.delete_dataset(card, with_runs=with_runs)
    for page in (*PAGES[1:], PAGES[0]):
        go(at, page)
    for view in ("Trainings", "Curves", "Models"):
        at.query_params["show"] = view
        go(at, TRAIN)


def test_every_page_is_drawn_after_all_models_were_deleted(workspace: Workspace):
    everything(workspace)
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    for page in PAGES[1:]:
        go(at, page)
    for run in workspace.runs():
        workspace.delete_run(run.id)
    for page in (*PAGES[1:], PAGES[0]):
        go(at, page)
    at.query_params["run"] = "mf-gone"
    go(at, RECOMMENDATIONS)


def test_a_run_to_go_on_from_that_was_deleted_is_offered_no_more(workspace: Workspace):
    card = keep(workspace, camps("films", 40))
    first = done(workspace, TrainSpec(dataset=card.id, model="mf", settings=SETTINGS, split=RANDOM))
    second = done(workspace, TrainSpec(dataset=card.id, model="mf", settings=SETTINGS, split=RANDOM, seed=1))
    at = opened(TRAIN)
    at.selectbox(key="pick-model").set_value("mf").run()
    at.selectbox(key=f"start-{card.id}-mf").set_value(first.run).run()
    assert at.selectbox(key=f"start-{card.id}-mf").value == first.run
    workspace.delete_run(str(first.run))
    at.run()
    assert not at.exception
    assert not at.error
    assert at.selectbox(key=f"start-{card.id}-mf").value == ""
    workspace.delete_run(str(second.run))
    at.run()
    assert not at.exception
    assert not at.error
    press(at, "Start training")
    assert Jobs(workspace.database).all()[0].spec.fine_tune is None


def test_the_trials_of_a_deleted_data_set_can_still_be_used(workspace: Workspace):
    card = everything(workspace)
    at = opened(TUNE)
    workspace.delete_dataset(card)
    press(at.run(), "Use in Train")
    assert "There is no data set yet" in said(at)
