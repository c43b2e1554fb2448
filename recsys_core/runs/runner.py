"""Works off the queue, one job at a time, beside the pages."""

import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

from recsys_core.errors import StudioError
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import Executor, Job, Jobs, Spec, State, SynthesizeSpec, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import give_way

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
# Where the line between a thread and a process lies: see benchmarks/RESULTS.md, pages. What a process of its own takes
# to start is two seconds or three.
IN_PROCESS_SECONDS, IN_PROCESS_BYTES = 20.0, 2**30
IN_PROCESS_EVENTS = 250_000  # where nothing was measured
IN_PROCESS_PEOPLE = 2500  # who are generated, with about a hundred events each


class JobRunner:
    """One thread that takes jobs from the queue. Made once per server; knows nothing of pages."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.jobs = Jobs(workspace.database)
        self._forecasts = Forecasts(workspace.database)
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._work, name="training", daemon=True)
        self._thread.start()

    def submit(self, spec: Spec, request: str = "") -> Job:
        """Queue a job and start it as soon as the lane is free."""
        job = self.jobs.submit(spec, request)
        self._wake.set()
        return job

    def resume(self, identifier: str) -> None:
        """Queue an interrupted or failed job again."""
        self.jobs.resume(identifier)
        self._wake.set()

    def close(self) -> None:
        """Take no further job and wait until the lane is empty."""
        self._closing = True
        self._wake.set()
        self._thread.join()

    def _work(self) -> None:
        give_way()
        import recsys_core.runs.training_job  # noqa: F401  brings torch, so that the first Start does not wait for it

        job: Job | None = None
        while not self._closing:
            try:
                if job is not None:  # whoever did it has closed it, unless even that went wrong
                    self.jobs.end(job.id, State.FAILED, "It could not be started or noted down. The log has details.")
                job = self.jobs.claim_next()
                if job is None:
                    self._wake.wait(POLL_SECONDS)
                    self._wake.clear()
                elif self.executor(job.spec) is Executor.PROCESS:
                    self._in_own_process(job)
                else:
                    self._in_this_process(job)
            except Exception:
                log.exception("The training lane met an error and goes on")
                self._wake.wait(POLL_SECONDS)

    def executor(self, spec: Spec) -> Executor:
        """Where a job will run. ``auto``: short and small ones here, others in a process of their own.

        What is short and small, the forecast says, or, where nobody waited for it, the number of events.
        """
        if spec.executor is not Executor.AUTO:
            return spec.executor
        if isinstance(spec, SynthesizeSpec) and spec.knobs.get("people", 0) > IN_PROCESS_PEOPLE:
            return Executor.PROCESS
        try:
            forecast = self._forecasts.find(spec) if isinstance(spec, TrainSpec) else None
            if forecast is not None:
                short = forecast.learning + forecast.measuring <= IN_PROCESS_SECONDS
                return Executor.IN_PROCESS if short and forecast.own <= IN_PROCESS_BYTES else Executor.PROCESS
            about = self.workspace.find_dataset(spec.dataset).about
        except StudioError:  # deleted while the job waited: the job itself will say so
            return Executor.IN_PROCESS
        return Executor.PROCESS if about["interactions"] > IN_PROCESS_EVENTS else Executor.IN_PROCESS

    def _in_this_process(self, job: Job) -> None:
        from recsys_core.runs.training_job import run_job

        try:
            run_job(self.workspace, self.jobs, job)
        except StudioError as error:
            log.info("Job %s failed: %s", job.id, error)
        except Exception:
            log.exception("Job %s met a bug", job.id)

    def _in_own_process(self, job: Job) -> None:
        words = [str(self.workspace.root), job.id, str(os.getpid())]
        command = [sys.executable, "-m", "recsys_core.runs.worker", *words]
        process = subprocess.Popen(command, cwd=Path(__file__).resolve().parents[2])
        code = process.wait()
        if code:
            self.jobs.end(
                job.id,
                State.INTERRUPTED,
                f"The training process was ended from outside (exit status {code}), perhaps for lack of memory.",
            )
