"""Recall at k."""

from recsys_core.metrics.base import About, RankingMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    return truth.relevance[:, :k].sum(axis=1) / truth.n_relevant


RECALL = RankingMetric(
    About(
        "recall",
        "Recall",
        "hits among the first k / relevant items",
        "all relevant held-out items of the person, not min(k, relevant); mean over people",
        "people without a relevant held-out item are left out",
    ),
    _per_user,
)
