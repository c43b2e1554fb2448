"""Precision at k, out of the items that are really shown."""

import numpy as np

from recsys_core.metrics.base import EXPECTED, LEFT_OUT, MEAN_OVER_PEOPLE, About, RankingMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    return truth.relevance[:, :k].sum(axis=1) / np.clip(truth.n_candidates, 1, k)


PRECISION_OF_SHOWN = RankingMetric(
    About(
        "precision_of_shown",
        "Precision of shown",
        "hits among the first k / items shown among them",
        "the items really shown: fewer than k where somebody has met nearly everything, else as precision",
        MEAN_OVER_PEOPLE,
        EXPECTED,
        f"{LEFT_OUT}; an empty list counts 0",
    ),
    _per_user,
)
