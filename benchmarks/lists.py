"""How long everybody's list takes as a file, and how much memory.

``python -m benchmarks.lists [--format csv]``

The top 10 of all people of MovieLens 100K, and of 50,000 generated people with 5,000 items, by implicit ALS. Lists are
made chunk by chunk, so memory does not grow with people × items: a number for each pair of the larger data would take
1,000 MB alone.
"""

import argparse
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks.common import Row, data_folder, numbered_dataset, pairs, record
from recsys_core.data.dataset import Dataset
from recsys_core.data.importing import import_ratings
from recsys_core.models import find_model, load_model
from recsys_core.preflight import memory
from recsys_core.runs.dataset_files import read_dataset, write_dataset
from recsys_core.runs.list_export import export_lists
from recsys_core.runs.run_files import LoadedRun
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.types import Feedback

K, ASKED_SECONDS, ASKED_MB = 10, 60.0, 500.0


def ml_100k() -> Dataset:
    return import_ratings(data_folder() / "ml-100k" / "u.data", "MovieLens 100K").dataset


def generated(n_users: int = 50_000, n_items: int = 5_000, events: int = 2_000_000) -> Dataset:
    """People who meet popular items more often, as Zipf's law has it."""
    rng = np.random.default_rng(0)
    users = rng.integers(n_users, size=events)
    items = np.minimum(n_items * rng.random(events) ** 2.5, n_items - 1).astype(np.int64)
    users, items = np.divmod(np.unique(users * n_items + items), n_items)
    ones = np.ones(len(users))
    return numbered_dataset("generated", pairs(users, items, ones, n_users, n_items), feedback=Feedback.IMPLICIT)


def measure(dataset: Dataset, format: str) -> tuple[Row, bool]:
    """Seconds of the export alone, and what it held at most beyond model and data."""
    parts = split(dataset, SplitRecipe(key="random"))
    als = find_model("als")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("model", "dataset"):
            (folder / part).mkdir()
        als(als.Config.parse({"epochs": 2})).fit(parts.train).save(folder / "model")
        write_dataset(dataset, folder / "dataset", with_images=False)
        np.save(folder / "roles.npy", parts.roles, allow_pickle=False)
        with get_context("spawn").Pool(1) as alone:  # memory that training left behind would hide what is taken
            seconds, taken, size = alone.apply(export_alone, (folder, format))
    words = f"{seconds:.1f} s, {taken:.0f} MB beyond model and data, a file of {size:.1f} MB"
    what = f"top {K} of {dataset.n_users:,} people × {dataset.n_items:,} items, {format}"
    good = seconds <= ASKED_SECONDS and taken <= ASKED_MB
    return (what, f"≤ {ASKED_SECONDS:.0f} s, ≤ {ASKED_MB:.0f} MB", words), good


def export_alone(folder: Path, format: str) -> tuple[float, float, float]:
    """In a fresh process: seconds, MB that were held at most beyond what was held before, and MB of the file."""
    dataset, roles = read_dataset(folder / "dataset"), np.load(folder / "roles.npy", allow_pickle=False)
    run = LoadedRun({}, load_model(folder / "model"), Split(dataset, roles, SplitRecipe(key="random")))
    target, before, started = folder / f"lists.{format}", memory.held(), time.monotonic()
    export_lists(run, np.arange(dataset.n_users), K, target)
    return time.monotonic() - started, (memory.peak() - before) / 1e6, target.stat().st_size / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--format", default="csv")
    format = parser.parse_args().format
    measured = [measure(dataset, format) for dataset in (ml_100k(), generated())]
    record("lists", [row for row, _ in measured])
    sys.exit(0 if all(good for _, good in measured) else 1)


if __name__ == "__main__":
    main()
