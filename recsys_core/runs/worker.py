"""A training in a process of its own: ``python -m recsys_core.runs.worker WORKSPACE JOB PARENT``.

It ends with the server that started it, so that a job is never worked on behind anybody's back.
"""

import logging
import os
import signal
import sys
from pathlib import Path

from recsys_core.errors import StudioError
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.processes import end_with
from recsys_core.runs.store import Workspace
from recsys_core.runs.threads import give_way
from recsys_core.runs.training_job import run_job

log = logging.getLogger(__name__)

ORPHANED = 3


def main(root: Path, identifier: str, parent: int) -> int:
    """Work on a job that the parent process has claimed. It may have ended while this one was loading."""
    if os.getppid() != parent:
        return ORPHANED
    end_with(parent, ORPHANED)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the server's terminal reaches both: it is the server's
    give_way()
    workspace = Workspace(root)
    jobs = Jobs(workspace.database)
    job = jobs.take_over(identifier)
    if job is None:
        return ORPHANED
    try:
        run_job(workspace, jobs, job)
    except StudioError as error:
        log.info("Job %s failed: %s", identifier, error)
    except Exception:
        log.exception("Job %s met a bug", identifier)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
