"""How many cores a training may use.

With as many threads as cores, each barrier waits for a thread that has no core as soon as anything else wants one:
a page being drawn makes the training many times slower. So one core stays free.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

NICENESS = 10


def available_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def training_threads() -> Iterator[int]:
    """Let torch, and numpy's linear algebra, use all cores but one inside the block; gives their number."""
    import torch
    from threadpoolctl import threadpool_limits

    before, threads = torch.get_num_threads(), max(1, available_cores() - 1)
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
