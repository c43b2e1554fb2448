"""The blend on Compare: asked for, waited for, told, and kept where it helps."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.frame import plain
from pages.shared.nav import COMPARE, RECOMMENDATIONS, TRAIN
from recsys_core.runs import blend_job
from recsys_core.runs.jobs import BlendSpec, Jobs
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from tests.pages.test_train_page import opened, press, said
from tests.runs.test_blend_job import KNOWN, trained


@pytest.fixture
def runs(workspace: Workspace) -> list[RunCard]:
    return [trained(workspace, key) for key in ("ease", "item_knn", "als")]


def members(at: AppTest):
    """The choice of what to blend."""
    return next(box for box in at.multiselect if box.label == "Models to blend")


def models_in_the_table(at: AppTest) -> list[str]:
    return list(next(frame.value for frame in at.dataframe if "Model" in frame.value)["Model"])


def buttons(at: AppTest) -> set[str]:
    return {button.label for button in at.button}


def work(workspace: Workspace, jobs: Jobs) -> None:
    """What the job runner would do."""
    job = jobs.claim_next()
    assert job is not None
    run_job(workspace, jobs, job)


def test_the_best_few_are_proposed_and_a_blend_that_does_not_help_is_not_offered(jobs, workspace, runs):
    at = opened(COMPARE, section="Blend")
    ranked = sorted(workspace.runs(), key=lambda run: -run.about["metrics"]["ndcg@10"]["value"])
    assert members(at).value == [run.id for run in ranked[:3]]
    assert len(members(at).options) == 4  # popularity too
    members(at).set_value([run.id for run in runs]).run()
    press(at, "Judge this blend")
    (job,) = (job for job in jobs.all() if job.is_active)
    assert isinstance(job.spec, BlendSpec)
    assert job.spec.members == tuple(run.id for run in runs)
    assert next(button for button in at.button if button.label == "Judge this blend").disabled
    work(workspace, jobs)
    at.run()
    assert jobs.find(job.id).message in said(at)
    assert "No blend of EASE, ItemKNN and Implicit ALS beats" in said(at)
    assert "Keep this blend" not in buttons(at)


def test_a_blend_that_helps_is_kept_and_stands_in_the_comparison(jobs, workspace, runs, monkeypatch):
    monkeypatch.setattr(blend_job, "judge", lambda *_: KNOWN)
    at = opened(COMPARE, section="Blend")
    members(at).set_value([run.id for run in runs]).run()
    press(at, "Judge this blend")
    work(workspace, jobs)
    at.run()
    assert KNOWN.sentence in said(at)
    press(at, "Keep this blend")
    assert "Keep this blend" not in buttons(at)
    work(workspace, jobs)
    at.run()
    kept = next(run for run in workspace.runs() if run.model == "blend")
    assert kept.title in models_in_the_table(opened(COMPARE))
    assert kept.id not in members(at).options
    press(at, "See its recommendations")
    assert at.title[0].value == RECOMMENDATIONS.title
    assert not at.error
    assert f"What {plain(kept.title)} would show" in [head.value for head in at.subheader]
    listed = opened(TRAIN)
    assert not listed.error
    assert "Blend of EASE + ItemKNN + Implicit ALS on camps" in said(listed)


def test_two_blends_of_the_same_models_are_told_apart_by_their_weights(jobs, workspace, runs):
    for weights in ((0.75, 0.0, 0.25), (0.5, 0.0, 0.5)):
        groups = (KNOWN.groups[0].model_copy(update={"weights": weights}),)
        verdict = KNOWN.model_copy(update={"groups": groups})
        spec = blend_job.blend_spec(runs).model_copy(update={"verdict": verdict.model_dump(mode="json")})
        run_job(workspace, jobs, jobs.begin(spec))
    titles = set(models_in_the_table(opened(COMPARE)))
    assert {f"Blend of EASE + Implicit ALS, weights {pair}" for pair in ("0.75 / 0.25", "0.5 / 0.5")} <= titles


def test_a_judging_whose_member_was_removed_is_not_shown_any_more(jobs, workspace, runs):
    run_job(workspace, jobs, jobs.begin(blend_job.blend_spec(runs)))
    at = opened(COMPARE, section="Blend")
    members(at).set_value([run.id for run in runs]).run()
    assert "No blend of" in said(at)
    workspace.delete_run(runs[0].id)
    at.run()
    assert "No blend of" not in said(at)
    assert not at.error
    assert runs[0].id not in members(at).value


def test_one_model_alone_is_no_blend(jobs, workspace):
    trained(workspace, "popularity")
    at = opened(COMPARE, section="Blend")
    assert not at.multiselect
