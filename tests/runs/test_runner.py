"""Jobs are done, stopped, killed and resumed; whatever happens, their state is true and every run is whole."""

import errno
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import recsys_core.models
from recsys_core.errors import JobError, StoreError
from recsys_core.evaluation import validator
from recsys_core.runs import files, worker
from recsys_core.runs import runner as runner_module
from recsys_core.runs.checkpoints import Checkpoints
from recsys_core.runs.files import remove_folder
from recsys_core.runs.jobs import Executor, Job, Jobs, State, SynthesizeSpec, TrainSpec
from recsys_core.runs.processes import is_alive, my_identity
from recsys_core.runs.runner import JobRunner
from recsys_core.runs.store import DatasetCard, Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.splitting import SplitRecipe
from recsys_core.training import loop
from recsys_core.training.context import EpochEnded, Event
from recsys_core.training.devices import Device
from recsys_core.types import Feedback
from tests import worlds
from tests.runs.builders import RANDOM, camps, keep, scores, spec, unfinished, wait_for, wait_until_done
from tests.runs.slow_model import Slow, SlowTask

REPOSITORY = Path(__file__).parents[2]
TINY = {"embedding_size": 4, "product_size": 4, "tower": [8, 4], "epochs": 2, "batch_size": 64}
MANY_EPOCHS = TINY | {"epochs": 12, "patience": 1000}
ENDLESS = TINY | {"epochs": 1000, "patience": 1000}


@pytest.fixture(autouse=True)
def slow_model(monkeypatch) -> None:
    monkeypatch.setattr(recsys_core.models, "MODELS", (*recsys_core.models.MODELS, Slow))


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


@pytest.fixture
def card(workspace) -> DatasetCard:
    return keep(workspace, camps())


@pytest.fixture
def big(workspace) -> DatasetCard:
    """Enough events that an epoch of NeuMF takes a moment."""
    return keep(workspace, camps(name="big", n=1200))


@pytest.fixture
def runner(workspace) -> Iterator[JobRunner]:
    made = JobRunner(workspace)
    yield made
    for job in made.jobs.all():
        made.jobs.stop(job.id)
    made.close()


def submit_and_wait(runner: JobRunner, wanted: TrainSpec) -> Job:
    return wait_until_done(runner.jobs, runner.submit(wanted).id)


def models(workspace: Workspace) -> list[str]:
    return sorted(run.model for run in workspace.runs())


def nothing_is_half_written(workspace: Workspace) -> None:
    assert unfinished(workspace.root) == []
    for run in workspace.runs():
        scores(workspace, run.id)


# Jobs that go well


def test_a_job_gives_a_run(runner, workspace, card, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    job = submit_and_wait(runner, spec(card.id, "neumf", **TINY))
    assert (job.state, job.message) == (State.FINISHED, "All 2 epochs are done.")
    run = workspace.find_run(job.run)
    assert (run.model, run.dataset) == ("neumf", card.id)
    assert run.about["epochs"] == job.done == job.epochs == 2
    assert TrainSpec.model_validate(run.about["spec"]) == job.spec
    assert np.isfinite(scores(workspace, run.id)).all()
    assert workspace.history(run.id) == runner.jobs.epochs(job.id)
    assert models(workspace) == ["neumf", "popularity"]
    assert not (workspace.root / "jobs" / job.id).exists()
    nothing_is_half_written(workspace)


@pytest.mark.slow
def test_a_job_in_a_process_of_its_own_gives_the_same_run_bit_by_bit(runner, workspace, card):
    here, there = (
        submit_and_wait(runner, spec(card.id, "neumf", executor, **TINY))
        for executor in (Executor.IN_PROCESS, Executor.PROCESS)
    )
    assert (there.state, there.message) == (State.FINISHED, here.message)
    same_result(workspace, here.run, there.run)
    assert without_seconds(runner.jobs.epochs(here.id)) == without_seconds(runner.jobs.epochs(there.id))
    assert list((workspace.root / "jobs").iterdir()) == []


def test_popularity_is_there_once_for_each_split(runner, workspace, card):
    for model in ("slow", "slow", "popularity"):
        assert submit_and_wait(runner, spec(card.id, model)).state is State.FINISHED
    assert models(workspace) == ["popularity", "popularity", "slow", "slow"]  # one by itself, one that was asked for
    other = spec(card.id, "slow").model_copy(update={"split": SplitRecipe(key="leave-one-out")})
    submit_and_wait(runner, other)
    assert models(workspace).count("popularity") == 3


def test_popularity_alone_is_trained_once(runner, workspace, card):
    job = submit_and_wait(runner, spec(card.id))
    assert [run.id for run in workspace.runs()] == [job.run]
    assert job.message == "Trained in one step."


def test_the_lane_does_one_job_at_a_time_in_the_order_of_submission(runner, workspace, card):
    submitted = [runner.submit(spec(card.id, "slow", batches=3)).id for _ in range(3)]
    seen = []

    def all_done() -> bool:
        states = [job.state for job in runner.jobs.all()]
        assert states.count(State.RUNNING) <= 1
        seen.extend(job.id for job in runner.jobs.all() if job.state is State.RUNNING and job.id not in seen)
        return states.count(State.FINISHED) == 3

    wait_for(all_done)
    ends = {job.id: job.finished for job in runner.jobs.all()}
    assert sorted(submitted, key=ends.__getitem__) == submitted
    assert seen == [identifier for identifier in submitted if identifier in seen]


def test_a_double_click_is_one_job_and_one_run(runner, workspace, card):
    jobs = [runner.submit(spec(card.id, "slow"), "click") for _ in range(3)]
    wait_until_done(runner.jobs, jobs[0].id)
    assert {job.id for job in jobs} == {job.id for job in runner.jobs.all()}
    assert models(workspace) == ["popularity", "slow"]


def test_a_job_that_another_process_submitted_is_done_too(runner, workspace, card):
    job = Jobs(Workspace(workspace.root).database).submit(spec(card.id))
    assert wait_until_done(runner.jobs, job.id).state is State.FINISHED


def test_auto_takes_a_process_above_the_line_and_this_one_up_to_it(runner, card, monkeypatch):
    events = card.about["interactions"]
    auto = spec(card.id, executor=Executor.AUTO)
    monkeypatch.setattr(runner_module, "IN_PROCESS_EVENTS", events)
    assert runner.executor(auto) is Executor.IN_PROCESS
    monkeypatch.setattr(runner_module, "IN_PROCESS_EVENTS", events - 1)
    assert runner.executor(auto) is Executor.PROCESS
    for chosen in (Executor.IN_PROCESS, Executor.PROCESS):
        assert runner.executor(spec(card.id, executor=chosen)) is chosen


def test_many_people_are_generated_in_a_process(runner):
    few = SynthesizeSpec(name="few", generator="personas", knobs={"people": 100})
    assert runner.executor(few) is Executor.IN_PROCESS
    many = few.model_copy(update={"knobs": {"people": 100_000}})
    assert runner.executor(many) is Executor.PROCESS


def test_closing_waits_for_the_job_at_hand_and_starts_no_other(workspace, card):
    runner = JobRunner(workspace)
    first, second = runner.submit(spec(card.id, "slow")), runner.submit(spec(card.id, "slow"))
    wait_for(lambda: runner.jobs.find(first.id).state is not State.QUEUED)
    runner.close()
    assert runner.jobs.find(first.id).state is State.FINISHED
    assert runner.jobs.find(second.id).state is State.QUEUED


# Stop


@pytest.mark.parametrize("executor", [Executor.IN_PROCESS, pytest.param(Executor.PROCESS, marks=pytest.mark.slow)])
def test_stop_keeps_the_best_epoch_and_acts_within_two_seconds(runner, workspace, big, executor):
    job = runner.submit(spec(big.id, "neumf", executor, **ENDLESS, learning_rate=0.1))
    wait_for(lambda: len(runner.jobs.epochs(job.id)) >= 3)
    runner.jobs.stop(job.id)
    asked = time.monotonic()
    wait_for(lambda: runner.jobs.find(job.id).phase != "Training")
    assert time.monotonic() - asked < 2
    ended = wait_until_done(runner.jobs, job.id)
    assert ended.state is State.FINISHED
    history = workspace.history(ended.run)
    values = [event["validation"]["value"] for event in history]
    best = values.index(max(values)) + 1
    assert ended.message == f"Stopped by hand in epoch {len(history) + 1}; epoch {best}, the best so far, is kept."
    loaded = workspace.load_run(ended.run)
    assert validator(loaded.split, loaded.model)(loaded.model).value == max(values)


def test_stop_in_the_first_epoch_leaves_nothing(runner, workspace, card):
    job = runner.submit(spec(card.id, "slow", batches=100_000))
    wait_for(lambda: runner.jobs.find(job.id).phase == "Training")
    time.sleep(0.3)
    runner.jobs.stop(job.id)
    ended = wait_until_done(runner.jobs, job.id, 2)
    assert (ended.state, ended.run) == (State.STOPPED, None)
    assert "before the first epoch was over" in ended.message
    assert models(workspace) == ["popularity"]
    assert not (workspace.root / "jobs" / job.id).exists()
    nothing_is_half_written(workspace)


def test_a_job_that_was_stopped_while_it_waited_is_never_started(runner, workspace, card):
    first = runner.submit(spec(card.id, "slow", batches=100))
    second = runner.submit(spec(card.id, "slow"))
    runner.jobs.stop(second.id)
    wait_until_done(runner.jobs, first.id)
    assert runner.jobs.find(second.id).state is State.STOPPED
    assert runner.jobs.find(second.id).started is None


# Jobs that go wrong


@pytest.mark.parametrize(
    ("model", "settings", "words"),
    [
        ("slow", {"epochs": 0}, "The setting 'epochs' cannot be 0: it must be greater than or equal to 1"),
        ("slow", {"depth": 3}, "There is no setting 'depth'. Known settings: epochs"),
        ("slow", {"trouble": "explodes"}, "The training loss is not a number any more in epoch 1. Lower the learning"),
        ("slow", {"trouble": "nan"}, "The model gave a score that is not a number."),
        ("slow", {"trouble": "memory"}, "The machine's memory did not suffice. Choose a smaller"),
        ("slow", {"trouble": "bug"}, "Foretaste made a mistake (ZeroDivisionError). The log has the details."),
        ("bias", {}, "Bias baseline learns to predict ratings, but the data set 'camps' has none"),
        ("unheard-of", {}, "There is no model called 'unheard-of'. Choose one of: popularity"),
    ],
)
def test_a_failing_job_says_why_and_the_lane_goes_on(runner, workspace, card, model, settings, words):
    job = submit_and_wait(runner, spec(card.id, model, **settings))
    assert (job.state, job.run) == (State.FAILED, None)
    assert words in job.message
    assert "Traceback" not in job.message
    assert model not in models(workspace)
    nothing_is_half_written(workspace)
    assert submit_and_wait(runner, spec(card.id)).state is State.FINISHED


@pytest.mark.slow
def test_a_failing_job_in_a_process_of_its_own_says_why_too(runner, card):
    job = submit_and_wait(runner, spec(card.id, "neumf", Executor.PROCESS, epochs=0))
    assert job.state is State.FAILED
    assert "The setting 'epochs' cannot be 0" in job.message


@pytest.mark.parametrize("executor", [Executor.IN_PROCESS, Executor.AUTO])
def test_a_job_whose_data_set_vanished_while_it_waited_fails_in_words(workspace, card, executor):
    job = Jobs(workspace.database).submit(spec(card.id, executor=executor))
    remove_folder(workspace.root / "datasets" / card.id)
    workspace._unlist("datasets", card.id)
    runner = JobRunner(workspace)
    ended = wait_until_done(runner.jobs, job.id)
    runner.close()
    assert ended.state is State.FAILED
    assert "There is no data set called" in ended.message


def test_a_split_that_leaves_nothing_fails_in_words(runner, workspace):
    card = keep(workspace, worlds.golden(feedback=Feedback.EXPLICIT))
    wanted = spec(card.id).model_copy(update={"split": RANDOM.model_copy(update={"threshold": 99.0})})
    job = submit_and_wait(runner, wanted)
    assert job.state is State.FAILED
    assert "rated 99 or more" in job.message


@pytest.mark.parametrize("at", ["a checkpoint", "the run"])
def test_a_full_disk_fails_the_job_in_words_and_it_can_be_resumed_once_there_is_space(
    runner, workspace, card, monkeypatch, at
):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    flush, refused = files._flush, []

    def full(folder: Path) -> None:
        is_checkpoint = folder.parent.parent == workspace.root / "jobs" and "best_epoch" in read(
            folder, "progress.json"
        )
        is_run = folder.parent == workspace.root / "runs" and '"slow"' in read(folder, "model/model.json")
        if (is_checkpoint and at == "a checkpoint" and len(refused) < 3) or (is_run and at == "the run"):
            refused.append(folder)
            if is_run or len(refused) == 3:  # the third checkpoint
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(folder)

    monkeypatch.setattr(files, "_flush", full)
    job = submit_and_wait(runner, spec(card.id, "slow", epochs=5))
    assert (job.state, job.run) == (State.FAILED, None)
    assert job.message.startswith("The disk is full, so nothing was saved.")
    assert job.message.endswith("Free some space and try again.")
    assert models(workspace) == ["popularity"]
    nothing_is_half_written(workspace)
    monkeypatch.setattr(files, "_flush", flush)
    runner.resume(job.id)
    ended = wait_until_done(runner.jobs, job.id)
    assert ended.state is State.FINISHED
    assert [event["epoch"] for event in workspace.history(ended.run)] == [1, 2, 3, 4, 5]


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text() if (folder / name).exists() else ""


def test_the_metric_and_the_device_of_a_job_are_used_and_noted_down(runner, workspace, card):
    wanted = spec(card.id, "slow", epochs=4).model_copy(update={"metric": "recall@5", "device": Device.CPU})
    job = submit_and_wait(runner, wanted)
    history = workspace.history(job.run)
    assert {event["validation"]["metric"] for event in history} == {"Recall@5"}
    passport = workspace.find_run(job.run).about["passport"]
    assert (passport["stopping_metric"], passport["device"]) == ("recall@5", "cpu")


def test_a_gpu_that_is_not_there_fails_the_job_in_words(runner, card, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    job = submit_and_wait(runner, spec(card.id, "slow").model_copy(update={"device": Device.CUDA}))
    assert job.state is State.FAILED
    assert job.message.startswith(
        "A GPU was asked for, but PyTorch finds none on this machine. Choose the device 'auto'"
    )


def test_a_figure_that_the_model_has_not_fails_the_job_in_words(runner, card):
    job = submit_and_wait(runner, spec(card.id, "slow").model_copy(update={"metric": "rmse"}))
    assert job.state is State.FAILED
    assert "The training of Slow cannot be stopped on 'rmse'. Choose one of: ndcg@10" in job.message


def test_a_job_is_closed_even_if_its_end_could_not_be_noted_down(runner, card, monkeypatch):
    end, refused = Jobs.end, []

    def refuse_once(jobs: Jobs, identifier: str, *rest: object) -> None:
        if not refused:
            refused.append(identifier)
            raise StoreError("The workspace's database cannot be used: database or disk is full.")
        end(jobs, identifier, *rest)

    monkeypatch.setattr(Jobs, "end", refuse_once)
    job = submit_and_wait(runner, spec(card.id))
    assert refused == [job.id]
    assert job.state is State.FAILED
    assert submit_and_wait(runner, spec(card.id)).state is State.FINISHED


def test_a_process_that_cannot_be_started_fails_the_job(runner, card, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

    monkeypatch.setattr(runner_module.subprocess, "Popen", refuse)
    job = submit_and_wait(runner, spec(card.id, executor=Executor.PROCESS))
    assert job.state is State.FAILED
    assert "could not be started" in job.message


def test_ctrl_c_in_a_shell_leaves_an_interrupted_job_and_no_talk_of_a_mistake(workspace, card):
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec(card.id, "slow"))

    def press(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_job(workspace, jobs, job, press)
    assert jobs.find(job.id).state is State.INTERRUPTED
    assert jobs.find(job.id).message == "Interrupted from the keyboard."


# Resume


ITERATIVE = [model.info.key for model in recsys_core.models.MODELS if "epochs" in model.Config.model_fields]


def settings_for(model: str, **more: object) -> dict[str, object]:
    fields = recsys_core.models.find_model(model).Config.model_fields
    return {name: value for name, value in (TINY | {"dropout": 0.2} | more).items() if name in fields}


def train_by_hand(workspace: Workspace, job: Job, die_after: int | None = None) -> Job:
    """Do a waiting job in this thread; dies right after the checkpoint of an epoch."""
    jobs = Jobs(workspace.database)

    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.epoch == die_after:
            raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        run_job(workspace, jobs, jobs.claim_next(), listen)
    return jobs.find(job.id)


def without_seconds(history: list[dict]) -> list[dict]:
    return [{name: value for name, value in event.items() if name != "seconds"} for event in history]


def same_result(workspace: Workspace, first: str, second: str) -> None:
    """Bit by bit, all but the time it took."""
    assert np.array_equal(scores(workspace, first), scores(workspace, second))
    abouts = [workspace.find_run(run).about for run in (first, second)]
    for name in ("metrics", "epochs", "best_epoch", "ending", "passport"):
        assert abouts[0][name] == abouts[1][name]
    assert without_seconds(workspace.history(first)) == without_seconds(workspace.history(second))


@pytest.mark.parametrize(("model", "after"), [("neumf", 1), ("neumf", 4), ("neumf", 5), *((m, 2) for m in ITERATIVE)])
def test_a_resumed_training_ends_bit_by_bit_as_if_nothing_had_happened(workspace, monkeypatch, model, after):
    """The fifth epoch is the last: after it only the measuring was missing."""
    rates = recsys_core.models.find_model(model).info.needs_ratings
    card = keep(workspace, camps(feedback=Feedback.EXPLICIT if rates else Feedback.IMPLICIT))
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    wanted = spec(card.id, model, **settings_for(model, epochs=5, patience=1000))
    jobs = Jobs(workspace.database)
    straight = train_by_hand(workspace, jobs.submit(wanted))
    cut = train_by_hand(workspace, jobs.submit(wanted), die_after=after)
    assert (cut.state, cut.run) == (State.INTERRUPTED, None)
    assert models(workspace).count(model) == 1
    jobs.resume(cut.id)
    resumed = train_by_hand(workspace, cut)
    assert resumed.state is State.FINISHED
    same_result(workspace, straight.run, resumed.run)
    assert without_seconds(jobs.epochs(resumed.id)) == without_seconds(jobs.epochs(straight.id))


def test_a_training_that_stops_early_stops_at_the_same_epoch_when_it_was_resumed(workspace, card, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    wanted = spec(card.id, "neumf", **settings_for("neumf", epochs=200, patience=2))
    jobs = Jobs(workspace.database)
    straight = train_by_hand(workspace, jobs.submit(wanted))
    assert straight.message.startswith("Stopped early: NDCG@10 on the validation events was best in epoch")
    cut = train_by_hand(workspace, jobs.submit(wanted), die_after=int(straight.done))
    jobs.resume(cut.id)
    same_result(workspace, straight.run, train_by_hand(workspace, cut).run)


def test_a_resumed_job_trains_again_only_what_no_checkpoint_holds(workspace, card, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    jobs = Jobs(workspace.database)
    cut = train_by_hand(workspace, jobs.submit(spec(card.id, "slow", epochs=4)), die_after=3)
    trained = []
    train_epoch = SlowTask.train_epoch
    monkeypatch.setattr(SlowTask, "train_epoch", lambda task, pulse: trained.append(1) or train_epoch(task, pulse))
    jobs.resume(cut.id)
    assert train_by_hand(workspace, cut).state is State.FINISHED
    assert len(trained) == 2  # it died between the report of epoch 3 and its checkpoint


def test_a_job_without_a_checkpoint_is_resumed_from_the_start(workspace, card):
    jobs = Jobs(workspace.database)
    cut = train_by_hand(workspace, jobs.submit(spec(card.id, "slow")), die_after=2)
    jobs.resume(cut.id)
    resumed = train_by_hand(workspace, cut)
    assert [event["epoch"] for event in workspace.history(resumed.run)] == [1, 2, 3]


@pytest.mark.parametrize("name", ["tensors.safetensors", "progress.json"])
def test_a_damaged_checkpoint_is_an_error_in_words(workspace, card, monkeypatch, name):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    jobs = Jobs(workspace.database)
    cut = train_by_hand(workspace, jobs.submit(spec(card.id, "slow")), die_after=2)
    (path,) = (workspace.root / "jobs" / cut.id).glob(f"*/{name}")
    path.write_bytes(path.read_bytes()[:5])
    jobs.resume(cut.id)
    with pytest.raises(JobError, match="The checkpoint cannot be read"):
        train_by_hand(workspace, cut)
    assert "Train again with the same settings" in jobs.find(cut.id).message


# Killed


def server(workspace: Workspace, job: Job) -> subprocess.Popen:
    words = [sys.executable, "-m", "tests.runs.train_and_wait", str(workspace.root), job.id]
    return subprocess.Popen(words, cwd=REPOSITORY)


def owner(workspace: Workspace, job: Job) -> str:
    with workspace.database.connect() as db:
        return db.execute("SELECT owner FROM jobs WHERE id = ?", (job.id,)).fetchone()["owner"]


@pytest.mark.slow
def test_after_kill_9_in_the_middle_of_training_the_job_reads_interrupted_and_resume_gives_the_same_result(
    workspace, big
):
    wanted = spec(big.id, "neumf", **MANY_EPOCHS)
    jobs = Jobs(workspace.database)
    straight = train_by_hand(workspace, jobs.submit(wanted))
    job = jobs.submit(wanted)
    process = server(workspace, job)
    wait_for(lambda: len(jobs.epochs(job.id)) >= 3)
    process.kill()
    process.wait()
    killed = jobs.find(job.id)
    assert killed.state is State.INTERRUPTED
    assert "ended before it was done" in killed.message
    assert killed.done < MANY_EPOCHS["epochs"]

    opened = Workspace(workspace.root)
    nothing_is_half_written(opened)
    assert models(opened).count("neumf") == 1
    assert Checkpoints(opened.root / "jobs" / job.id).newest() is not None
    jobs.resume(job.id)
    resumed = train_by_hand(opened, job)
    assert resumed.state is State.FINISHED
    same_result(opened, straight.run, resumed.run)
    assert unfinished(opened.root) == []
    assert list((opened.root / "jobs").iterdir()) == []


@pytest.mark.slow
def test_kill_9_in_any_phase_never_leaves_a_half_written_thing_a_lying_state_or_two_runs(workspace, big):
    jobs = Jobs(workspace.database)
    job = jobs.submit(spec(big.id, "neumf", **MANY_EPOCHS))
    rng = random.Random(5)
    for phase in ("Reading", "Training", "Training", "Measuring", "Saving", "Saving", ""):
        process = server(workspace, job)
        pid = f"{process.pid}."

        def is_there(process=process, phase=phase, pid=pid) -> bool:
            here = owner(workspace, job).startswith(pid) and jobs.find(job.id).phase.startswith(phase or "never")
            return here or process.poll() is not None

        wait_for(is_there, 60)
        time.sleep(rng.random() * 0.1)
        process.kill()
        process.wait()
        opened = Workspace(workspace.root)
        nothing_is_half_written(opened)
        assert models(opened).count("neumf") <= 1
        assert models(opened).count("popularity") <= 1
        assert jobs.find(job.id).state in (State.INTERRUPTED, State.FINISHED)
        if jobs.find(job.id).state is State.FINISHED:
            break
    assert jobs.find(job.id).state is State.FINISHED
    assert models(opened) == ["neumf", "popularity"]
    assert [event["epoch"] for event in jobs.epochs(job.id)] == list(range(1, 13))


def test_a_crash_between_saving_a_run_and_saying_so_does_not_make_two_of_it(workspace, card, monkeypatch):
    jobs = Jobs(workspace.database)
    job = jobs.submit(spec(card.id, "slow"))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Jobs, "end", killed)
    train_by_hand(workspace, job)
    monkeypatch.undo()
    monkeypatch.setattr(recsys_core.models, "MODELS", (*recsys_core.models.MODELS, Slow))
    with workspace.database.connect() as db:
        db.execute("UPDATE jobs SET owner = '99999999.5'")
    assert jobs.find(job.id).state is State.INTERRUPTED
    jobs.resume(job.id)
    resumed = train_by_hand(workspace, job)
    assert resumed.state is State.FINISHED
    assert models(workspace) == ["popularity", "slow"]
    assert workspace.find_run(resumed.run).model == "slow"


@pytest.mark.slow
def test_a_worker_that_is_killed_leaves_an_interrupted_job_and_the_lane_goes_on(runner, workspace, big):
    job = runner.submit(spec(big.id, "neumf", Executor.PROCESS, **ENDLESS))
    wait_for(lambda: len(runner.jobs.epochs(job.id)) >= 1)
    pid = int(owner(workspace, job).partition(".")[0])
    assert pid != os.getpid()
    os.kill(pid, signal.SIGKILL)
    ended = wait_until_done(runner.jobs, job.id, 5)
    assert ended.state is State.INTERRUPTED
    assert "ended" in ended.message
    nothing_is_half_written(workspace)
    assert submit_and_wait(runner, spec(big.id)).state is State.FINISHED


@pytest.mark.slow
def test_a_worker_ends_with_the_server_that_started_it(workspace, big):
    jobs = Jobs(workspace.database)
    job = jobs.submit(spec(big.id, "neumf", Executor.PROCESS, **ENDLESS))
    process = server(workspace, job)
    wait_for(lambda: len(jobs.epochs(job.id)) >= 1)
    working = owner(workspace, job)
    assert is_alive(working)
    assert not working.startswith(f"{process.pid}.")
    process.kill()
    process.wait()
    wait_for(lambda: not is_alive(working), 3)
    assert jobs.find(job.id).state is State.INTERRUPTED


def test_a_worker_whose_server_is_gone_before_it_began_touches_nothing(workspace, card, monkeypatch):
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec(card.id))
    monkeypatch.setattr(worker, "end_with", lambda *_: None)
    monkeypatch.setattr(worker, "give_way", lambda: None)
    monkeypatch.setattr(worker.signal, "signal", lambda *_: None)
    assert worker.main(workspace.root, job.id, os.getppid() + 1) == worker.ORPHANED
    assert owner(workspace, job) == my_identity()
    jobs.end(job.id, State.INTERRUPTED, "x")  # by whoever opened the workspace next
    assert worker.main(workspace.root, job.id, os.getppid()) == worker.ORPHANED
    assert jobs.find(job.id).state is State.INTERRUPTED
    assert workspace.runs() == []
