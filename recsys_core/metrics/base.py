"""What a metric is, and how it is put together from people.

Every metric that belongs to people is ``finish(sum of numerators / sum of denominators)`` over them: a mean over users
has denominators of 1, a pooled RMSE has the number of ratings and a square root. So one bootstrap serves all.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float32, Float64, Int32


def _as_it_is(value: Float64) -> Float64:
    return value


@dataclass(frozen=True)
class About:
    """A metric in words. ``denominator`` and ``empty`` say what the value is divided by and who is left out."""

    key: str
    title: str
    formula: str
    denominator: str
    empty: str
    higher_is_better: bool = True


@dataclass(frozen=True)
class RankingMetric:
    """Judges lists of length k. ``per_user`` gives Float64[U]; the metric is its mean over users."""

    about: About
    per_user: Callable[[RankedTruth, int], Float64]


@dataclass(frozen=True)
class RatingMetric:
    """Judges predicted ratings, pooled over all ratings. ``error`` gives Float64[T] of true and predicted values."""

    about: About
    error: Callable[[Float32, Float32], Float64]
    finish: Callable[[Float64], Float64] = _as_it_is


@dataclass(frozen=True)
class ListMetric:
    """Judges all shown lists together. ``value`` takes Int32[U, k] (−1: nothing shown) and the number of items."""

    about: About
    value: Callable[[Int32, int], float]


Metric = RankingMetric | RatingMetric | ListMetric


def discounts(k: int) -> Float64:
    """Float64[k], 1 / log2(position + 1) (Järvelin and Kekäläinen, TOIS 2002)."""
    return 1.0 / np.log2(np.arange(2, k + 2))
