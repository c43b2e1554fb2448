"""What every benchmark needs: the development data, the machine in words, and a place for results."""

import os
import platform
import resource
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

from recsys_core.data.dataset import Dataset, Ids, blank_item_table, blank_user_table
from recsys_core.data.interactions import Interactions

REPOSITORY = Path(__file__).resolve().parents[1]
RESULTS = REPOSITORY / "benchmarks" / "RESULTS.md"

Row = tuple[str, str, str]  # what, asked, measured


def data_folder() -> Path:
    """Where the development data sets lie: ``FORETASTE_BENCH_DATA``, else beside the repository."""
    return Path(os.environ.get("FORETASTE_BENCH_DATA", REPOSITORY.parent / "shared" / "data"))


def numbered_dataset(name: str, interactions: Interactions, **about: object) -> Dataset:
    """A data set without titles whose ids are its positions."""
    return Dataset(
        name,
        interactions,
        numbers(interactions.n_users),
        numbers(interactions.n_items),
        blank_item_table(interactions.n_items),
        blank_user_table(interactions.n_users),
        **about,  # type: ignore[arg-type]
    )


def numbers(n: int) -> Ids:
    """The ids "0", "1", ..."""
    return Ids.of([str(position) for position in range(n)])


def pairs(users: np.ndarray, items: np.ndarray, values: np.ndarray, n_users: int, n_items: int) -> Interactions:
    """Interactions without times from any columns of numbers."""
    return Interactions(
        users.astype(np.int32), items.astype(np.int32), values.astype(np.float32), None, n_users, n_items
    )


def peak_memory_mb() -> float:
    """Of this process since its start."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def record(title: str, rows: list[Row]) -> None:
    """Append a dated section to ``RESULTS.md`` and print its table."""
    table = ["| what | asked | measured |", "|---|---|---|"]
    table += [f"| {what} | {asked} | {measured} |" for what, asked, measured in rows]
    section = "\n".join([f"## {title} · {date.today().isoformat()}", "", _machine(), "", *table, ""])
    known = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else "# Measured\n"
    RESULTS.write_text(f"{known}\n{section}", encoding="utf-8")
    print(section)


def _machine() -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; Python {platform.python_version()}, {libraries}."


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
