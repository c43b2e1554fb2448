"""Mean reciprocal rank at k."""

import numpy as np

from recsys_core.metrics.base import EXPECTED, LEFT_OUT, MEAN_OVER_PEOPLE, About, RankingMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    no_hit = truth.no_hit[:, :k]
    first = -np.diff(no_hit, axis=1, prepend=1.0)  # probability that the first hit is here
    return first @ (1.0 / np.arange(1, no_hit.shape[1] + 1))


MRR = RankingMetric(
    About(
        "mrr",
        "MRR",
        "1 / position of the first hit, 0 where the first k hold none",
        "people",
        MEAN_OVER_PEOPLE,
        EXPECTED,
        LEFT_OUT,
    ),
    _per_user,
)
