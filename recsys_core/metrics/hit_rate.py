"""Hit rate at k."""

from recsys_core.metrics.base import EXPECTED, LEFT_OUT, MEAN_OVER_PEOPLE, About, RankingMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    no_hit = truth.no_hit[:, :k]
    return 1.0 - no_hit[:, -1]


HIT_RATE = RankingMetric(
    About(
        "hit_rate",
        "Hit rate",
        "share of people with at least one hit among the first k",
        "people; with one held-out item a person this equals recall",
        MEAN_OVER_PEOPLE,
        EXPECTED,
        LEFT_OUT,
    ),
    _per_user,
)
