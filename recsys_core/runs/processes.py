"""Which process is meant, even after its number was given to another one; and processes that are told what to do."""

import os
import subprocess
import sys
import threading
import time
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel


def identity(pid: int) -> str:
    """The process and the moment it started, or "" where there is no such process.

    On Linux the moment is counted in ticks since boot, which no change of the clock moves.
    """
    try:
        # The name in parentheses may hold anything, so count the fields from behind it.
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] == "Z" else f"{pid}.{fields[19]}"
    except (FileNotFoundError, ProcessLookupError):  # the latter where it ends between opening and reading
        pass
    import psutil

    try:
        return f"{pid}.{psutil.Process(pid).create_time():.0f}"
    except psutil.NoSuchProcess:
        return ""


@lru_cache(maxsize=8)
def _identity_once(pid: int) -> str:
    return identity(pid)


def my_identity() -> str:
    """The identity of this process."""
    return _identity_once(os.getpid())


def is_alive(known: str) -> bool:
    """Whether the process with this identity still runs."""
    pid = known.partition(".")[0]
    return pid.isdecimal() and identity(int(pid)) == known


def end_with(parent: int, status: int) -> None:
    """End this process with that exit status as soon as its parent is gone."""

    def wait() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(status)

    threading.Thread(target=wait, daemon=True).start()


def start_with(module: str, root: Path, spec: BaseModel) -> "subprocess.Popen[str]":
    """A process that is told the workspace and whose child it is, reads what to do, and prints what it came to."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, str(root), str(os.getpid())],
        cwd=Path(__file__).resolve().parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(spec.model_dump_json())
    process.stdin.close()
    process.stdin = None
    return process
