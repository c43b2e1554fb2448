"""How many cores a training may use.

With as many threads as cores, each barrier waits for a thread that has no core as soon as anything else wants one:
a page being drawn makes the training many times slower. So one core stays free.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from recsys_core.errors import ConfigError

NICENESS = 10
VARIABLE = "FORETASTE_THREADS"


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def wanted_threads() -> int:
    """``FORETASTE_THREADS``, or all cores but one.

    Raises:
        ConfigError: it is no whole number above zero.
    """
    text = os.environ.get(VARIABLE, "")
    if not text:
        return max(1, available_cores() - 1)
    if not (text.isascii() and text.isdecimal()) or int(text) < 1:
        raise ConfigError(
            f"{VARIABLE} is {text!r}, which is no number of threads.", "Set it to 1 or more.", "bad-threads"
        )
    return int(text)


@contextmanager
def training_threads(threads: int | None = None) -> Iterator[int]:
    """Let torch, and numpy's linear algebra, use so many threads inside the block; gives their number.

    The order in which threads add up decides the last digits of a result, so whoever makes a run again asks for as many
    as it had.

    Args:
        threads: None: as many as are wanted here.
    """
    import torch
    from threadpoolctl import threadpool_limits

    before, threads = torch.get_num_threads(), threads or wanted_threads()
    torch.set_num_threads(threads)
    try:
        with threadpool_limits(threads, user_api="blas"):
            yield threads
    finally:
        torch.set_num_threads(before)


def give_way() -> None:
    """Let everything else go first: lowers the priority of the calling thread (on Linux) for good."""
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
