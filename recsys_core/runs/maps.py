"""Draws maps in the background, one at a time, apart from trainings: a map never waits behind an hour of training."""

import json
import logging
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from recsys_core.embeddings.maps import Map
from recsys_core.runs.map_files import MapSpec, find_map
from recsys_core.runs.processes import start_with
from recsys_core.runs.store import Workspace

log = logging.getLogger(__name__)

POLL_SECONDS = 0.1

Start = Callable[[MapSpec], "subprocess.Popen[str]"]


class Standing(StrEnum):
    """How far a map is."""

    DRAWN = "drawn"
    DRAWING = "drawing"
    WAITING = "waiting"  # another one is being drawn
    STOPPED = "stopped"  # by hand
    FAILED = "failed"


@dataclass(frozen=True)
class Answer:
    """A map, or how far it is: for how many seconds it is being drawn, or why that failed."""

    standing: Standing
    map: Map | None = None
    seconds: float = 0.0
    reason: str = ""


class Maps:
    """Takes the wishes of visitors. Made once per server; knows nothing of pages.

    What was asked for is drawn to its end, whoever looks, so that it is there when somebody comes back.
    """

    def __init__(self, workspace: Workspace, start: Start | None = None) -> None:
        self._workspace = workspace
        self._start = start or self._in_own_process
        self._queue: list[MapSpec] = []
        self._begun: tuple[MapSpec, float] | None = None
        self._ended: dict[MapSpec, Answer] = {}  # without a map
        self._lock = threading.Lock()
        self._wake = threading.Event()
        threading.Thread(target=self._work, name="maps", daemon=True).start()

    def ask(self, spec: MapSpec) -> Answer:
        """A map, or how far it is; asking begins it, unless somebody stopped it or it failed.

        Raises:
            StoreError: there is no such run.
        """
        found = find_map(self._workspace, spec)
        if found is not None:
            return Answer(Standing.DRAWN, found)
        with self._lock:
            if spec in self._ended:
                return self._ended[spec]
            if self._begun is not None and self._begun[0] == spec:
                return Answer(Standing.DRAWING, seconds=time.monotonic() - self._begun[1])
            if spec not in self._queue:
                self._queue.append(spec)
        self._wake.set()
        return Answer(Standing.WAITING if self._begun else Standing.DRAWING)

    def stop(self, spec: MapSpec) -> None:
        """Leave off drawing a map, until somebody wants it again."""
        with self._lock:
            self._queue = [one for one in self._queue if one != spec]
            self._ended[spec] = Answer(Standing.STOPPED)

    def want_again(self, spec: MapSpec) -> None:
        """Forget that a map was stopped, or failed."""
        with self._lock:
            self._ended.pop(spec, None)

    def _work(self) -> None:
        while True:
            try:
                with self._lock:
                    spec = self._queue.pop(0) if self._queue else None
                    self._begun = None if spec is None else (spec, time.monotonic())
                if spec is None:
                    self._wake.wait()
                    self._wake.clear()
                else:
                    self._draw(spec)
            except Exception:
                log.exception("The drawing of maps met an error and goes on")
                time.sleep(5 * POLL_SECONDS)

    def _draw(self, spec: MapSpec) -> None:
        with self._start(spec) as process:
            while process.poll() is None:
                if spec in self._ended:
                    process.kill()
                    return
                time.sleep(POLL_SECONDS)
            assert process.stdout is not None
            told = process.stdout.read()
        answer = json.loads(told.splitlines()[-1]) if process.returncode == 0 and told else None
        if answer == {} and find_map(self._workspace, spec) is not None:
            return
        ended = f"The drawing ended without a map (exit status {process.returncode})."
        error = (answer or {}).get("error", {"message": ended, "fix": "Memory or disk may not suffice."})
        with self._lock:
            self._ended[spec] = Answer(Standing.FAILED, reason=f"{error['message']} {error['fix']}".strip())

    def _in_own_process(self, spec: MapSpec) -> "subprocess.Popen[str]":
        return start_with("recsys_core.runs.map_process", self._workspace.root, spec)
