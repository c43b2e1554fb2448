"""Finished runs are judged together, and become a run that stands on its own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recsys_core.blending import Gain, Verdict, compose
from recsys_core.errors import ModelError, SplitError
from recsys_core.models.blend import Mixture
from recsys_core.runs import blend_job
from recsys_core.runs.blend_job import blend_spec, verdict_of
from recsys_core.runs.jobs import BlendSpec, Job, Jobs, State, TrainSpec
from recsys_core.runs.runner import JobRunner
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from tests.runs.builders import RANDOM, camps, keep, wait_until_done

KEYS = ("ease", "item_knn", "als")
KNOWN = Verdict(
    titles=("EASE", "ItemKNN", "Implicit ALS"),
    metric="ndcg@10",
    people=24,
    groups=(Mixture(weights=(0.75, 0.0, 0.25)),),
    cuts=(),
    best=0,
    value=0.5,
    best_value=0.4,
    gain=Gain(value=0.1, low=0.05, high=0.15),
    group_gain=None,
)


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return Workspace(home)


def trained(workspace: Workspace, key: str, split: SplitRecipe = RANDOM, name: str = "camps", seed: int = 0) -> RunCard:
    card = keep(workspace, camps(name, seed=seed))
    jobs = Jobs(workspace.database)
    settings = {"epochs": 2} if key == "als" else {}
    return done(workspace, TrainSpec(dataset=card.id, model=key, split=split, settings=settings), jobs)[1]


def done(workspace: Workspace, spec: TrainSpec | BlendSpec, jobs: Jobs) -> tuple[Job, RunCard]:
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    ended = jobs.find(job.id)
    return ended, None if ended.run is None else workspace.find_run(ended.run)


@pytest.fixture
def members(workspace: Workspace) -> list[RunCard]:
    return [trained(workspace, key) for key in KEYS]


def test_a_judging_ends_with_its_sentence_and_no_run(workspace, members):
    jobs = Jobs(workspace.database)
    before = workspace.runs()
    job, run = done(workspace, blend_spec(members), jobs)
    verdict = verdict_of(workspace, job)
    assert verdict is not None
    assert (job.state, job.message, run) == (State.FINISHED, verdict.sentence, None)
    assert verdict.titles == KNOWN.titles
    assert workspace.runs() == before
    jobs.dismiss(job.id)
    Workspace(workspace.root)  # sweeps up
    assert verdict_of(workspace, job) is None


def test_a_kept_blend_is_a_run_like_any_other(workspace, members):
    spec = blend_spec(members).model_copy(update={"verdict": KNOWN.model_dump(mode="json")})
    job, run = done(workspace, spec, Jobs(workspace.database))
    assert job.message == run.about["ending"] == KNOWN.sentence
    assert (run.model, run.title) == ("blend", "Blend of EASE + Implicit ALS")
    assert run.split_fingerprint == members[0].split_fingerprint
    assert set(run.about["metrics"]) >= {"ndcg@10", "recall@10"}
    assert run.about["seconds"] == members[0].about["seconds"] + members[2].about["seconds"]
    passport = run.about["passport"]
    assert passport["blend"] == {"members": [members[0].id, members[2].id], "judged": KNOWN.model_dump(mode="json")}
    for member in members:
        workspace.delete_run(member.id)
    workspace.delete_dataset(run.dataset)
    loaded = workspace.load_run(run.id)
    assert loaded.model.title == run.title
    assert np.isfinite(loaded.model.score(np.arange(24, dtype=np.int32))).all()


def test_the_blend_is_made_of_the_models_as_they_are(workspace, members):
    spec = blend_spec(members).model_copy(update={"verdict": KNOWN.model_dump(mode="json")})
    _, run = done(workspace, spec, Jobs(workspace.database))
    models = [workspace.load_model(member.id) for member in members]
    loaded = workspace.load_run(run.id)
    everybody = np.arange(24, dtype=np.int32)
    wanted = compose(KNOWN, models, loaded.split.train).score(everybody)
    assert np.array_equal(loaded.model.score(everybody), wanted)


def test_validation_events_alone_are_looked_at(workspace, members, monkeypatch):
    asked = []

    def judge(models, holdout, *_):
        asked.append(holdout)
        return KNOWN

    monkeypatch.setattr(blend_job, "judge", judge)
    done(workspace, blend_spec(members), Jobs(workspace.database))
    split = workspace.load_run(members[0].id).split
    assert np.array_equal(asked[0].targets.items, split.valid.targets.items)
    assert np.array_equal(asked[0].known.items, split.valid.known.items)


def test_the_server_judges_in_the_background(workspace, members):
    runner = JobRunner(workspace)
    job = wait_until_done(runner.jobs, runner.submit(blend_spec(members)).id)
    runner.close()
    assert job.state is State.FINISHED
    assert verdict_of(workspace, job) is not None


def test_a_judging_that_is_stopped_keeps_nothing(workspace, members):
    jobs = Jobs(workspace.database)
    job = jobs.begin(blend_spec(members))
    jobs.stop(job.id)
    run_job(workspace, jobs, job)
    assert jobs.find(job.id).state is State.STOPPED
    assert "before it was done" in jobs.find(job.id).message
    assert verdict_of(workspace, job) is None


def test_runs_that_do_not_belong_together_are_refused_with_the_difference(workspace, members):
    ease, other = members[0], trained(workspace, "ease", name="other camps", seed=1)
    with pytest.raises(ModelError, match=f"{ease.id} learned from 'camps' and {other.id} from 'other camps'"):
        blend_spec([ease, other])
    newer = trained(workspace, "ease", seed=1)
    with pytest.raises(ModelError, match="from another version of 'camps'"):
        blend_spec([ease, newer])
    reseeded = trained(workspace, "ease", split=RANDOM.model_copy(update={"seed": 1}))
    with pytest.raises(SplitError, match="different splits: seed 0 and 1"):
        blend_spec([ease, reseeded])
    temporal = trained(workspace, "ease", split=SplitRecipe(key="temporal"))
    with pytest.raises(SplitError, match="key random and temporal"):
        blend_spec([ease, temporal])


def test_too_few_runs_a_blend_and_no_validation_are_refused(workspace, members):
    for too_few in ([], members[:1], [members[0], members[0]]):
        with pytest.raises(ModelError, match="two different runs or more"):
            blend_spec(too_few)
    spec = blend_spec(members).model_copy(update={"verdict": KNOWN.model_dump(mode="json")})
    _, run = done(workspace, spec, Jobs(workspace.database))
    with pytest.raises(ModelError, match=f"The run {run.id} is made of other models already"):
        blend_spec([members[0], run])
    passport = members[0].about["passport"]
    without = passport | {"split": passport["split"] | {"valid": 0}}
    bare = replace(members[0], about=members[0].about | {"passport": without})
    with pytest.raises(SplitError, match="no validation events"):
        blend_spec([bare, members[1]])


def test_a_member_that_is_gone_fails_in_words(workspace, members):
    jobs = Jobs(workspace.database)
    spec = blend_spec(members)
    workspace.delete_run(members[1].id)
    job = jobs.begin(spec)
    with pytest.raises(Exception, match="There is no run"):
        run_job(workspace, jobs, job)
    assert jobs.find(job.id).state is State.FAILED
