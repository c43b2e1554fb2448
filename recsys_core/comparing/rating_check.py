"""Whether predicted ratings mean what they say, and how far they are off for each rating that was given."""

from dataclasses import dataclass

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.evaluation import predicted_ratings, rated_events
from recsys_core.models.base import Recommender
from recsys_core.splitting import Holdout
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser, as_it_is
from recsys_core.types import Float64, Int64

BINS = 10
MOST_LEVELS = 11  # 0.5, 1, ..., 5 and 0, 1, ..., 10


@dataclass(frozen=True)
class Bin:
    """Some of the held-out ratings.

    Attributes:
        at: their mean on the horizontal axis.
        estimate: their mean on the vertical one, with its 95 % interval over people.
        n: how many they are.
    """

    at: float
    estimate: Estimate
    n: int


@dataclass(frozen=True)
class RatingCheck:
    """Bins in ascending order, without empty ones.

    Attributes:
        calibration: the mean given rating, by predicted rating.
        errors: the mean absolute error, by given rating.
    """

    calibration: list[Bin]
    errors: list[Bin]


def rating_check(model: Recommender, holdout: Holdout, seed: int = 0) -> RatingCheck:
    """Of a model that predicts ratings, on the held-out ratings of people of whom it knows something."""
    targets = rated_events(model, holdout)
    predicted = predicted_ratings(model, holdout, targets).astype(np.float64)
    given = targets.values.astype(np.float64)
    ends = None if holdout.scale is None else (holdout.scale.low, holdout.scale.high)
    levels, level = np.unique(given, return_inverse=True)
    by_given = level if len(levels) <= MOST_LEVELS else _equal_bins(given, ends)
    return RatingCheck(
        _means(targets, _equal_bins(predicted, ends), predicted, given, seed),
        _means(targets, by_given, given, np.abs(predicted - given), seed),
    )


def _equal_bins(values: Float64, ends: tuple[float, float] | None) -> Int64:
    """Int64[n], the bin of each value among ``BINS`` of the same width."""
    low, high = ends or (values.min(initial=np.inf), values.max(initial=-np.inf))
    if not low < high:
        return np.zeros(len(values), dtype=np.int64)
    return np.clip((BINS * (values - low) / (high - low)).astype(np.int64), 0, BINS - 1)


def _means(targets: Interactions, bins: Int64, at: Float64, values: Float64, seed: int) -> list[Bin]:
    parts = {}
    for name in np.unique(bins):
        mine = bins == name
        users, person = np.unique(targets.users[mine], return_inverse=True)
        counts = np.bincount(person).astype(np.float64)
        sums = np.bincount(person, values[mine]).astype(np.float64)
        parts[str(name)] = PerUser(users.astype(np.int64), sums, counts, as_it_is)
    intervals = bootstrap(parts, seed)
    return [
        Bin(
            float(at[bins == int(name)].mean()),
            Estimate(part.value(), *intervals[name]),
            int(part.denominator.sum()),
        )
        for name, part in parts.items()
    ]
