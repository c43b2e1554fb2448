"""Metrics that belong to people, taken apart."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.metrics.base import RankingMetric, RatingMetric, ShownMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.metrics.shown import Background, Shown
from recsys_core.statistics.estimates import PerUser, as_it_is
from recsys_core.types import Float32, Float64, Int32, Int64

PEOPLE_AT_ONCE = 1024


def by_relevance(
    metrics: Iterable[RankingMetric], truth: RankedTruth, users: Int64, ks: tuple[int, ...]
) -> dict[str, PerUser]:
    """What the first k of these users' lists are worth by what is relevant, under names such as "ndcg@10"."""
    ones = np.ones(len(users))
    return {
        f"{metric.about.key}@{k}": PerUser(users, metric.per_user(truth, k), ones, as_it_is)
        for metric in metrics
        for k in ks
    }


def by_whole_list(values: dict[str, Float64], users: Int64) -> dict[str, PerUser]:
    """What metrics of the whole list gave for each of these users, by metric."""
    ones = np.ones(len(users))
    return _told({key: _judged(users, column, ones, as_it_is) for key, column in values.items()})


def by_list(
    metrics: Sequence[ShownMetric], background: Background, users: Int64, lists: Int32, ks: tuple[int, ...]
) -> dict[str, PerUser]:
    """What else can be said of the lists Int32[n, K] of these users. What the data cannot tell is left out."""
    names = [(f"{metric.about.key}@{k}", metric, k) for metric in metrics for k in ks]
    parts: dict[str, list[tuple[Float64, Float64]]] = {name: [] for name, _, _ in names}
    for start in range(0, len(users), PEOPLE_AT_ONCE):
        chunk = slice(start, start + PEOPLE_AT_ONCE)
        known = background.holdout.known.take(users[chunk])
        for name, metric, k in names:
            shown = Shown(lists[chunk, :k], users[chunk], known, background)
            parts[name].append((metric.per_user(shown), metric.weight(shown)))
    found = {}
    for name, metric, _ in names:
        numerators, denominators = zip(*parts[name], strict=True)
        found[name] = _judged(users, np.concatenate(numerators), np.concatenate(denominators), metric.finish)
    return _told(found)


def by_rating(metric: RatingMetric, targets: Interactions, ratings: Float32) -> PerUser:
    """The errors of predicted ratings Float32[T], added up for each person."""
    errors = metric.error(targets.values, ratings)
    users, person = np.unique(targets.users, return_inverse=True)
    counts = np.bincount(person).astype(np.float64)
    return PerUser(users.astype(np.int64), np.bincount(person, errors).astype(np.float64), counts, metric.finish)


def _judged(users: Int64, numerator: Float64, denominator: Float64, finish: Callable[[Float64], Float64]) -> PerUser:
    """Without those who are left out."""
    kept = ~np.isnan(numerator) & ~np.isnan(denominator)
    if kept.all():
        return PerUser(users, numerator, denominator, finish)
    return PerUser(users[kept], numerator[kept], denominator[kept], finish)


def _told(parts: dict[str, PerUser]) -> dict[str, PerUser]:
    return {name: part for name, part in parts.items() if len(part.users)}
