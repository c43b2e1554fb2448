"""Mean absolute error of predicted ratings."""

import numpy as np

from recsys_core.metrics.base import NO_TIES, POOLED, About, Group, RatingMetric
from recsys_core.types import Float32, Float64


def _error(truth: Float32, predicted: Float32) -> Float64:
    return np.abs(predicted.astype(np.float64) - truth)


MAE = RatingMetric(
    About(
        "mae",
        "MAE",
        "mean absolute difference between predicted and given rating",
        "all held-out ratings; predictions are clipped to the scale",
        POOLED,
        NO_TIES,
        "people of whom nothing is known are left out",
        Group.RATING,
        higher_is_better=False,
    ),
    _error,
)
