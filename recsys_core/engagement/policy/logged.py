"""The impressions that an estimate rests on, in numbers."""

from dataclasses import dataclass

import numpy as np

from recsys_core.data.findings import counted
from recsys_core.data.impressions.log import Impressions
from recsys_core.errors import DataError
from recsys_core.types import Bool, Float64, Int32, Int64


@dataclass(frozen=True)
class Logged:
    """N impressions with known propensities.

    Attributes:
        items: Int32[N], as the log counts them.
        positions: Int64[N], 0..K-1; all 0 where the log names none.
        clicks: Float64[N], 0 or 1.
        propensities: Float64[N], the probability of the item at that position.
        units: Int64[N], 0..G-1: rows of one person depend on each other. Each row is a unit where nobody is named.
        n_items, n_positions: I and K.
        new: Bool[N], whether what was shown was new to the person. The model of clicks learns from these rows alone,
            where lists leave known items out.
    """

    items: Int32
    positions: Int64
    clicks: Float64
    propensities: Float64
    units: Int64
    n_items: int
    n_positions: int
    new: Bool

    def __len__(self) -> int:
        return len(self.items)

    def sums(self, of: Float64, groups: Int64, n_groups: int) -> Float64:
        """Float64[n_groups, K, I], sums of Float64[N] over groups of rows (Int64[N]), positions and items."""
        shape = (n_groups, self.n_positions, self.n_items)
        cells = np.ravel_multi_index((groups, self.positions, self.items), shape)
        return np.asarray(np.bincount(cells, of, minlength=int(np.prod(shape))).reshape(shape), dtype=np.float64)

    def by_place(self, of: Float64) -> Float64:
        """Float64[K, I], the same over all rows."""
        return np.asarray(self.sums(of, np.zeros(len(self), dtype=np.int64), 1)[0])


def rows_with_propensities(log: Impressions) -> Bool:
    """Bool[N], which rows can be weighted.

    Raises:
        DataError: none can.
    """
    if log.propensities is None:
        raise DataError(
            f"The log {log.name} does not say how probable each item was to be shown, so nothing can be told about "
            "other lists.",
            "Import it again with its column of propensities.",
            "no-propensities",
        )
    return ~np.isnan(log.propensities)


def logged(log: Impressions, rows: Bool, new: Bool | None = None) -> Logged:
    """These rows of a log.

    Args:
        rows, new: Bool[N]; all are new unless said otherwise.

    Raises:
        DataError: the log has no propensities, or none of these rows has one.
    """
    rows = rows & rows_with_propensities(log)
    if not rows.any():
        raise DataError(
            f"Of {counted(len(log), 'impression')} of the log {log.name}, none can be used here.",
            "Choose another log or another model.",
            "no-impressions",
        )
    assert log.propensities is not None
    positions = np.zeros(int(rows.sum()), dtype=np.int64) if log.positions is None else log.positions[rows]
    names, codes = np.unique(positions, return_inverse=True)
    units = np.arange(len(codes)) if log.users is None else np.unique(log.users[rows], return_inverse=True)[1]
    return Logged(
        log.items[rows],
        codes.astype(np.int64),
        log.clicks[rows].astype(np.float64),
        log.propensities[rows].astype(np.float64),
        units.astype(np.int64),
        len(log.item_ids),
        len(names),
        np.ones(len(codes), dtype=bool) if new is None else new[rows],
    )
