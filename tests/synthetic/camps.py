"""People of two camps who tell which camp they belong to, for tests of generators that learn."""

from dataclasses import replace

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Interactions
from recsys_core.synthetic.base import Batch, Generator, Knobs
from tests.worlds import dataset

ITEMS = 30  # even ones belong to one camp, odd ones to the other


def camps(n: int = 120, seed: int = 0) -> Dataset:
    """People meet three to twelve items of their own camp, the lower ones more often."""
    rng = np.random.default_rng(seed)
    chances = np.linspace(2, 1, ITEMS // 2)
    rows = []
    for user in range(n):
        met = rng.choice(ITEMS // 2, int(rng.integers(3, 13)), replace=False, p=chances / chances.sum())
        for place, item in enumerate(met):
            rows.append((user, int(2 * item + user % 2), float(rng.integers(1, 6)), 1000 * user + 60 * place))
    made = dataset(rows, n, ITEMS, name="camps")
    told = pd.Series([("even", "odd")[user % 2] for user in range(n)], dtype=object)
    return replace(made, user_table=made.user_table.assign(camp=told))


def people(generator: Generator, n: int = 200, seed: int = 1) -> Batch:
    """The first people of a generator that has learned, all in one batch."""
    return next(iter(generator.population(Knobs(people=n), seed).batches()))


def loyalty(batch: Batch) -> float:
    """The share of events that are of the camp of which the person has most; 1 in the data, 0.65 by chance."""
    odd = np.bincount(batch.users, batch.items % 2)
    every = np.bincount(batch.users)
    return float(np.maximum(odd, every - odd).sum() / every.sum())


def without(real: Dataset, user: int) -> Interactions:
    """The events of all others; nobody's number changes."""
    return real.interactions.take(real.interactions.users != user)
