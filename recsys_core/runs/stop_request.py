"""Whether somebody asked a job to stop, and how measurements end that are kept one by one."""

import time
from collections.abc import Callable

from recsys_core.errors import ModelError
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


def ending(state: State, done: str, verdict: str, left_out: str, fix: str, is_any: bool) -> tuple[State, str]:
    """How measurements ended, and the same as a sentence.

    Args:
        done: how many of them are kept, such as "5 of 8".
        left_out: what could not be measured and why, in sentences; "" where all could.
        fix: what to do where nothing could be measured, which ``is_any`` says.

    Raises:
        ModelError: nothing could be measured.
    """
    if state is State.STOPPED:
        return state, f"Stopped by hand after {done} measurements, which are kept. {verdict}"
    if not is_any:
        raise ModelError(f"Nothing could be measured. {left_out}", fix, "no-result")
    return state, f"{verdict} {left_out}".strip()


def not_everywhere(reasons: dict[str, str]) -> str:
    """What could not be measured and why, a sentence for each way, whose names begin it."""
    return " ".join(
        f"{way[0].upper()}{way[1:]} was not measured everywhere: {reason}" for way, reason in reasons.items()
    )
