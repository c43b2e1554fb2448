"""The memory of this process."""

import sys
from contextlib import suppress
from pathlib import Path

import psutil

STATUS, FORGET_PEAK = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def held() -> int:
    """Bytes that this process holds now."""
    return int(psutil.Process().memory_info().rss)


def peak() -> int:
    """Bytes that this process held at most."""
    if STATUS.exists():  # Linux lets a new process inherit the figure that getrusage gives
        line = next(line for line in STATUS.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        return 1024 * int(line.split()[1])
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    import resource

    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


class Watch:
    """What this process takes from now on, where Linux lets it forget its earlier peak."""

    def __init__(self) -> None:
        with suppress(OSError):
            FORGET_PEAK.write_text("5", encoding="utf-8")
        self._held, self._peak = held(), peak()

    def taken(self) -> int | None:
        """Bytes that were held at most beyond those held at first; None where a higher, earlier peak hides that."""
        now = peak()
        return now - self._held if now > self._peak else None
