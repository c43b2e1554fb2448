"""Leakage and cold start on Compare: asked for, waited for, told, and refused in words."""

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import cache
from pages.shared.nav import COMPARE, TRAIN
from recsys_core.runs.jobs import Jobs, LeakSpec, State, TrainSpec
from recsys_core.runs.leak_job import leak_spec, leaks_of
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from tests import worlds
from tests.pages.no_runner import NoRunner
from tests.pages.test_train_page import opened, press, said
from tests.runs.builders import keep

LAST = SplitRecipe(key="leave-one-out")


class Runner(NoRunner):
    """Takes jobs in, again too, and does none of them."""

    def resume(self, identifier: str) -> None:
        self.jobs.resume(identifier)


@pytest.fixture
def jobs(workspace: Workspace, monkeypatch) -> Jobs:
    runner = Runner(workspace)
    monkeypatch.setattr(cache, "runner", lambda: runner)
    return runner.jobs


def trained(workspace: Workspace, keys: tuple[str, ...], dataset=None, split: SplitRecipe = LAST) -> list[RunCard]:
    jobs = Jobs(workspace.database)
    card = keep(workspace, dataset or worlds.steady(120))
    for key in keys:
        run_job(workspace, jobs, jobs.begin(TrainSpec(dataset=card.id, model=key, split=split)))
    return [run for key in keys for run in workspace.runs() if run.model == key]


def charts(at: AppTest) -> int:
    return len(at.get("plotly_chart"))


def test_leaks_are_asked_for_waited_for_and_told(jobs, workspace):
    runs = trained(workspace, ("popularity", "item_knn"), worlds.eras(60))
    at = opened(COMPARE, section="Leakage")
    assert "of the training events are later than an event to find" in said(at)
    assert charts(at) == 0
    press(at, "Measure the leaks")
    (job,) = (job for job in jobs.all() if job.is_active)
    assert isinstance(job.spec, LeakSpec)
    assert set(job.spec.runs) == {run.id for run in runs}
    assert next(button for button in at.button if button.label == "Measure the leaks").disabled
    run_job(workspace, jobs, jobs.claim_next())
    at.run()
    found = leaks_of(workspace, jobs.find(job.id), "ndcg@10")
    assert found.sentence in said(at)
    assert charts(at) == 1
    assert list(at.dataframe[0].value["Model"]) == [model.title for model in found.models]
    assert "judged, each by the last event, which lies between 1970-01-01 and" in said(at)
    at.multiselect(key="pick-runs").set_value([runs[0].id]).run()
    assert not at.exception, "what was measured stays when a model is no longer compared"
    assert charts(at) == 1
    listed = opened(TRAIN)
    assert "Leaks of" in said(listed)
    assert not listed.error


def test_a_stopped_measurement_says_so_and_goes_on(jobs, workspace):
    (run,) = trained(workspace, ("popularity",))
    job = jobs.submit(leak_spec([run], "ndcg@10"))
    jobs.stop(job.id)
    at = opened(COMPARE, section="Leakage")
    assert "Taken out of the queue." in said(at)
    press(at, "Resume")
    assert jobs.find(job.id).state is State.QUEUED


def test_what_cannot_be_measured_is_said(jobs, workspace):
    still = worlds.steady(60)
    trained(workspace, ("popularity",), still.with_interactions(replace(still.interactions, times=None)))
    at = opened(COMPARE, section="Leakage")
    assert "These data have no times" in said(at)
    assert "Measure the leaks" not in {button.label for button in at.button}
    at = opened(COMPARE, section="Leakage", metric="coverage")
    assert "is no figure of single people" in said(at)
    at = opened(COMPARE, section="Cold start", metric="coverage")
    assert "does not judge lists person by person" in said(at)


def test_too_few_people_fail_in_words(jobs, workspace):
    (run,) = trained(workspace, ("popularity",), worlds.golden())
    job = jobs.begin(leak_spec([run], "ndcg@10"))
    with pytest.raises(Exception, match="too few"):
        run_job(workspace, jobs, job)
    at = opened(COMPARE, section="Leakage")
    assert "too few to say anything about leaks" in said(at)
    at = opened(COMPARE, section="Cold start")
    press(at, "Measure")
    assert "too few for a curve" in " ".join(error.value for error in at.error).replace("\\", "")


def test_curves_are_drawn_on_request_with_popularity_beside_them(jobs, workspace):
    trained(workspace, ("popularity", "item_knn"))
    at = opened(COMPARE, section="Cold start")
    assert charts(at) == 0
    (knn,) = (run for run in workspace.runs() if run.model == "item_knn")
    at.multiselect(key=f"cold-start-of-{knn.split_fingerprint}").set_value([knn.id]).run()
    press(at, "Measure")
    assert charts(at) == 1
    assert "ItemKNN from " in said(at)
    assert "stand for somebody new" in said(at)
    assert "may flatter" in said(at)


def test_real_strangers_need_no_caveat(jobs, workspace):
    trained(workspace, ("popularity",), split=SplitRecipe(key="user-folds"))
    at = opened(COMPARE, section="Cold start")
    press(at, "Measure")
    assert "No model learned from any of them." in said(at)
    assert charts(at) == 1
