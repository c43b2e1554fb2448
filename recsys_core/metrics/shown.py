"""The lists that people are shown, with what is known about these people and the items."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.splitting import Holdout
from recsys_core.types import Bool, Float64, Int32, Int64


@dataclass(frozen=True)
class Background:
    """What metrics of lists need to know; worked out when a metric first asks for it, once for all people.

    Attributes:
        holdout: what is known of everybody, and what is to be found. Nothing held out counts as popularity.
        dataset: what the items are; its events are not looked at.
    """

    holdout: Holdout
    dataset: Dataset

    @property
    def n_items(self) -> int:
        return self.dataset.n_items

    @cached_property
    def popularity(self) -> Float64:
        """Float64[I], the share of people who are known to have met each item."""
        return np.bincount(self.holdout.known.items, minlength=self.n_items) / self._n_people

    @cached_property
    def self_information(self) -> Float64:
        """Float64[I], −log2 of the popularity; an item that nobody knows counts as one that one person knows."""
        return -np.log2(np.maximum(self.popularity, 1 / self._n_people))

    @property
    def _n_people(self) -> int:
        """Of whom anything is known."""
        return max(1, int(np.count_nonzero(self.holdout.known.lengths())))

    @cached_property
    def popularity_place(self) -> Int64:
        """Int64[I], the place of each item when the most popular come first, counted from 0."""
        order = self.dataset.item_ids.hash_order
        places = np.empty(self.n_items, dtype=np.int64)
        places[order[np.argsort(-self.popularity[order], kind="stable")]] = np.arange(self.n_items)
        return places

    @cached_property
    def relevant_pairs(self) -> Int64:
        """Int64[T], user · I + item of each relevant held-out event, ascending."""
        relevant = self.holdout.relevant
        return np.sort(relevant.users.astype(np.int64) * self.n_items + relevant.items)

    @cached_property
    def genre_shares(self) -> csr_array:
        """Float64 (I, G), 1 / number of the item's genres for each of them."""
        genres = self.dataset.item_genres.copy()
        genres.data /= np.repeat(np.diff(genres.indptr), np.diff(genres.indptr))
        return genres


@dataclass(frozen=True)
class Shown:
    """The lists of B people.

    Attributes:
        lists: Int32[B, k], best first; −1 where nothing was left to show.
        users: Int64[B], whose they are.
        known: the B rows of what they are known to have met.
        background: what is common to all people.
    """

    lists: Int32
    users: Int64
    known: Histories
    background: Background

    @property
    def is_item(self) -> Bool:
        """Bool[B, k]."""
        return self.lists >= 0

    def mean_of(self, values: Float64) -> Float64:
        """Float64[B], the mean over the list of what Float64[I] says about its items; NaN for an empty list."""
        return _ratio(np.where(self.is_item, values[self.lists], 0.0).sum(axis=1), self.is_item.sum(axis=1))

    def profile_mean_of(self, values: Float64) -> Float64:
        """Float64[B], the same over what each person is known to have met."""
        known = self.known
        return _ratio(np.bincount(known.people(), values[known.items], len(known)).astype(np.float64), known.lengths())

    def matrix(self) -> csr_array:
        """Float64 (B, I), 1 for each item of the list."""
        indptr = np.concatenate([[0], np.cumsum(self.is_item.sum(axis=1))])
        items = self.lists[self.is_item]
        return csr_array((np.ones(len(items)), items, indptr), shape=(len(self.lists), self.background.n_items))


def _ratio(numerator: Float64, denominator: Int64) -> Float64:
    return np.divide(numerator, denominator, out=np.full(len(numerator), np.nan), where=denominator > 0)
