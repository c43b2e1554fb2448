"""F1 at k."""

from recsys_core.metrics.base import EXPECTED, LEFT_OUT, MEAN_OVER_PEOPLE, About, RankingMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    return 2 * truth.relevance[:, :k].sum(axis=1) / (k + truth.n_relevant)


F1 = RankingMetric(
    About(
        "f1",
        "F1",
        "2 · precision · recall / (precision + recall) = 2 · hits / (k + relevant items)",
        "k plus all relevant held-out items of the person",
        MEAN_OVER_PEOPLE,
        EXPECTED,
        LEFT_OUT,
    ),
    _per_user,
)
