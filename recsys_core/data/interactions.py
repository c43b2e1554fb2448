"""Events as parallel columns."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from recsys_core.types import Bool, Float32, Int32, Int64


@dataclass(frozen=True)
class Interactions:
    """Event e says that user ``users[e]`` met item ``items[e]``.

    Attributes:
        users, items: Int32[E], positions in the id maps of the data set.
        values: Float32[E], the rating, or the weight of an implicit event.
        times: Int64[E] in unix seconds UTC, or None where the file has none.
        n_users, n_items: declared, never guessed from the largest id.
    """

    users: Int32
    items: Int32
    values: Float32
    times: Int64 | None
    n_users: int
    n_items: int

    def __post_init__(self) -> None:
        lengths = {len(column) for column in (self.users, self.items, self.values, self.times) if column is not None}
        if len(lengths) != 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        _require_bounds(self.users, self.n_users)
        _require_bounds(self.items, self.n_items)

    def __len__(self) -> int:
        return len(self.users)

    @property
    def has_order(self) -> bool:
        """Whether the times tell which events came first."""
        return self.times is not None and len(self) > 0 and bool(self.times.min() < self.times.max())

    def take(self, rows: Int64 | Bool) -> "Interactions":
        """The events at these positions, or where this mask is true. The only way to make a subset."""
        times = None if self.times is None else self.times[rows]
        return Interactions(self.users[rows], self.items[rows], self.values[rows], times, self.n_users, self.n_items)

    def matrix(self) -> csr_array:
        """Float32 (U, I), holding ``values``; repeated pairs are added up."""
        return csr_array((self.values, (self.users, self.items)), shape=(self.n_users, self.n_items))

    def user_counts(self) -> Int64:
        """Int64[U], the number of events of each user."""
        return np.bincount(self.users, minlength=self.n_users)

    def item_counts(self) -> Int64:
        """Int64[I], the number of events of each item."""
        return np.bincount(self.items, minlength=self.n_items)


def _require_bounds(column: Int32, bound: int) -> None:
    """Array operations would count from the end, and compiled loops would read anywhere."""
    if len(column) and not (column.min() >= 0 and column.max() < bound):
        raise ValueError(f"an index lies outside 0..{bound - 1}")


@dataclass(frozen=True)
class Histories:
    """Ragged rows, one per person, in time order. An empty row is legal.

    Keeps what a csr matrix would lose: order, times and genuine zeros.

    Attributes:
        indptr: Int64[B + 1]; row b is ``items[indptr[b]:indptr[b + 1]]``.
        items: Int32[E]; values: Float32[E]; times: Int64[E] or None.
        about: B rows of what is known of these people beside, with the columns of ``Dataset.user_table``; None where
            nobody asked.
    """

    indptr: Int64
    items: Int32
    values: Float32
    times: Int64 | None
    n_items: int
    about: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        _require_bounds(self.items, self.n_items)
        if self.about is not None and len(self.about) != len(self):
            raise ValueError(f"{len(self.about):,} rows about {len(self):,} people")

    @classmethod
    def from_interactions(cls, events: Interactions) -> "Histories":
        """One row for each of the U users, oldest event first (in file order where there are no times)."""
        order = (
            np.argsort(events.users, kind="stable")
            if events.times is None
            else np.lexsort((events.times, events.users))
        )
        indptr = np.concatenate([[0], np.cumsum(events.user_counts())]).astype(np.int64)
        times = None if events.times is None else events.times[order]
        return cls(indptr, events.items[order], events.values[order], times, events.n_items)

    @classmethod
    def of(cls, rows: list[tuple[list[int], list[float]]], n_items: int) -> "Histories":
        """Rows written by hand: (items, values) of each person."""
        indptr = np.cumsum([0, *(len(items) for items, _ in rows)]).astype(np.int64)
        items = np.array([item for row, _ in rows for item in row], dtype=np.int32)
        values = np.array([value for _, row in rows for value in row], dtype=np.float32)
        return cls(indptr, items, values, None, n_items)

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def row(self, b: int) -> tuple[Int32, Float32]:
        """Items and values of one person."""
        span = slice(self.indptr[b], self.indptr[b + 1])
        return self.items[span], self.values[span]

    def lengths(self) -> Int64:
        """Int64[B]."""
        return np.diff(self.indptr)

    @property
    def has_order(self) -> bool:
        """Whether the times tell which events came first."""
        return self.times is not None and len(self) > 0 and bool(self.times.min() < self.times.max())

    def take(self, rows: Int64 | Int32) -> "Histories":
        """The rows of these people, in this order; a row may be asked for more than once."""
        lengths = self.lengths()[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        within = np.arange(indptr[-1]) - np.repeat(indptr[:-1], lengths)
        events = np.repeat(self.indptr[:-1][rows], lengths) + within
        times = None if self.times is None else self.times[events]
        about = None if self.about is None else self.about.iloc[rows]
        return Histories(indptr, self.items[events], self.values[events], times, self.n_items, about)

    def batches(self, size: int) -> Iterator["Histories"]:
        """The same rows, ``size`` people at a time."""
        for start in range(0, len(self), size):
            yield self.take(np.arange(start, min(start + size, len(self))))

    def translated(self, items: Int64, n_items: int) -> "Histories":
        """The same people in another catalogue: of item i becomes ``items[i]``, which drops out where that is −1."""
        positions = items[self.items]
        kept = positions >= 0
        lengths = np.bincount(self.people()[kept], minlength=len(self))
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        times = None if self.times is None else self.times[kept]
        return Histories(indptr, positions[kept].astype(np.int32), self.values[kept], times, n_items, self.about)

    def people(self) -> Int64:
        """Int64[E], the row that each event belongs to."""
        return np.repeat(np.arange(len(self)), self.lengths())

    def matrix(self) -> csr_array:
        """Float32 (B, I), holding ``values``; repeated pairs are added up."""
        return csr_array((self.values, (self.people(), self.items)), shape=(len(self), self.n_items))
