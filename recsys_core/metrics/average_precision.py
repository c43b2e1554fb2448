"""Mean average precision at k."""

import numpy as np

from recsys_core.metrics.base import EXPECTED, LEFT_OUT, MEAN_OVER_PEOPLE, About, RankingMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    hits = truth.hits[:, :k]
    return hits @ (1.0 / np.arange(1, hits.shape[1] + 1)) / np.minimum(truth.n_relevant, k)


MAP = RankingMetric(
    About(
        "map",
        "MAP",
        "mean, over the relevant items, of the precision at the position where each is found",
        "min(k, relevant items) of the person",
        MEAN_OVER_PEOPLE,
        EXPECTED,
        LEFT_OUT,
    ),
    _per_user,
)
