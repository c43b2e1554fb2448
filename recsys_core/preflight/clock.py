"""A clock for pilots, which run beside pages that are being drawn."""

import time
from pathlib import Path

WAITED = Path("/proc/thread-self/schedstat")  # nanoseconds at work, and ready but without a core


def now() -> float:
    """Seconds; on Linux the clock stands still while this thread waits for a core that others use."""
    waited = int(WAITED.read_text(encoding="ascii").split()[1]) if WAITED.exists() else 0
    return time.monotonic() - waited / 1e9
