"""Jobs are rows: what one process writes, any other sees, and no state lies."""

import threading
from dataclasses import replace

import pytest
from pydantic import ValidationError

from recsys_core.errors import JobError
from recsys_core.runs import jobs as jobs_module
from recsys_core.runs.database import Database
from recsys_core.runs.jobs import Executor, Job, Jobs, State, TrainSpec
from recsys_core.runs.processes import my_identity
from recsys_core.training.context import EpochEnded, Progress, Validation
from recsys_core.training.devices import Device
from tests.runs.builders import spec

DEAD = "99999999.5"


@pytest.fixture
def database(tmp_path) -> Database:
    return Database(tmp_path / "db")


@pytest.fixture
def jobs(database) -> Jobs:
    return Jobs(database)


def give_to(database: Database, identifier: str, owner: str) -> None:
    with database.connect() as db:
        db.execute("UPDATE jobs SET owner = ? WHERE id = ?", (owner, identifier))


def running(jobs: Jobs) -> Job:
    job = jobs.begin(spec("d"))
    assert job is not None
    return job


def epoch(number: int, loss: float = 0.5) -> EpochEnded:
    return EpochEnded(number, 10, {"loss": loss}, Validation("NDCG@10", 0.25, True), number, 100, 1.5)


# The queue


def test_a_new_job_waits_with_all_that_it_was_asked_to_do(jobs):
    wanted = TrainSpec(dataset="d", model="neumf", settings={"tower": [4, 2]}, seed=7, executor=Executor.PROCESS)
    job = jobs.submit(wanted)
    assert job.spec == wanted
    assert (job.state, job.phase, job.message, job.run) == (State.QUEUED, "Waiting", "", None)
    assert (job.done, job.epochs, job.stop, job.started, job.finished) == (0, 0, False, None, None)
    assert job.is_active
    assert jobs.find(job.id) == job


def test_a_spec_from_before_metrics_and_devices_can_be_chosen_still_loads():
    old = TrainSpec.model_validate_json('{"dataset": "d", "model": "neumf", "settings": {}, "executor": "auto"}')
    assert (old.metric, old.device) == (None, Device.AUTO)
    new = TrainSpec(dataset="d", model="neumf", metric="recall@20", device=Device.CUDA)
    assert TrainSpec.model_validate_json(new.model_dump_json()) == new


def test_the_queue_is_first_come_first_served_and_the_list_newest_first(jobs):
    submitted = [jobs.submit(spec("d")).id for _ in range(4)]
    assert [job.id for job in jobs.all()] == submitted[::-1]
    assert [jobs.claim_next().id for _ in range(4)] == submitted
    assert jobs.claim_next() is None


def test_the_queue_keeps_its_order_when_the_clock_is_set_back(jobs, monkeypatch):
    first = jobs.submit(spec("d"))
    monkeypatch.setattr(jobs_module.time, "time", lambda: 1.0)
    jobs.submit(spec("d"))
    assert jobs.claim_next().id == first.id


def test_a_resumed_job_keeps_its_place_before_later_ones(jobs):
    first = running(jobs)
    jobs.submit(spec("d"))
    jobs.end(first.id, State.FAILED, "x")
    jobs.resume(first.id)
    assert jobs.claim_next().id == first.id


def test_the_same_click_twice_is_one_job(jobs):
    first, second = jobs.submit(spec("d"), "click"), jobs.submit(spec("other"), "click")
    assert first == second
    assert len(jobs.all()) == 1
    assert jobs.submit(spec("d"), "another click").id != first.id


def test_a_click_that_many_threads_send_at_once_is_one_job(jobs):
    found = in_threads(16, lambda: jobs.submit(spec("d"), "click").id)
    assert len(found) == 16
    assert len(set(found)) == len(jobs.all()) == 1


def test_submissions_at_the_same_time_all_get_in_each_with_a_number_of_its_own(jobs):
    in_threads(16, lambda: jobs.submit(spec("d")))
    assert sorted(job.number for job in jobs.all()) == list(range(1, 17))


def test_many_who_claim_at_once_never_get_the_same_job(jobs):
    waiting = {jobs.submit(spec("d")).id for _ in range(20)}

    def claim_some() -> list[str]:
        return [job.id for job in (jobs.claim_next() for _ in range(4)) if job is not None]

    claimed = [identifier for some in in_threads(10, claim_some) for identifier in some]
    assert len(claimed) == len(set(claimed)) == 20
    assert set(claimed) == waiting


def in_threads(number: int, work) -> list:
    """What each of so many threads gives that start at the same moment."""
    together, results = threading.Barrier(number), []

    def one() -> None:
        together.wait()
        results.append(work())

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == number
    return results


def test_a_claimed_job_runs_in_this_process_and_cannot_be_claimed_again(jobs, database):
    job = running(jobs)
    assert job.state is State.RUNNING
    assert job.started is not None
    with database.connect() as db:
        assert db.execute("SELECT owner FROM jobs").fetchone()["owner"] == my_identity()
    assert jobs.claim_next() is None


# Stopping, resuming, ending


def test_stopping_a_waiting_job_takes_it_out_of_the_queue(jobs):
    job = jobs.submit(spec("d"))
    jobs.stop(job.id)
    stopped = jobs.find(job.id)
    assert (stopped.state, stopped.message) == (State.STOPPED, "Taken out of the queue.")
    assert stopped.finished is not None
    assert jobs.claim_next() is None


def test_a_running_job_sees_that_it_should_stop(jobs):
    job, other = running(jobs), running(jobs)
    assert not jobs.stop_requested(job.id)
    jobs.stop(job.id)
    assert jobs.stop_requested(job.id)
    assert jobs.find(job.id).stop
    assert jobs.find(job.id).state is State.RUNNING
    assert not jobs.stop_requested(other.id)


def test_a_job_that_is_not_there_any_more_should_stop(jobs):
    assert jobs.stop_requested("gone")


@pytest.mark.parametrize("state", [State.INTERRUPTED, State.FAILED])
def test_an_interrupted_or_failed_job_can_be_resumed_as_if_nobody_had_asked_it_to_stop(jobs, state):
    job = running(jobs)
    jobs.report(job.id, epoch(1))
    jobs.stop(job.id)
    jobs.end(job.id, state, "x")
    jobs.resume(job.id)
    waiting = jobs.find(job.id)
    assert (waiting.state, waiting.phase, waiting.message, waiting.finished) == (State.QUEUED, "Waiting", "", None)
    assert not waiting.stop
    assert len(jobs.epochs(job.id)) == 1


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.FINISHED, State.STOPPED])
def test_other_jobs_cannot_be_resumed(jobs, state):
    job = jobs.submit(spec("d"))
    if state is not State.QUEUED:
        jobs.claim_next()
    if state in (State.FINISHED, State.STOPPED):
        jobs.end(job.id, state, "x")
    with pytest.raises(JobError, match=f"The job is {state}; only an interrupted or failed one"):
        jobs.resume(job.id)
    assert jobs.find(job.id).state is state


def test_an_unknown_job_is_an_error_in_words(jobs):
    for ask in (jobs.find, jobs.resume):
        with pytest.raises(JobError, match="There is no job 'x'") as caught:
            ask("x")
        assert caught.value.code == "unknown-job"


def test_only_a_running_job_can_end_and_only_once(jobs):
    job = jobs.submit(spec("d"))
    jobs.end(job.id, State.FINISHED, "x", "run")
    assert jobs.find(job.id).state is State.QUEUED
    jobs.claim_next()
    jobs.end(job.id, State.FINISHED, "All done.", "run-1")
    jobs.end(job.id, State.FAILED, "late news")
    ended = jobs.find(job.id)
    assert (ended.state, ended.message, ended.run) == (State.FINISHED, "All done.", "run-1")
    assert not ended.is_active


def test_dismissing_forgets_a_job_and_its_epochs_but_never_an_active_one(jobs, database):
    waiting, working, ended = jobs.submit(spec("d")), running(jobs), running(jobs)
    jobs.report(ended.id, epoch(1))
    jobs.end(ended.id, State.FINISHED, "x", "run")
    for job in (waiting, working, ended):
        jobs.dismiss(job.id)
    assert {job.id for job in jobs.all()} == {waiting.id, working.id}
    with database.connect() as db:
        assert db.execute("SELECT count(*) FROM epochs").fetchone()[0] == 0


# Dead processes


def test_a_job_whose_process_is_gone_is_never_seen_running(jobs, database):
    dead, reused, alive, waiting = running(jobs), running(jobs), running(jobs), jobs.submit(spec("d"))
    pid, _, started = my_identity().partition(".")
    give_to(database, dead.id, DEAD)
    give_to(database, reused.id, f"{pid}.{int(started) + 1}")
    states = {job.id: job.state for job in jobs.all()}
    assert states == {
        dead.id: State.INTERRUPTED,
        reused.id: State.INTERRUPTED,
        alive.id: State.RUNNING,
        waiting.id: State.QUEUED,
    }
    assert "ended before it was done" in jobs.find(dead.id).message
    assert jobs.find(dead.id).finished is not None


def test_a_job_that_is_looked_at_alone_is_not_seen_running_either(jobs, database):
    job = running(jobs)
    give_to(database, job.id, DEAD)
    assert jobs.find(job.id).state is State.INTERRUPTED


def test_opening_the_jobs_marks_what_dead_processes_left(jobs, database):
    job = running(jobs)
    give_to(database, job.id, DEAD)
    Jobs(database)
    with database.connect() as db:
        assert db.execute("SELECT state FROM jobs").fetchone()["state"] == "interrupted"


def test_a_job_that_ended_before_its_process_did_keeps_its_end(jobs, database):
    job = running(jobs)
    jobs.end(job.id, State.FINISHED, "x", "run")
    give_to(database, job.id, DEAD)
    jobs.reconcile()
    assert jobs.find(job.id).state is State.FINISHED


def test_only_a_running_job_can_be_taken_over(jobs, database):
    job = running(jobs)
    give_to(database, job.id, "1.0")  # whoever started the worker
    assert jobs.take_over(job.id).id == job.id
    assert jobs.find(job.id).state is State.RUNNING
    jobs.end(job.id, State.INTERRUPTED, "x")
    assert jobs.take_over(job.id) is None
    assert jobs.take_over("nobody") is None


# Progress


def test_epochs_come_back_in_order_and_the_same_one_twice_is_one(jobs):
    job = running(jobs)
    for number in (1, 2, 10, 3):
        jobs.report(job.id, epoch(number))
    jobs.report(job.id, epoch(2, loss=0.125))
    found = jobs.epochs(job.id)
    assert [event["epoch"] for event in found] == [1, 2, 3, 10]
    assert found[1]["losses"] == {"loss": 0.125}
    assert found[1]["validation"] == {"metric": "NDCG@10", "value": 0.25, "higher_is_better": True}
    assert [event["epoch"] for event in jobs.epochs(job.id, after=2)] == [3, 10]


def test_progress_and_phases_are_seen(jobs):
    job = running(jobs)
    jobs.enter(job.id, "Training")
    jobs.report(job.id, Progress(0.5, 10))
    assert (jobs.find(job.id).phase, jobs.find(job.id).done, jobs.find(job.id).epochs) == ("Training", 0.5, 10)
    jobs.report(job.id, epoch(1))
    assert jobs.find(job.id).done == 1


def test_the_time_left_follows_the_pace_since_the_job_was_last_started(jobs):
    job = replace(running(jobs), started=100.0, epochs=10)
    assert job.seconds_left(110.0) is None
    assert replace(job, done=2.0).seconds_left(110.0) == pytest.approx(40.0)
    assert replace(job, done=6.0, done_before=4.0).seconds_left(110.0) == pytest.approx(20.0)
    assert replace(job, done=4.0, done_before=4.5).seconds_left(110.0) is None
    assert replace(job, done=2.0, state=State.QUEUED).seconds_left(110.0) is None
    assert replace(job, done=10.0).seconds_left(110.0) == 0


def test_a_resumed_job_counts_its_pace_from_where_it_goes_on(jobs):
    job = running(jobs)
    jobs.report(job.id, epoch(4))
    jobs.end(job.id, State.INTERRUPTED, "x")
    jobs.resume(job.id)
    again = jobs.claim_next()
    assert (again.done, again.done_before) == (4, 4)


# The spec


@pytest.mark.parametrize("wrong", [{"seed": -1}, {"seed": 2**63}, {"executor": "moon"}, {"surplus": 1}])
def test_a_spec_refuses_what_cannot_be_done(wrong):
    with pytest.raises(ValidationError):
        TrainSpec.model_validate({"dataset": "d", "model": "m"} | wrong)
