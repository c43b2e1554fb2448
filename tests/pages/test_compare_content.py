"""Content on Compare: new items apart, what content bought, and what is still to be trained."""

from pathlib import Path

import pytest

from pages.shared import cache
from pages.shared.nav import COMPARE, TRAIN
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.store import Workspace, open_workspace
from tests.pages.test_compare_leakage import Runner, charts
from tests.pages.test_train_page import cards, opened, press, said
from tests.runs.test_ablation import LEARNS, READS, run_spec, trained


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return open_workspace(home)


@pytest.fixture
def jobs(workspace: Workspace, monkeypatch) -> Jobs:
    runner = Runner(workspace)
    monkeypatch.setattr(cache, "runner", lambda: runner)
    return runner.jobs


def test_missing_arms_are_queued_at_one_press_and_their_answers_drawn(jobs, workspace):
    trained(workspace, model="popularity")
    run = trained(workspace)
    at = opened(COMPARE, section="Content")
    assert not at.exception
    assert "Still to be trained: the same without attributes of items." in said(at)
    assert charts(at) == 0
    frame = at.dataframe[0].value
    assert set(frame["Judged on"]) == {"New items"}
    figure = run.about["apart"]["new-items"]["metrics"]["ndcg@10"]
    row = frame[frame["Model"] == "Content model"].iloc[0]
    assert row["NDCG@10"] == figure["value"]
    assert row["By chance"] == figure["chance"]
    press(at, "Train 1 missing model")
    (job,) = (job for job in jobs.all() if job.is_active)
    assert job.spec.settings == LEARNS | READS | {"attributes": False}
    jobs.stop(job.id)
    run_spec(workspace, job.spec)
    at = opened(COMPARE, section="Content")
    assert "Attributes of items: NDCG@10 +" in said(at)
    assert "Still to be trained" not in said(at)
    assert charts(at) == 1


def test_several_missing_arms_of_one_model_are_all_queued(jobs, workspace):
    trained(workspace, text="words")
    at = opened(COMPARE, section="Content")
    press(at, "Train 3 missing models")
    reads = [(job.spec.settings["text"], job.spec.settings["attributes"]) for job in jobs.all() if job.is_active]
    assert sorted(reads) == [("none", False), ("none", True), ("words", False)]


def test_without_a_model_that_reads_the_section_says_what_to_do(jobs, workspace):
    trained(workspace, model="popularity")
    at = opened(COMPARE, section="Content")
    assert "No model on this split reads texts, pictures or attributes" in said(at)
    assert not at.exception


def test_the_card_of_a_model_tells_what_was_measured_among_new_items(jobs, workspace):
    run = trained(workspace)
    words = cards(opened(TRAIN, show="Models"))["content"]
    value = run.about["apart"]["new-items"]["metrics"]["ndcg@10"]["value"]
    assert f"Among the {run.about['apart']['new-items']['items']} items that it never met: NDCG@10 {value:.3f}" in words
