"""Normalised discounted cumulative gain at k."""

import numpy as np

from recsys_core.metrics.base import EXPECTED, LEFT_OUT, MEAN_OVER_PEOPLE, About, RankingMetric, discounts
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    relevance = truth.relevance[:, :k]
    ideal = np.cumsum(discounts(k))[np.minimum(truth.n_relevant, k) - 1]
    return relevance @ discounts(relevance.shape[1]) / ideal


NDCG = RankingMetric(
    About(
        "ndcg",
        "NDCG",
        "sum over hits of 1 / log2(position + 1), divided by the same sum for the best possible list",
        "the best possible list of length k: min(k, relevant items) hits in front; gains are 0 or 1",
        MEAN_OVER_PEOPLE,
        EXPECTED,
        LEFT_OUT,
    ),
    _per_user,
)
