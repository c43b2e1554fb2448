"""A server in a process of its own, to be killed: ``python -m tests.runs.train_and_wait HOME JOB``.

Resumes the job if it was interrupted, and waits until it is done.
"""

import sys
from pathlib import Path

from recsys_core.runs.jobs import State
from recsys_core.runs.runner import JobRunner
from recsys_core.runs.store import Workspace
from recsys_core.training import loop
from tests.runs.builders import wait_until_done

if __name__ == "__main__":
    loop.CHECKPOINT_SECONDS = 0.0
    runner = JobRunner(Workspace(Path(sys.argv[1])))
    if runner.jobs.find(sys.argv[2]).state is State.INTERRUPTED:
        runner.resume(sys.argv[2])
    wait_until_done(runner.jobs, sys.argv[2])
    runner.close()
