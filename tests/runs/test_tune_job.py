"""A search spends the same budget on each model, loses nothing, and ends alike however often it is interrupted."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
import pytest

import recsys_core.models
from recsys_core.errors import ConfigError, ModelError, SplitError, StudioError
from recsys_core.models import find_model
from recsys_core.models.base import Search
from recsys_core.runs import stop_request, tune_job
from recsys_core.runs.jobs import Job, Jobs, State, TrainSpec, TuneSpec
from recsys_core.runs.presets import Presets
from recsys_core.runs.store import RunCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.runs.trials import Trials
from recsys_core.runs.tune_job import tune_spec, tuned_runs
from recsys_core.training import loop
from recsys_core.training.context import Cancelled, EpochEnded
from recsys_core.tuning.trial import Ended, Trial, best_of
from recsys_core.types import Json
from tests.runs.builders import RANDOM, camps, keep, unfinished, wait_for
from tests.runs.slow_model import Slow, SlowConfig

REPOSITORY = Path(__file__).parents[2]
MODELS = ("ease", "item_knn")


class BrokenConfig(SlowConfig):
    trouble: Literal["explodes", "memory", "bug"] = "bug"
    search: ClassVar[dict[str, Search]] = {"trouble": None}


class Broken(Slow):
    info = replace(Slow.info, key="broken", title="Broken")
    Config = BrokenConfig


@pytest.fixture(autouse=True)
def slow_model(monkeypatch) -> None:
    monkeypatch.setattr(recsys_core.models, "MODELS", (*recsys_core.models.MODELS, Slow))
    monkeypatch.setattr(SlowConfig, "search", {"batches": (1, 8), "sleep": (0, 0.01)})


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


def spec_of(workspace: Workspace, models: tuple[str, ...] = MODELS, trials: int = 3, **more: object) -> TuneSpec:
    return tune_spec(workspace, keep(workspace, camps()).id, models, trials, RANDOM, **more)


def done(workspace: Workspace, spec: TuneSpec, jobs: Jobs | None = None) -> Job:
    jobs = jobs or Jobs(workspace.database)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    return jobs.find(job.id)


def trials_of(workspace: Workspace, job: Job) -> list[Trial]:
    """Without the seconds, which nobody can repeat."""
    return [replace(trial, seconds=0) for trial in Trials(workspace.database).ended(job.id)]


def figures(run: RunCard) -> Json:
    return {name: estimate["value"] for name, estimate in run.about["metrics"].items()}


def best_figures(workspace: Workspace, job: Job) -> dict[str, Json]:
    return {key: figures(run) for key, run in tuned_runs(workspace, job).items()}


# A search that nobody interrupts


def test_each_model_has_the_same_budget_and_its_best_settings_are_kept_as_a_run(workspace):
    job = done(workspace, spec_of(workspace))
    trials = trials_of(workspace, job)
    assert [(trial.number, trial.model) for trial in trials] == [(n, key) for n in (1, 2, 3) for key in MODELS]
    runs = tuned_runs(workspace, job)
    assert set(runs) == set(MODELS)
    assert job.run in {run.id for run in runs.values()}
    assert (job.state, job.done, job.epochs) == (State.FINISHED, job.done, 10)
    for key, run in runs.items():
        mine = [trial for trial in trials if trial.model == key]
        best = best_of(mine, "ndcg@10")
        passport = run.about["passport"]
        assert {name: passport["config"][name] for name in best.settings} == best.settings
        tuning = passport["tuning"]
        assert (tuning["trials"], tuning["pruned"], tuning["failed"], tuning["seed"]) == (3, 0, 0, 0)
        assert (tuning["metric"], tuning["models"]) == ("ndcg@10", list(MODELS))
        assert (tuning["best_trial"], tuning["best_validation"]) == (best.number, best.curve[0])
        assert tuning["as_it_comes"] == mine[0].curve[0]
        assert tuning["seconds"] > 0
        assert run.about["job"] == job.id
    best_run = max(runs.values(), key=lambda run: figures(run)["ndcg@10"])
    assert figures(workspace.find_run(job.run))["ndcg@10"] == figures(best_run)["ndcg@10"]
    assert job.message.startswith(workspace.find_run(job.run).title)
    assert "The budget: 3 trials each" in job.message
    assert not unfinished(workspace.root)


def test_the_best_settings_become_presets(workspace):
    job = done(workspace, spec_of(workspace))
    for key, run in tuned_runs(workspace, job).items():
        assert Presets(workspace.root).all(key) == {f"search {job.number} on camps": run.about["passport"]["config"]}


def test_the_settings_as_they_come_are_measured_beside_the_best_and_not_trained_twice(workspace):
    spec = spec_of(workspace)
    jobs = Jobs(workspace.database)
    run_job(workspace, jobs, jobs.begin(TrainSpec(dataset=spec.dataset, model="ease", split=RANDOM)))
    (ease,) = (run for run in workspace.runs() if run.model == "ease")
    job = done(workspace, spec, jobs)
    for key, run in tuned_runs(workspace, job).items():
        tuning = run.about["passport"]["tuning"]
        mine = [other for other in workspace.runs() if other.model == key]
        if tuning["best_trial"] == 1:
            assert tuning["untuned_run"] is None
        else:
            usual = workspace.find_run(tuning["untuned_run"])
            assert usual.about["passport"]["config"] == find_model(key)().config.model_dump(mode="json")
            assert len(mine) == 2
            if key == "ease":
                assert usual.id == ease.id


def test_a_run_that_was_stopped_by_hand_is_not_the_model_as_it_comes(workspace):
    def stop(event: object) -> None:
        if isinstance(event, EpochEnded):
            raise Cancelled

    spec = spec_of(workspace, ("slow",), trials=2)
    jobs = Jobs(workspace.database)
    began = jobs.begin(TrainSpec(dataset=spec.dataset, model="slow", split=RANDOM))
    run_job(workspace, jobs, began, stop)
    stopped = workspace.find_run(str(jobs.find(began.id).run))
    assert stopped.stopped_after == 1
    (run,) = tuned_runs(workspace, done(workspace, spec, jobs)).values()
    assert run.about["passport"]["tuning"]["best_trial"] == 2  # else nothing is compared
    assert run.about["passport"]["tuning"]["untuned_run"] != stopped.id


def test_trials_are_judged_by_validation_events_and_the_test_is_asked_once_for_each_run(workspace, monkeypatch):
    asked = []
    evaluate = tune_job.evaluate
    monkeypatch.setattr(tune_job, "evaluate", lambda *given: asked.append(given) or evaluate(*given))
    job = done(workspace, spec_of(workspace))
    assert len(asked) == len([run for run in workspace.runs() if run.about.get("job") == job.id])
    assert len(asked) <= 2 * len(MODELS)


def test_the_same_seed_gives_the_same_trials_and_figures_and_another_one_others(tmp_path):
    found = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        workspace = Workspace(tmp_path / name)
        spec = spec_of(workspace, ("ease", "slow")).model_copy(update={"seed": seed})
        job = done(workspace, spec)
        found.append((trials_of(workspace, job), best_figures(workspace, job)))
    assert found[0] == found[1]
    first, other = ([trial for trial in found[place][0] if trial.number == 1] for place in (0, 2))
    assert first[0] == other[0]  # EASE draws nothing
    assert first[1].settings == other[1].settings
    assert first[1].curve != other[1].curve
    assert found[0][0][2:] != found[2][0][2:]


def test_the_best_epoch_of_the_kept_run_is_that_of_its_trial(workspace):
    job = done(workspace, spec_of(workspace, ("slow",)))
    (run,) = tuned_runs(workspace, job).values()
    history = workspace.history(run.id)
    best = history[run.about["best_epoch"] - 1]["validation"]["value"]
    assert best == run.about["passport"]["tuning"]["best_validation"]


# Failures


def test_a_trial_that_fails_is_counted_and_the_search_goes_on(workspace, monkeypatch):
    monkeypatch.setattr(SlowConfig, "search", {"trouble": ["none", "explodes", "memory", "bug"]})
    told: list[Trial] = []
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec_of(workspace, ("slow",), trials=6))
    run_job(workspace, jobs, job, lambda event: told.append(event))
    ended = jobs.find(job.id)
    assert ended.state is State.FINISHED
    outcomes = [trial.ended for trial in told]
    assert len(outcomes) == 6
    assert Ended.FAILED in outcomes
    assert all(trial.reason for trial in told if trial.ended is Ended.FAILED)
    (run,) = tuned_runs(workspace, ended).values()
    assert run.about["passport"]["tuning"]["failed"] == outcomes.count(Ended.FAILED)


def test_a_model_that_always_fails_is_said_and_the_others_are_kept(workspace, monkeypatch):
    monkeypatch.setattr(recsys_core.models, "MODELS", (*recsys_core.models.MODELS, Broken))
    job = done(workspace, spec_of(workspace, ("ease", "broken")))
    assert job.state is State.FINISHED
    assert set(tuned_runs(workspace, job)) == {"ease"}
    assert "Broken has no result: Foretaste made a mistake" in job.message
    jobs = Jobs(workspace.database)
    alone = jobs.begin(spec_of(workspace, ("broken",)))
    with pytest.raises(ModelError, match="Not one trial came to a result"):
        run_job(workspace, jobs, alone)
    assert jobs.find(alone.id).state is State.FAILED


def test_what_cannot_be_tuned_is_refused_at_once(workspace, monkeypatch):
    with pytest.raises(ConfigError, match="has no settings to tune"):
        spec_of(workspace, ("popularity",))
    with pytest.raises(ConfigError, match="no model to tune"):
        spec_of(workspace, ())
    with pytest.raises(ConfigError, match="no model called 'nobody'"):
        spec_of(workspace, ("nobody",))
    with pytest.raises(ModelError, match="predict ratings"):
        spec_of(workspace, ("ease", "svdpp"))
    with pytest.raises(ConfigError, match="cannot be tuned by 'rmse'"):
        spec_of(workspace, metric="rmse")
    assert spec_of(workspace, ("ease", "ease")).models == ("ease",)
    monkeypatch.setattr(tune_job, "validator", lambda *_: None)
    with pytest.raises(SplitError, match="no validation events"):
        spec_of(workspace)


# Stop, kill, resume


def stop_after(workspace: Workspace, trials: int):
    """A listener that asks to stop once so many trials are over."""
    jobs, seen = Jobs(workspace.database), []

    def listen(event: object) -> None:
        seen.append(event)
        if len(seen) == trials:
            jobs.stop(jobs.all()[0].id)

    return listen


def test_stop_keeps_the_best_so_far_drops_the_trial_in_progress_and_can_go_on_to_the_same_end(tmp_path):
    plain, stopped = Workspace(tmp_path / "plain"), Workspace(tmp_path / "stopped")
    whole = done(plain, spec_of(plain, ("ease", "slow"), trials=3))
    jobs = Jobs(stopped.database)
    job = jobs.begin(spec_of(stopped, ("ease", "slow"), trials=3))
    run_job(stopped, jobs, job, stop_after(stopped, 3))
    ended = jobs.find(job.id)
    assert ended.state is State.STOPPED
    assert ended.message.startswith("Stopped by hand after 3 of 6 trials. ")
    assert ended.done == 3
    assert "EASE 2 trials in " in ended.message
    assert len(trials_of(stopped, job)) == 3
    first = tuned_runs(stopped, ended)
    assert {key: run.about["passport"]["tuning"]["trials"] for key, run in first.items()} == {"ease": 2, "slow": 1}
    jobs.resume(job.id)
    run_job(stopped, jobs, jobs.claim_next())
    again = jobs.find(job.id)
    assert again.state is State.FINISHED
    assert trials_of(stopped, again) == trials_of(plain, whole)
    assert best_figures(stopped, again) == best_figures(plain, whole)
    assert all(run.about["passport"]["tuning"]["trials"] == 3 for run in tuned_runs(stopped, again).values())


def test_a_trial_that_is_cut_by_a_stop_leaves_no_trace(workspace, monkeypatch):
    monkeypatch.setattr(stop_request, "POLL_SECONDS", 0.0)
    jobs, note, noted = Jobs(workspace.database), Trials.note, []

    def note_and_stop(trials: Trials, job: str, trial: Trial) -> None:
        note(trials, job, trial)
        noted.append(trial)
        if trial.model == "slow" and trial.curve:
            jobs.stop(job)

    monkeypatch.setattr(Trials, "note", note_and_stop)
    job = jobs.begin(spec_of(workspace, ("ease", "slow")))
    run_job(workspace, jobs, job)
    ended = jobs.find(job.id)
    assert ended.state is State.STOPPED
    assert noted[-1].ended is Ended.NOT_YET
    assert [trial.model for trial in trials_of(workspace, job)] == ["ease"]
    assert Trials(workspace.database).running(replace(ended, state=State.RUNNING)) is None  # gone, not only hidden


def test_a_search_that_is_stopped_before_any_trial_is_done_keeps_nothing(workspace):
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec_of(workspace, ("slow",)))
    jobs.stop(job.id)
    run_job(workspace, jobs, job)
    ended = jobs.find(job.id)
    assert ended.state is State.STOPPED
    assert "before a trial was done" in ended.message
    assert not trials_of(workspace, job)
    assert [run.model for run in workspace.runs()] == ["popularity"]


@pytest.mark.parametrize("where", ["trial", "keeping"])
def test_an_interrupted_search_goes_on_to_the_same_end(tmp_path, monkeypatch, where):
    plain, cut = Workspace(tmp_path / "plain"), Workspace(tmp_path / "cut")
    whole = done(plain, spec_of(plain))
    jobs = Jobs(cut.database)
    job = jobs.begin(spec_of(cut))
    module, name, calls = (tune_job, "attempt", 4) if where == "trial" else (tune_job, "describe", 3)
    real, made = getattr(module, name), []

    def cut_off(*arguments: object) -> object:
        made.append(arguments)
        if len(made) == calls:
            raise KeyboardInterrupt
        return real(*arguments)

    monkeypatch.setattr(module, name, cut_off)
    with pytest.raises(KeyboardInterrupt):
        run_job(cut, jobs, job)
    left = jobs.find(job.id)
    assert left.state is State.INTERRUPTED
    assert Trials(cut.database).running(left) is None  # no phantom
    assert len(trials_of(cut, job)) == (3 if where == "trial" else 6)
    jobs.resume(job.id)
    run_job(cut, jobs, jobs.claim_next())
    again = jobs.find(job.id)
    assert trials_of(cut, again) == trials_of(plain, whole)
    assert best_figures(cut, again) == best_figures(plain, whole)
    assert len(made) == 1 + (6 if where == "trial" else 4)  # nothing but what was cut off is done again
    assert len(cut.runs()) == len(plain.runs())  # nothing is kept twice


def test_a_trial_goes_on_from_its_checkpoint_and_a_damaged_one_begins_anew(workspace, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec_of(workspace, ("slow",), trials=2))
    note = Trials.note

    def cut_off(trials: Trials, job: str, trial: Trial) -> None:
        if len(trial.curve) == 3:
            raise KeyboardInterrupt
        note(trials, job, trial)

    monkeypatch.setattr(Trials, "note", cut_off)
    with pytest.raises(KeyboardInterrupt):
        run_job(workspace, jobs, job)
    monkeypatch.setattr(Trials, "note", note)
    folder = workspace.root / "jobs" / job.id / "slow-1"
    (checkpoint,) = folder.iterdir()
    assert checkpoint.name == "000002"
    (checkpoint / "progress.json").write_text("{")
    jobs.resume(job.id)
    run_job(workspace, jobs, jobs.claim_next())
    assert [len(trial.curve) for trial in trials_of(workspace, job)] == [3, 3]
    assert not folder.exists()


@pytest.mark.slow
def test_after_kill_9_nothing_is_lost_there_is_no_phantom_and_resume_comes_to_the_same_end(tmp_path):
    plain, killed = Workspace(tmp_path / "plain"), Workspace(tmp_path / "killed")
    models = ("ease", "gmf")
    whole = done(plain, spec_of(plain, models))
    jobs = Jobs(killed.database)
    job = jobs.submit(spec_of(killed, models))
    command = [sys.executable, "-m", "tests.runs.train_and_wait", str(killed.root), job.id]
    process = subprocess.Popen(command, cwd=REPOSITORY)
    trials = Trials(killed.database)
    wait_for(lambda: (now := trials.running(jobs.find(job.id))) is not None and now.number == 2 and bool(now.curve))
    process.kill()
    process.wait()
    left = jobs.find(job.id)
    assert left.state is State.INTERRUPTED
    assert trials.running(left) is None
    kept = trials_of(killed, left)
    assert kept == trials_of(plain, whole)[: len(kept)]
    assert len(kept) >= 3
    jobs.resume(job.id)
    run_job(killed, jobs, jobs.claim_next())
    again = jobs.find(job.id)
    assert again.state is State.FINISHED
    assert trials_of(killed, again) == trials_of(plain, whole)
    for key, run in tuned_runs(killed, again).items():
        mine, other = (one.load_model(card.id) for one, card in ((killed, run), (plain, tuned_runs(plain, whole)[key])))
        everybody = np.arange(24, dtype=np.int32)
        assert np.array_equal(mine.score(everybody), other.score(everybody))


def test_trials_go_with_their_job_and_runs_stay(workspace):
    job = done(workspace, spec_of(workspace, ("ease",)))
    jobs = Jobs(workspace.database)
    jobs.dismiss(job.id)
    assert not trials_of(workspace, job)
    assert set(tuned_runs(workspace, job)) == {"ease"}


def test_a_workspace_from_before_there_was_tuning_opens(workspace):
    with workspace.database.connect() as db:
        db.execute("DROP TABLE trials")
    assert done(Workspace(workspace.root), spec_of(workspace, ("ease",))).state is State.FINISHED


def test_only_a_search_can_go_on_after_it_was_stopped(workspace):
    jobs = Jobs(workspace.database)
    training = jobs.submit(TrainSpec(dataset="d", model="ease"))
    jobs.stop(training.id)
    assert not jobs.find(training.id).is_resumable
    with pytest.raises(StudioError, match="only an interrupted or failed one"):
        jobs.resume(training.id)
    search = jobs.submit(spec_of(workspace, ("ease",)))
    jobs.stop(search.id)
    jobs.resume(search.id)
    assert jobs.find(search.id).state is State.QUEUED
