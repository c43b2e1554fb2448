"""Real and generated people side by side, in one catalogue."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.data.item_vectors import genre_rows, text_rows
from recsys_core.types import Feedback, Float32, Int64

AT_ONCE = 20_000_000  # numbers
SAME = 0.5  # share of the smaller catalogue that must be in the other, so that their items are the same things


@dataclass(frozen=True)
class Catalogue:
    """The items of both: the real ones, and behind them the generated ones that are not among these.

    Attributes:
        table: title, genres and text of each.
        shared: Int64[S], positions of those that stand in both; none where the two are of different things.
    """

    table: pd.DataFrame
    shared: Int64

    def __len__(self) -> int:
        return len(self.table)

    @cached_property
    def genres(self) -> csr_array:
        """Float64 (items, G), 1 for each genre of an item."""
        return genre_rows(self.table)

    @cached_property
    def words(self) -> csr_array:
        """Float64 (items, V), TF-IDF of what is said about an item; no columns where nothing is."""
        return text_rows(self.table)


@dataclass(frozen=True)
class Pair:
    """Two groups of people over one catalogue.

    Attributes:
        real, synthetic: a row for each person, in the order of the data sets.
        n_items: of the real catalogue, and of the generated one.
        feedback: of both; None where one rates and the other does not.
    """

    real: Histories
    synthetic: Histories
    n_items: tuple[int, int]
    catalogue: Catalogue
    feedback: Feedback | None

    @classmethod
    def of(cls, real: Dataset, synthetic: Dataset) -> Self:
        """Two data sets. Items are the same where their ids are, if at least half of the smaller catalogue's are."""
        known = real.item_ids.positions
        places = np.array([known.get(name, -1) for name in synthetic.item_ids.values], dtype=np.int64)
        if (places >= 0).sum() < SAME * min(real.n_items, synthetic.n_items):
            places[:] = -1
        shared, is_new = np.sort(places[places >= 0]), places < 0
        places[is_new] = real.n_items + np.arange(is_new.sum())
        columns = ["title", "genres", "text"]
        table = pd.concat([real.item_table[columns], synthetic.item_table.loc[is_new, columns]], ignore_index=True)
        return cls(
            Histories.from_interactions(real.interactions).translated(np.arange(real.n_items), len(table)),
            Histories.from_interactions(synthetic.interactions).translated(places, len(table)),
            (real.n_items, synthetic.n_items),
            Catalogue(table, shared),
            real.feedback if real.feedback is synthetic.feedback else None,
        )

    @property
    def n_new(self) -> int:
        """Items that stand in the generated catalogue alone."""
        return len(self.catalogue) - self.n_items[0]

    @property
    def sides(self) -> tuple[Histories, Histories]:
        """The real people, then the generated ones."""
        return self.real, self.synthetic

    def active(self) -> Self:
        """Those who did something."""
        real, synthetic = (side.take(np.flatnonzero(side.lengths())) for side in self.sides)
        return replace(self, real=real, synthetic=synthetic)

    def even(self, rng: np.random.Generator, most: int | None = None) -> Self:
        """As many people of both, drawn at random, and not more than ``most``."""
        n = min(len(self.real), len(self.synthetic))
        n = n if most is None else min(n, most)
        real, synthetic = (drawn(side, n, rng) for side in self.sides)
        return replace(self, real=real, synthetic=synthetic)

    def halves(self, rng: np.random.Generator) -> Self:
        """The real people alone, in two halves drawn at random: how far apart people are who are alike."""
        order = rng.permutation(len(self.real))
        half = len(order) // 2
        first, second = (self.real.take(np.sort(part)) for part in (order[:half], order[half : 2 * half]))
        own = self.n_items[0]
        catalogue = replace(self.catalogue, shared=np.arange(own))
        return replace(self, real=first, synthetic=second, n_items=(own, own), catalogue=catalogue)


def drawn(people: Histories, n: int, rng: np.random.Generator) -> Histories:
    """So many of them at random, or all where there are no more."""
    if len(people) <= n:
        return people
    return people.take(np.sort(rng.choice(len(people), n, replace=False)))


def met(people: Histories) -> csr_array:
    """Float32 (B, I), 1 for each item that a person met."""
    matrix = people.matrix()
    matrix.data[:] = 1
    return matrix


def overlaps(people: csr_array, others: csr_array) -> Iterator[tuple[Int64, Float32]]:
    """``others @ people.T`` in dense chunks: which rows of the people, Int64[c], and Float32[others, c]."""
    size = max(1, AT_ONCE // max(others.shape))
    for start in range(0, people.shape[0], size):
        rows = people[start : start + size]
        yield np.arange(start, start + rows.shape[0]), others @ np.ascontiguousarray(rows.toarray().T)
