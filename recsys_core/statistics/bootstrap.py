"""Intervals over people, by resampling them."""

import numpy as np

from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Interval, PerUser
from recsys_core.types import Float64

RESAMPLES = 1000


def bootstrap(per_user: dict[str, PerUser], seed: int, level: float = 0.95) -> dict[str, Interval]:
    """Percentile intervals over resampled people (Efron and Tibshirani 1993, chapter 13); none for fewer than ten.

    All metrics over the same people share their resamples, so that differences between them stay paired.
    """
    groups: dict[bytes, list[str]] = {}
    for name, part in per_user.items():
        groups.setdefault(part.users.tobytes(), []).append(name)
    tails = [(1 - level) / 2, (1 + level) / 2]
    intervals: dict[str, Interval] = {}
    for names in groups.values():
        columns = np.stack(
            [column for name in names for column in (per_user[name].numerator, per_user[name].denominator)], axis=1
        )
        sums = resampled_sums(columns, seed)
        for position, name in enumerate(names):
            if len(per_user[name].users) < FEWEST_FOR_INTERVAL:
                intervals[name] = (None, None)
                continue
            figures = per_user[name].finish(sums[:, 2 * position] / sums[:, 2 * position + 1])
            low, high = np.quantile(figures, tails)
            intervals[name] = (float(low), float(high))
    return intervals


def resampled_sums(columns: Float64, seed: int) -> Float64:
    """Float64[RESAMPLES, m], sums of each column Float64[n, m] over people drawn with replacement."""
    rng = np.random.default_rng(seed)
    n = len(columns)
    sums = np.empty((RESAMPLES, columns.shape[1]))
    for resample in range(RESAMPLES):
        weights = np.bincount(rng.integers(0, n, n), minlength=n)
        sums[resample] = weights @ columns
    return sums
