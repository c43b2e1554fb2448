"""What judging a model takes: MovieLens 1M, all metrics at three list lengths, all items ranked.

``python -m benchmarks.evaluation [--data FOLDER] [--model KEY]``

Seconds are counted beside those in which the model gives its scores. The public file has no ratings, so they are drawn
at random: they cost what real ones do. Memory: the most that judging allocates, of made-up people with as many items,
once and four times as many people. What is kept of a person (figures and lists) has to grow with people; a matrix of
people × items would take 14.8 kB a person, and is never made.
"""

import argparse
import sys
import time
import tracemalloc
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.common import Row, data_folder, numbered_dataset, pairs, record
from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.importing import import_ratings
from recsys_core.evaluation import KS, evaluate
from recsys_core.models import MODELS, find_model
from recsys_core.models.popularity import Popularity
from recsys_core.splitting import SplitRecipe, split
from recsys_core.types import Feedback

FASTEST, REPEATS = 5.0, 3
PEOPLE, ITEMS, EVENTS_EACH = 6040, 3704, 40
KB_A_PERSON = 4.0


def load(folder: Path) -> Dataset:
    """MovieLens 1M with titles and genres, and with ratings that are drawn."""
    made = import_ratings(folder / "ratings_user_movie_only.parquet", "ml-1m", items=folder / "movies.dat").dataset
    values = np.random.default_rng(0).integers(1, 6, len(made.interactions)).astype(np.float32)
    rated = replace(made.interactions, values=values)
    return replace(made, interactions=rated, feedback=Feedback.EXPLICIT, scale=Scale(1.0, 5.0, 1.0))


def speed(folder: Path, key: str) -> tuple[list[Row], bool]:
    """Seconds of judging beyond scoring, the best of a few."""
    dataset = load(folder)
    made = split(dataset, SplitRecipe(key="random"))
    kind = find_model(key)
    model = kind().fit(made.train)
    found = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        report = evaluate(model, made.test, dataset)
        found.append((time.perf_counter() - started - report.scoring_seconds, report))
    seconds, report = min(found, key=lambda one: one[0])
    n_metrics = len({name.partition("@")[0] for name in report.metrics})
    what = f"judging {model.title}: {report.users:,} people, {dataset.n_items:,} items, {n_metrics} metrics, k = {KS}"
    return [
        (what, f"< {FASTEST:g} s beyond scoring", f"{seconds:.2f} s, beside {report.scoring_seconds:.2f} s of scoring"),
        ("scoring a person", "", f"{1000 * report.scoring_seconds / report.users:.3f} ms"),
    ], seconds < FASTEST


def memory_of(times: int) -> float:
    """Megabytes that judging so many times the people allocates at most."""
    rng = np.random.default_rng(0)
    users = np.repeat(np.arange(times * PEOPLE), EVENTS_EACH)
    items = (rng.random((times * PEOPLE, EVENTS_EACH)) * np.arange(1, EVENTS_EACH + 1) * (ITEMS // EVENTS_EACH)).ravel()
    pair = np.unique(users * ITEMS + items.astype(np.int64))
    events = pairs(pair // ITEMS, pair % ITEMS, np.ones(len(pair)), times * PEOPLE, ITEMS)
    dataset = numbered_dataset("made up", events, feedback=Feedback.IMPLICIT)
    table = dataset.item_table
    table["genres"] = [tuple(f"genre {number}" for number in rng.choice(18, 2)) for _ in range(ITEMS)]
    table["title"] = [f"title {number} of {number % 97}" for number in range(ITEMS)]
    made = split(dataset, SplitRecipe(key="random"))
    model = Popularity().fit(made.train)
    holdout = made.test
    tracemalloc.start()
    evaluate(model, holdout, dataset)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most / 2**20


def memory() -> tuple[list[Row], bool]:
    """The peak of judging, once and with four times the people."""
    once, four_times = memory_of(1), memory_of(4)
    most = once + KB_A_PERSON * 3 * PEOPLE / 1024
    return [
        (f"peak of judging {PEOPLE:,} people", "", f"{once:.0f} MB"),
        (
            f"peak of judging {4 * PEOPLE:,} people",
            f"< {most:.0f} MB: {KB_A_PERSON:g} kB a person more",
            f"{four_times:.0f} MB",
        ),
    ], four_times < most


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=data_folder() / "ml-1m")
    parser.add_argument("--model", choices=[model.info.key for model in MODELS], default="biased_mf", metavar="KEY")
    options = parser.parse_args()
    rows, is_fast = speed(options.data, options.model)
    more, is_flat = memory()
    record("Evaluation", rows + more)
    sys.exit(0 if is_fast and is_flat else 1)


if __name__ == "__main__":
    main()
