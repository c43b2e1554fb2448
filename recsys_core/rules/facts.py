"""What rules may know about items: their table, and what was known of them before the test events."""

from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Interactions
from recsys_core.splitting import KNOWN, TRAIN, VALID, Split
from recsys_core.types import Int64

MOST_PEOPLE = 1000  # suffice to tell which items the same people meet, and cost the same however many there are
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Facts:
    """About the items of a data set.

    Attributes:
        dataset: titles, genres, years and attributes; its events are not looked at.
        known: the events that may be known when lists are made.
    """

    dataset: Dataset
    known: Interactions

    @classmethod
    def of(cls, split: Split) -> Self:
        """As they stand before the test events of a split."""
        return cls(split.dataset, split.events(TRAIN, VALID, KNOWN))

    @cached_property
    def people(self) -> Int64:
        """Int64[I], how many people met each item."""
        return self.known.item_counts()

    @cached_property
    def first_met(self) -> Int64 | None:
        """Int64[I], the time of each item's first event, ``NEVER``, later than all, without one; None without times."""
        if self.known.times is None or not self.known.has_order:
            return None
        first = np.full(self.dataset.n_items, NEVER)
        np.minimum.at(first, self.known.items, self.known.times)
        return first

    @cached_property
    def met_by(self) -> csr_array:
        """Float32 (I, P), 1 for each person who met an item, among P evenly spaced ones, ``MOST_PEOPLE`` at most."""
        n_users = self.known.n_users
        asked = np.unique(np.linspace(0, max(0, n_users - 1), min(n_users, MOST_PEOPLE)).astype(np.int64))
        known = self.known.take(np.isin(self.known.users, asked))
        people = np.searchsorted(asked, known.users)
        ones = np.ones(len(known), np.float32)
        met = csr_array((ones, (known.items, people)), shape=(known.n_items, len(asked)))
        met.data[:] = 1  # a pair may come twice
        return met
