"""How far two samples lie apart."""

import numpy as np
from numpy.typing import NDArray

from recsys_core.types import Float64, Int64

Numbers = NDArray[np.generic]
POINTS = 200  # of a curve that is drawn


def kolmogorov_smirnov(one: Numbers, other: Numbers) -> float:
    """The largest difference between two empirical distribution functions, 0..1 (Smirnov 1948); neither is empty."""
    places = np.concatenate([one, other])
    shares = (np.searchsorted(np.sort(side), places, side="right") / len(side) for side in (one, other))
    return float(np.abs(np.subtract(*shares)).max())


def total_variation(one: Float64, other: Float64) -> float:
    """Half of the summed differences of two distributions over the same places, 0..1."""
    return float(np.abs(one - other).sum() / 2)


def shares(counts: Int64) -> Float64:
    """Counts as shares of their sum, which is not 0."""
    return counts / counts.sum()


def correlation(one: Float64, other: Float64) -> float | None:
    """Pearson's; None where a side does not vary or there are fewer than three pairs."""
    if len(one) < 3 or np.ptp(one) < 1e-12 or np.ptp(other) < 1e-12:
        return None
    return float(np.corrcoef(one, other)[0, 1])


def survival(sample: Numbers) -> tuple[list[float], list[float]]:
    """At most 200 points of: which share of a sample is at least so large. More of them stand at both ends, where
    tails are."""
    if not len(sample):
        return [], []
    levels, counts = np.unique(sample, return_counts=True)
    reached = counts[::-1].cumsum()[::-1] / counts.sum()
    ends = np.geomspace(1, len(levels), POINTS // 2).round().astype(np.int64) - 1
    keep = np.union1d(ends, len(levels) - 1 - ends)
    return levels[keep].astype(np.float64).tolist(), reached[keep].tolist()
