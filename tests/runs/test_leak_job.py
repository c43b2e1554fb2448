"""The leak meter measures each model both ways, loses nothing, and ends alike however often it is interrupted."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import recsys_core.models
from recsys_core.comparing.leakage import Leakage
from recsys_core.data.dataset import Dataset
from recsys_core.errors import ConfigError, ModelError, SplitError, StoreError
from recsys_core.models.base import Ability
from recsys_core.runs import leak_job, stop_request
from recsys_core.runs.jobs import Job, Jobs, LeakSpec, State, TrainSpec, spec_from_json
from recsys_core.runs.leak_job import leak_spec, leaks_of
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from tests import worlds
from tests.runs.builders import keep, unfinished, wait_for
from tests.runs.slow_model import Slow

REPOSITORY = Path(__file__).parents[2]
LAST = SplitRecipe(key="leave-one-out")


class Asked(Slow):
    """Slow, and the same for everybody."""

    info = replace(Slow.info, key="asked", title="Asked", abilities=frozenset({Ability.HISTORY}))

    def score_histories(self, histories, items=None):
        return self.score(histories.indptr[1:], items)


@pytest.fixture(autouse=True)
def slow_models(monkeypatch) -> None:
    monkeypatch.setattr(recsys_core.models, "MODELS", (*recsys_core.models.MODELS, Slow, Asked))


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


def trained(
    workspace: Workspace, key: str, dataset: Dataset | None = None, split: SplitRecipe = LAST, **settings: object
) -> RunCard:
    jobs = Jobs(workspace.database)
    card = keep(workspace, dataset or worlds.steady(120))
    job = jobs.begin(TrainSpec(dataset=card.id, model=key, settings=settings, split=split))
    run_job(workspace, jobs, job)
    return workspace.find_run(str(jobs.find(job.id).run))


def done(workspace: Workspace, spec: LeakSpec) -> Job:
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    return jobs.find(job.id)


def figures(workspace: Workspace, job: Job, metric: str = "ndcg@10") -> list[tuple[str, float, float]]:
    """Title and figures of each model; ids of runs differ from workspace to workspace."""
    found = leaks_of(workspace, job, metric)
    assert found is not None
    return [(model.title, model.with_future.value, model.without_future.value) for model in found.models]


# A measurement that nobody interrupts


def test_each_model_is_measured_both_ways_and_the_job_tells_what_it_comes_to(workspace):
    runs = [trained(workspace, key, worlds.eras(400)) for key in ("popularity", "item_knn")]
    before = workspace.runs()
    job = done(workspace, leak_spec(runs, "ndcg@10"))
    found = leaks_of(workspace, job, "ndcg@10")
    assert (job.state, job.run, job.message) == (State.FINISHED, None, found.sentence)
    assert (job.done, job.epochs) == (4, 4)
    assert [model.title for model in found.models] == ["ItemKNN", "Popularity"]
    assert [(flip.ahead_with, flip.ahead_without) for flip in found.flips] == [(runs[1].id, runs[0].id)]
    assert workspace.runs() == before
    assert not unfinished(workspace.root)
    again = leaks_of(Workspace(workspace.root), job, "recall@20", {runs[0].id: "The popular"})
    assert again.metric == "recall@20"
    assert {model.title for model in again.models} == {"ItemKNN", "The popular"}
    Jobs(workspace.database).dismiss(job.id)
    Workspace(workspace.root)  # sweeps up
    assert leaks_of(workspace, job, "ndcg@10") is None


def test_models_are_trained_with_the_settings_and_the_seed_of_their_runs(workspace, monkeypatch):
    run = trained(workspace, "ease", regularisation=7.0)
    seen = []
    real = leak_job.evaluate
    monkeypatch.setattr(leak_job, "evaluate", lambda model, *rest: seen.append(model) or real(model, *rest))
    done(workspace, leak_spec([run], "ndcg@10"))
    assert [model.config.regularisation for model in seen] == [7.0, 7.0]


def test_the_data_of_a_run_suffice_where_the_data_set_was_deleted(workspace):
    run = trained(workspace, "popularity")
    workspace.delete_dataset(run.dataset)
    assert done(workspace, leak_spec([run], "ndcg@10")).state is State.FINISHED


def test_a_metric_that_not_all_have_is_told_of_those_that_have_it(workspace):
    world = worlds.planted_ratings(np.random.default_rng(0), 120, 30).dataset
    runs = [trained(workspace, key, world) for key in ("bias", "popularity")]
    job = done(workspace, leak_spec(runs, "rmse"))
    assert [title for title, *_ in figures(workspace, job, "rmse")] == ["Bias baseline"]
    assert len(figures(workspace, job)) == 2


# Failures


def test_a_model_that_fails_is_said_and_the_others_are_measured(workspace, monkeypatch):
    runs = [trained(workspace, key) for key in ("popularity", "ease")]
    monkeypatch.setattr(
        recsys_core.models.EASE, "check", lambda *_: (_ for _ in ()).throw(ModelError("It is too large.", "", "x"))
    )
    job = done(workspace, leak_spec(runs, "ndcg@10"))
    assert job.state is State.FINISHED
    assert "EASE was not measured: It is too large." in job.message
    alone = Jobs(workspace.database).begin(leak_spec(runs[1:], "ndcg@10"))
    with pytest.raises(ModelError, match="EASE was not measured"):
        run_job(workspace, Jobs(workspace.database), alone)


def test_what_cannot_be_measured_is_refused_at_once(workspace):
    run = trained(workspace, "popularity")
    with pytest.raises(ConfigError, match="no run to measure"):
        leak_spec([], "ndcg@10")
    for metric in ("coverage@10", "luck"):
        with pytest.raises(ConfigError, match="no figure of single people"):
            leak_spec([run], metric)
    with pytest.raises(ModelError, match="cannot be told of people whom it never met"):
        leak_spec([trained(workspace, "slow")], "ndcg@10")
    blend = replace(run, about=run.about | {"model": "blend"})
    with pytest.raises(ModelError, match="made of other models"):
        leak_spec([blend], "ndcg@10")
    tuned = replace(run, about=run.about | {"fine_tune": {}})
    with pytest.raises(ModelError, match="went on from another run"):
        leak_spec([tuned], "ndcg@10")
    other = trained(workspace, "popularity", worlds.steady(130))
    with pytest.raises(ModelError, match="come from different data"):
        leak_spec([run, other], "ndcg@10")
    assert leak_spec([run, run], "ndcg@10").runs == (run.id,)


def test_data_without_times_and_a_run_that_is_gone_fail_in_words(workspace):
    jobs = Jobs(workspace.database)
    still = worlds.steady(60)
    untimed = still.with_interactions(replace(still.interactions, times=None))
    job = jobs.begin(leak_spec([trained(workspace, "popularity", untimed)], "ndcg@10"))
    with pytest.raises(SplitError, match="has no times"):
        run_job(workspace, jobs, job)
    assert jobs.find(job.id).state is State.FAILED
    run = trained(workspace, "popularity")
    job = jobs.begin(leak_spec([run], "ndcg@10"))
    workspace.delete_run(run.id)
    with pytest.raises(StoreError, match="There is no run"):
        run_job(workspace, jobs, job)


def test_measurements_that_are_damaged_are_nobody_s_result(workspace):
    job = done(workspace, leak_spec([trained(workspace, "popularity")], "ndcg@10"))
    (workspace.root / "jobs" / job.id / "test" / "test.json").write_text("{")
    assert leaks_of(workspace, job, "ndcg@10") is None


def test_a_spec_is_read_as_what_it_is():
    spec = LeakSpec(dataset="d", runs=("a",), metric="mrr@5")
    assert spec_from_json(spec.model_dump(mode="json")) == spec


# Stop, kill, resume


def test_a_stop_keeps_what_is_done_and_it_goes_on_to_the_same_end(workspace, monkeypatch):
    monkeypatch.setattr(stop_request, "POLL_SECONDS", 0.0)
    runs = [trained(workspace, key) for key in ("popularity", "asked")]
    whole = done(workspace, leak_spec(runs, "ndcg@10"))
    jobs = Jobs(workspace.database)
    job = jobs.begin(leak_spec(runs, "ndcg@10"))
    real, made = leak_job.evaluate, []

    def stop_at_third(*given: object) -> object:
        made.append(given)
        if len(made) == 3:
            jobs.stop(job.id)
        return real(*given)

    monkeypatch.setattr(leak_job, "evaluate", stop_at_third)
    run_job(workspace, jobs, job)
    ended = jobs.find(job.id)
    assert (ended.state, ended.message) == (State.STOPPED, "Stopped by hand after 3 of 4 trainings, which are kept.")
    assert ended.is_resumable
    assert leaks_of(workspace, ended, "ndcg@10") is None
    jobs.resume(job.id)
    run_job(workspace, jobs, jobs.claim_next())
    assert len(made) == 4  # nothing is done twice
    assert figures(workspace, jobs.find(job.id)) == figures(workspace, whole)


def test_a_training_that_is_cut_short_by_a_stop_is_no_measurement(workspace, monkeypatch):
    monkeypatch.setattr(stop_request, "POLL_SECONDS", 0.0)
    run = trained(workspace, "asked")
    jobs = Jobs(workspace.database)
    job = jobs.begin(leak_spec([run], "ndcg@10"))
    batches = []

    def stop(*_: object) -> None:
        batches.append(1)
        if len(batches) == 6:
            jobs.stop(job.id)

    monkeypatch.setattr("tests.runs.slow_model.time.sleep", stop)
    run_job(workspace, jobs, job)
    ended = jobs.find(job.id)
    assert ended.state is State.STOPPED
    assert "before a model was measured" in ended.message
    assert not [path for path in (workspace.root / "jobs" / job.id).iterdir() if path.name.startswith(run.id + "-with")]


@pytest.mark.slow
def test_after_kill_9_nothing_is_lost_and_resume_comes_to_the_same_end(tmp_path):
    killed = Workspace(tmp_path / "killed")
    runs = [trained(killed, "ease"), trained(killed, "gmf", epochs=4)]
    whole = done(killed, leak_spec(runs, "ndcg@10"))
    jobs = Jobs(killed.database)
    job = jobs.submit(leak_spec(runs, "ndcg@10"))
    folder = killed.root / "jobs" / job.id
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.runs.train_and_wait", str(killed.root), job.id], cwd=REPOSITORY
    )
    wait_for(lambda: (folder / f"{runs[0].id}-without-future").exists() and jobs.find(job.id).done > 2.05)
    process.kill()
    process.wait()
    left = jobs.find(job.id)
    assert left.state is State.INTERRUPTED
    kept = (folder / f"{runs[0].id}-without-future" / "per_user.npz").stat().st_mtime_ns
    jobs.resume(job.id)
    run_job(killed, jobs, jobs.claim_next())
    again = jobs.find(job.id)
    assert again.state is State.FINISHED
    assert figures(killed, again) == figures(killed, whole)
    assert (folder / f"{runs[0].id}-without-future" / "per_user.npz").stat().st_mtime_ns == kept
    assert not [path for path in folder.iterdir() if path.name.endswith("-begun")]


def test_what_came_of_it_is_plain_data(workspace):
    job = done(workspace, leak_spec([trained(workspace, "popularity")], "ndcg@10"))
    found = leaks_of(workspace, job, "ndcg@10")
    assert Leakage.model_validate_json(found.model_dump_json()) == found
    with pytest.raises(ConfigError):
        leaks_of(workspace, job, "coverage@10")
