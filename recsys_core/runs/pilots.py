"""Works off what visitors want to have measured, one pilot at a time and none beside a training."""

import json
import logging
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from recsys_core.preflight.forecast import Forecast
from recsys_core.runs.forecasts import Forecasts, key
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.processes import start_with
from recsys_core.runs.store import Workspace

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1
WISH_SECONDS = 10.0  # after which a visitor who asks no more is taken to have left
FAILED_SECONDS = 60.0  # in which a pilot that failed is not tried again; memory may come free meanwhile

Start = Callable[[TrainSpec], "subprocess.Popen[str]"]


class Standing(StrEnum):
    """How far a forecast is that is not there yet."""

    MEASURING = "measuring"
    TRAINING = "training"  # something is, and would be disturbed
    FAILED = "failed"


@dataclass(frozen=True)
class Answer:
    """What is known of a forecast: itself, or how far it is and, where it failed, why."""

    forecast: Forecast | None
    standing: Standing = Standing.MEASURING
    reason: str = ""


@dataclass
class _Wish:
    spec: TrainSpec
    key: str
    since: float
    renewed: float


class Pilots:
    """Takes the wishes of visitors. Made once per server; knows nothing of pages.

    Each visitor wants one forecast at a time: a new wish takes the place of the old one, whose pilot is ended unless
    somebody else waits for it.
    """

    def __init__(self, workspace: Workspace, jobs: Jobs, start: Start | None = None) -> None:
        self._workspace, self._jobs = workspace, jobs
        self._start = start or self._in_own_process
        self._forecasts = Forecasts(workspace.database)
        self._wishes: dict[str, _Wish] = {}
        self._failed: dict[str, tuple[str, float]] = {}  # why, and when
        self._lock = threading.Lock()
        self._wake = threading.Event()
        threading.Thread(target=self._work, name="pilots", daemon=True).start()

    def ask(self, visitor: str, spec: TrainSpec) -> Answer:
        """The forecast of a training, or how far it is; asking begins it, and asking again keeps it wanted."""
        name, now = key(spec), time.monotonic()
        found = self._forecasts.find(spec)
        with self._lock:
            self._failed = {one: it for one, it in self._failed.items() if it[1] > now - FAILED_SECONDS}
            if found is not None or name in self._failed:
                self._wishes.pop(visitor, None)
                return Answer(found) if found else Answer(None, Standing.FAILED, self._failed[name][0])
            old = self._wishes.get(visitor)
            since = old.since if old is not None and old.key == name else now
            self._wishes[visitor] = _Wish(spec, name, since, now)
        self._wake.set()
        return Answer(None, Standing.TRAINING if self._jobs.is_busy() else Standing.MEASURING)

    def _wanted(self) -> list[_Wish]:
        """What somebody waits for, longest first."""
        oldest = time.monotonic() - WISH_SECONDS
        with self._lock:
            self._wishes = {who: wish for who, wish in self._wishes.items() if wish.renewed > oldest}
            return sorted(self._wishes.values(), key=lambda wish: wish.since)

    def _work(self) -> None:
        while True:
            try:
                wanted = self._wanted()
                if not wanted:
                    self._wake.wait()
                    self._wake.clear()
                elif self._jobs.is_busy():
                    time.sleep(5 * POLL_SECONDS)
                else:
                    self._measure(wanted[0])
            except Exception:
                log.exception("The measuring of forecasts met an error and goes on")
                time.sleep(5 * POLL_SECONDS)

    def _measure(self, wish: _Wish) -> None:
        with self._start(wish.spec) as process:
            while process.poll() is None:
                if self._jobs.is_busy() or all(other.key != wish.key for other in self._wanted()):
                    process.kill()
                    return
                time.sleep(POLL_SECONDS)
            self._take(wish, process)

    def _take(self, wish: _Wish, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        told = process.stdout.read()
        answer = json.loads(told.splitlines()[-1]) if process.returncode == 0 and told else {}
        with self._lock:
            self._wishes = {who: other for who, other in self._wishes.items() if other.key != wish.key}
            if "forecast" not in answer:
                ended = f"The pilot ended without an answer (exit status {process.returncode})."
                error = answer.get("error", {"message": ended, "fix": ""})
                self._failed[wish.key] = f"{error['message']} {error['fix']}".strip(), time.monotonic()

    def _in_own_process(self, spec: TrainSpec) -> "subprocess.Popen[str]":
        return start_with("recsys_core.runs.pilot_process", self._workspace.root, spec)
