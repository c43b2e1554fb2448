"""From a file to a profile: how long it takes and how much memory, beside pandas reading the same file.

    python -m benchmarks.ingest            20,000,000 rows through the shell, 1,000,000 through the page
    python -m benchmarks.ingest --shell    only the first

The file is made on the spot: people with log-normal activity, items with a long tail, half stars, unix times.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.common import REPOSITORY, Row, record

ROWS, ROWS_ON_THE_PAGE = 20_000_000, 1_000_000
MOST_SECONDS, MOST_MEMORY_MB, MOST_SECONDS_ON_THE_PAGE = 180, 4_000, 15
EVENTS_A_PERSON, ITEMS = 144, 27_000  # as in MovieLens 20M
BLOCK = 1_000_000
PANDAS = "import sys, pandas; frame = pandas.read_csv(sys.argv[1]); print(len(frame))"


@dataclass(frozen=True)
class Run:
    """A command that ended: seconds, peak resident memory in MB, and what it printed."""

    seconds: float
    memory: float
    output: str


def write_ratings(path: Path, rows: int, seed: int = 0) -> None:
    """A file of ratings in which no pair of person and item comes twice."""
    rng = np.random.default_rng(seed)
    popularity = 1 / np.arange(1, ITEMS + 1) ** 0.9
    cumulative = np.cumsum(popularity / popularity.sum())
    with path.open("w", encoding="ascii") as file:
        file.write("userId,movieId,rating,timestamp\n")
        written = person = 0
        while written < rows:
            wanted = min(BLOCK, rows - written)
            activity = np.maximum(1, rng.lognormal(4.0, 1.2, wanted // EVENTS_A_PERSON * 2 + 10)).astype(np.int64)
            activity = activity[: int(np.searchsorted(np.cumsum(activity), wanted * 1.5)) + 1]
            users = np.repeat(np.arange(len(activity)), activity)
            items = np.searchsorted(cumulative, rng.random(len(users))).clip(max=ITEMS - 1)
            pairs = np.unique(users * ITEMS + items)[:wanted]
            users, items = pairs // ITEMS, pairs % ITEMS
            columns = [
                users + person + 1,
                items + 1,
                rng.integers(1, 11, len(pairs)) / 2,
                rng.integers(800_000_000, 1_700_000_000, len(pairs)),
            ]
            text = columns[0].astype(str)
            for column in columns[1:]:
                text = np.char.add(np.char.add(text, ","), column.astype(str))
            file.write("\n".join(text.tolist()) + "\n")
            written += len(pairs)
            person += len(activity)


def run(*words: str, home: Path) -> Run:
    """One Python process from start to end."""
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        environment = os.environ | {"FORETASTE_HOME": str(home), "PYTHONPATH": str(REPOSITORY)}
        process = os.posix_spawn(
            sys.executable,
            [sys.executable, *words],
            environment,
            file_actions=[(os.POSIX_SPAWN_DUP2, output.fileno(), 1)],
        )
        _, status, usage = os.wait4(process, 0)
        seconds = time.perf_counter() - start
        if status:
            raise SystemExit(f"{' '.join(words[:4])} failed with status {os.waitstatus_to_exitcode(status)}")
        output.seek(0)
        return Run(seconds, usage.ru_maxrss / 1024, output.read().decode())


def through_the_shell(folder: Path) -> list[Row]:
    """Import and profile by the verbs, then the same file by pandas."""
    file = folder / "ratings.csv"
    write_ratings(file, ROWS)
    size = f"{file.stat().st_size / 1e6:,.0f} MB"
    read = run("-m", "recsys_core", "import", str(file), "--name", "large", "--json", home=folder / "home")
    about = json.loads(read.output)
    assert about["rows"] == about["kept"] == ROWS, "no row may be lost"
    shown = run("-m", "recsys_core", "profile", "large", "--json", home=folder / "home")
    peer = run("-c", PANDAS, str(file), home=folder / "home")
    assert int(peer.output) == ROWS
    file.unlink()
    both, memory = read.seconds + shown.seconds, max(read.memory, shown.memory)
    return [
        (f"{ROWS:,} rows ({size}), import + profile", f"< {MOST_SECONDS} s", f"{both:.1f} s"),
        ("the same, peak memory", f"< {MOST_MEMORY_MB:,} MB", f"{memory:,.0f} MB"),
        ("import alone: read, checked, saved", "", f"{read.seconds:.1f} s, {read.memory:,.0f} MB"),
        ("profile alone", "", f"{shown.seconds:.1f} s, {shown.memory:,.0f} MB"),
        ("pandas.read_csv, reading alone", "beside", f"{peer.seconds:.1f} s, {peer.memory:,.0f} MB"),
        ("missed", "0", str((both >= MOST_SECONDS) + (memory >= MOST_MEMORY_MB))),
    ]


def through_the_page(folder: Path) -> list[Row]:
    """Upload in Chromium, import, and wait for the profile."""
    from benchmarks.browser import AppServer, chromium, settled
    from recsys_core.runs.store import Workspace

    file = folder / "ratings-1m.csv"
    write_ratings(file, ROWS_ON_THE_PAGE, seed=1)
    server = AppServer(folder / "page")
    Workspace(server.home)  # empty, but not new: no demo comes by itself
    server.start()
    with ExitStack() as stack:
        stack.callback(server.kill)
        page = stack.enter_context(chromium()).new_page(viewport={"width": 1440, "height": 1000})
        page.goto(f"{server.url}/data")
        settled(page, "Data")
        start = time.perf_counter()
        page.get_by_label("Ratings file").locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Import ").click(timeout=60_000)
        page.get_by_role("link", name="Train a model on it").wait_for(timeout=60_000)
        settled(page, "Data", ".js-plotly-plot .main-svg", timeout=60)
        seconds = time.perf_counter() - start
    return [
        (
            f"{ROWS_ON_THE_PAGE:,} rows, upload to profile on the page",
            f"< {MOST_SECONDS_ON_THE_PAGE} s",
            f"{seconds:.1f} s",
        ),
        ("missed", "0", str(int(seconds >= MOST_SECONDS_ON_THE_PAGE))),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shell", action="store_true", help="leave out the page")
    parser.add_argument("--page", action="store_true", help="leave out the shell")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = [] if options.shell else through_the_page(Path(name))
        rows += [] if options.page else through_the_shell(Path(name))
    missed = sum(int(measured) for what, _, measured in rows if what == "missed")
    record("From a file to a profile", [row for row in rows if row[0] != "missed"])
    raise SystemExit(missed)


if __name__ == "__main__":
    main()
