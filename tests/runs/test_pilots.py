"""Pilots are run one at a time, for whoever still waits, and never beside a training."""

import json
import subprocess
import sys
import time
from dataclasses import replace

import psutil
import pytest

from recsys_core.errors import ModelError
from recsys_core.preflight.forecast import Forecast
from recsys_core.runs import pilots as pilots_module
from recsys_core.runs.forecasts import Forecasts, key
from recsys_core.runs.jobs import Executor, Jobs, State, TrainSpec
from recsys_core.runs.measuring import measure
from recsys_core.runs.pilots import Pilots, Standing
from recsys_core.runs.runner import IN_PROCESS_BYTES, IN_PROCESS_SECONDS, JobRunner
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from tests.runs.builders import camps, keep, spec, unfinished, wait_for

FOUND = Forecast(1.0, 2.0, 3, 4.0, 5.0, 600, 500, 0.7)
SLOW = TrainSpec(dataset="d", model="mf", settings={"epochs": 1})
OTHER = TrainSpec(dataset="d", model="mf", settings={"epochs": 2})


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path / "home")


class Started:
    """Starts processes that sleep instead of measuring, or print at once what they are told to."""

    def __init__(self) -> None:
        self.both: list[tuple[TrainSpec, subprocess.Popen]] = []
        self.prints: dict[str, str] = {}

    def __call__(self, wanted: TrainSpec) -> subprocess.Popen:
        code = f"print({self.prints[key(wanted)]!r})" if key(wanted) in self.prints else "import time; time.sleep(60)"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        self.both.append((wanted, process))
        return process

    @property
    def specs(self) -> list[TrainSpec]:
        return [wanted for wanted, _ in self.both]

    def alive(self) -> list[TrainSpec]:
        return [wanted for wanted, process in self.both if process.poll() is None]


@pytest.fixture
def started():
    made = Started()
    yield made
    for _, process in made.both:
        process.kill()


@pytest.fixture
def pilots(workspace, started) -> Pilots:
    return Pilots(workspace, Jobs(workspace.database), started)


def test_a_wish_is_measured_and_a_new_one_of_the_same_visitor_takes_its_place(pilots, started):
    assert pilots.ask("A", SLOW).standing is Standing.MEASURING
    wait_for(lambda: started.alive() == [SLOW])
    pilots.ask("A", OTHER)
    wait_for(lambda: started.alive() == [OTHER])


def test_visitors_wait_for_each_other(pilots, started):
    pilots.ask("A", SLOW)
    wait_for(lambda: started.alive() == [SLOW])
    for _ in range(5):
        pilots.ask("B", OTHER)
        pilots.ask("A", SLOW)
        time.sleep(0.05)
    assert started.alive() == started.specs == [SLOW]
    pilots.ask("A", OTHER)
    wait_for(lambda: started.alive() == [OTHER])


def test_who_asks_no_more_has_left(pilots, started, monkeypatch):
    monkeypatch.setattr(pilots_module, "WISH_SECONDS", 0.2)
    pilots.ask("A", SLOW)
    wait_for(lambda: bool(started.specs))
    wait_for(lambda: started.alive() == [])


def test_nothing_is_measured_while_something_trains(pilots, started, workspace):
    jobs = Jobs(workspace.database)
    pilots.ask("A", SLOW)
    wait_for(lambda: started.alive() == [SLOW])
    job = jobs.begin(OTHER)
    wait_for(lambda: started.alive() == [])
    assert pilots.ask("A", SLOW).standing is Standing.TRAINING
    jobs.end(job.id, State.FINISHED, "")
    wait_for(lambda: started.alive() == [SLOW])


def test_a_pilot_that_fails_says_why_and_is_not_tried_again_for_a_while(pilots, started, monkeypatch):
    started.prints = {key(SLOW): json.dumps({"error": {"message": "It has none.", "fix": "Choose another."}})}
    pilots.ask("A", SLOW)
    wait_for(lambda: pilots.ask("A", SLOW).standing is Standing.FAILED)
    assert pilots.ask("B", SLOW).reason == "It has none. Choose another."
    assert len(started.specs) == 1
    monkeypatch.setattr(pilots_module, "FAILED_SECONDS", 0.0)
    pilots.ask("A", SLOW)
    wait_for(lambda: len(started.specs) == 2)  # after a while, memory may have come free


def test_what_was_measured_is_known_to_everybody_from_then_on(pilots, started, workspace):
    Forecasts(workspace.database).keep(SLOW, FOUND)
    assert pilots.ask("A", SLOW).forecast == Forecasts(Workspace(workspace.root).database).find(SLOW) == FOUND
    assert pilots.ask("B", SLOW.model_copy(update={"seed": 3, "executor": Executor.PROCESS})).forecast == FOUND
    assert started.specs == []


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": "e"},
        {"settings": {"epochs": 2}},
        {"model": "bpr"},
        {"split": SLOW.split.model_copy(update={"seed": 1})},
    ],
)
def test_a_forecast_holds_for_one_training(workspace, change):
    forecasts = Forecasts(workspace.database)
    forecasts.keep(SLOW, FOUND)
    assert forecasts.find(SLOW.model_copy(update=change)) is None
    assert forecasts.find(SLOW.model_copy(update={"settings": {"epochs": 1, "patience": 5}})) == FOUND  # as it comes


def test_a_forecast_holds_for_so_many_threads(workspace, monkeypatch):
    forecasts = Forecasts(workspace.database)
    forecasts.keep(SLOW, FOUND)
    monkeypatch.setenv("FORETASTE_THREADS", "77")
    assert forecasts.find(SLOW) is None


@pytest.mark.slow
def test_a_pilot_in_a_process_of_its_own_gives_the_forecast(workspace):
    wanted = spec(keep(workspace, camps()).id, "mf")
    pilots = Pilots(workspace, Jobs(workspace.database))
    wait_for(lambda: pilots.ask("A", wanted).forecast is not None)
    found = pilots.ask("A", wanted).forecast
    assert 0 < found.own < found.peak
    assert found.epochs == 20
    assert unfinished(workspace.root) == []


def test_what_was_measured_is_kept_and_not_measured_again(workspace, monkeypatch):
    wanted = spec(keep(workspace, camps()).id)
    found = measure(workspace, wanted, time.time())
    monkeypatch.setattr("recsys_core.runs.measuring.forecast", None)
    assert measure(workspace, wanted, time.time()) == found == Forecasts(workspace.database).find(wanted)
    assert unfinished(workspace.root) == []


def test_the_forecast_decides_where_a_training_runs(workspace):
    wanted = spec(keep(workspace, camps()).id, executor=Executor.AUTO)
    runner = JobRunner(workspace)
    runner.close()
    for found, where in (
        (replace(FOUND, measuring=0.0), Executor.IN_PROCESS),
        (replace(FOUND, measuring=IN_PROCESS_SECONDS), Executor.PROCESS),
        (replace(FOUND, own=IN_PROCESS_BYTES + 1), Executor.PROCESS),
    ):
        Forecasts(workspace.database).keep(wanted, found)
        assert runner.executor(wanted) is where


def test_a_training_that_waited_is_refused_where_memory_became_scarce(workspace):
    wanted = spec(keep(workspace, camps()).id, "mf")
    free = psutil.virtual_memory().total
    Forecasts(workspace.database).keep(wanted, replace(FOUND, own=2 * free))
    jobs = Jobs(workspace.database)
    job = jobs.begin(wanted)
    with pytest.raises(ModelError, match="memory"):
        run_job(workspace, jobs, job)
    ended = jobs.find(job.id)
    assert ended.state is State.FAILED
    assert "memory" in ended.message
