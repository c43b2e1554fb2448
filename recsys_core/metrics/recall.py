"""Recall at k."""

from recsys_core.metrics.base import EXPECTED, LEFT_OUT, MEAN_OVER_PEOPLE, About, RankingMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    return truth.relevance[:, :k].sum(axis=1) / truth.n_relevant


RECALL = RankingMetric(
    About(
        "recall",
        "Recall",
        "hits among the first k / relevant items",
        "all relevant held-out items of the person, so that at small k no list can have 1",
        MEAN_OVER_PEOPLE,
        EXPECTED,
        LEFT_OUT,
    ),
    _per_user,
)
