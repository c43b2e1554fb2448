"""Several rows about one pair of user and item become one event."""

from dataclasses import dataclass

import numpy as np

from recsys_core.data.recipe import Repeats
from recsys_core.types import Float32, Int64


@dataclass(frozen=True)
class Merged:
    """The rows that stand for their pair.

    Attributes:
        rows: Int64[n], ascending; of several about one pair the latest, or the first.
        values: Float32[n], of each pair.
        repeated: how many rows were merged into others. differing: how many of them had another value.
    """

    rows: Int64
    values: Float32
    repeated: int
    differing: int


def merge_repeats(rows: Int64, pairs: Int64, values: Float32, times: Int64 | None, how: Repeats) -> Merged:
    """One row for each pair.

    Args:
        rows: Int64[m], ascending positions in the table.
        pairs, values, times: of these rows; where there are no times, the order of the file counts.
        how: what the value of a pair is.
    """
    order = np.argsort(pairs, kind="stable")
    ordered = pairs[order]
    again = ordered[1:] == ordered[:-1]
    del ordered
    if not again.any():
        return Merged(rows, values, 0, 0)
    involved = np.zeros(len(rows), dtype=bool)
    involved[order[1:][again]] = involved[order[:-1][again]] = True
    some = np.flatnonzero(involved)
    keys = (some, pairs[some]) if times is None else (some, times[some], pairs[some])
    some = some[np.lexsort(keys)]
    first = np.append(True, pairs[some[1:]] != pairs[some[:-1]])
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(some)) - 1
    differing = int((~first[1:] & (values[some[1:]] != values[some[:-1]])).sum())
    chosen = some[starts if how is Repeats.FIRST else ends]
    result = values.copy()
    result[chosen] = _combined(values[some].astype(np.float64), starts, ends, how)
    kept = np.sort(np.concatenate([np.flatnonzero(~involved), chosen]))
    return Merged(rows[kept], result[kept], len(rows) - len(kept), differing)


def _combined(values: np.ndarray, starts: Int64, ends: Int64, how: Repeats) -> np.ndarray:
    if how is Repeats.SUM:
        return np.add.reduceat(values, starts)
    if how is Repeats.MEAN:
        return np.add.reduceat(values, starts) / (ends - starts + 1)
    if how is Repeats.HIGHEST:
        return np.maximum.reduceat(values, starts)
    return values[starts if how is Repeats.FIRST else ends]
