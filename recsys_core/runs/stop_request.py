"""Whether somebody asked a job to stop."""

import time
from collections.abc import Callable

from recsys_core.runs.jobs import Jobs, State
from recsys_core.training.context import Cancelled

POLL_SECONDS = 0.2


class StopRequest:
    """Asks the database, which costs a look-up, a few times a second at most; yes stays yes."""

    def __init__(self, jobs: Jobs, job: str) -> None:
        self._jobs, self._job = jobs, job
        self._answer, self._asked = False, 0.0

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._answer and now - self._asked >= POLL_SECONDS:
            self._answer, self._asked = self._jobs.stop_requested(self._job), now
        return self._answer


def measured_until_stopped(measure_all: Callable[[], None], done: Callable[[], int]) -> State:
    """How measurements ended that are kept one by one: stopped, where that was asked for after the first was done.

    Raises:
        Cancelled: it was asked for before.
    """
    try:
        measure_all()
    except Cancelled:
        if not done():
            raise
        return State.STOPPED
    return State.FINISHED
