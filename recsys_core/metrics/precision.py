"""Precision at k."""

from recsys_core.metrics.base import EXPECTED, LEFT_OUT, MEAN_OVER_PEOPLE, About, RankingMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    return truth.relevance[:, :k].sum(axis=1) / k


PRECISION = RankingMetric(
    About(
        "precision",
        "Precision",
        "hits among the first k / k",
        "k, also where fewer than k items are relevant or shown",
        MEAN_OVER_PEOPLE,
        EXPECTED,
        LEFT_OUT,
    ),
    _per_user,
)
