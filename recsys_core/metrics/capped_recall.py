"""Recall at k, out of what a list of k can hold."""

import numpy as np

from recsys_core.metrics.base import EXPECTED, LEFT_OUT, MEAN_OVER_PEOPLE, About, RankingMetric
from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.types import Float64


def _per_user(truth: RankedTruth, k: int) -> Float64:
    return truth.relevance[:, :k].sum(axis=1) / np.minimum(truth.n_relevant, k)


CAPPED_RECALL = RankingMetric(
    About(
        "capped_recall",
        "Capped recall",
        "hits among the first k / min(k, relevant items)",
        "min(k, relevant held-out items of the person), so that the best list has 1 at any k (Liang et al., WWW 2018)",
        MEAN_OVER_PEOPLE,
        EXPECTED,
        LEFT_OUT,
    ),
    _per_user,
)
