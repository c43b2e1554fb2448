"""How often an item is clicked at a position: a model of clicks that knows nothing about people."""

import numpy as np

from recsys_core.engagement.policy.logged import Logged
from recsys_core.types import Float64, Int64

FOLDS = 5
PRIOR = 5.0  # clicks: an item of which so many were to be expected counts half as itself, half as a usual one
ROUNDS = 5  # the two factors settle within a few


def click_rates(shown: Float64, clicked: Float64) -> Float64:
    """The rate of each item at each position, as the product of one factor of the position and one of the item.

    The factors are fitted in turns to a Poisson likelihood, each drawn to the usual by as much as ``PRIOR`` clicks.

    Args:
        shown, clicked: Float64[..., K, I], impressions and clicks.

    Returns:
        Float64[..., K, I], 0 to 1.
    """
    overall = (clicked.sum((-2, -1), keepdims=True) + 0.5) / (shown.sum((-2, -1), keepdims=True) + 1)
    place, item = np.broadcast_to(overall, (*shown.shape[:-1], 1)), np.ones((*shown.shape[:-2], 1, shown.shape[-1]))
    for _ in range(ROUNDS):
        item = (clicked.sum(-2, keepdims=True) + PRIOR) / ((shown * place).sum(-2, keepdims=True) + PRIOR)
        place = (clicked.sum(-1, keepdims=True) + PRIOR) / ((shown * item).sum(-1, keepdims=True) + PRIOR / overall)
    return np.minimum(place * item, 1.0)


def cross_fitted(logged: Logged, rng: np.random.Generator) -> tuple[Int64, Float64]:
    """Rates for each fold of units, learned from all other folds.

    Returns:
        Int64[N], the fold of each row, and Float64[FOLDS, K, I].
    """
    folds = rng.integers(FOLDS, size=int(logged.units.max()) + 1)[logged.units]
    new = logged.new.astype(np.float64)
    shown, clicked = (logged.sums(column, folds, FOLDS) for column in (new, new * logged.clicks))
    return folds, click_rates(shown.sum(0) - shown, clicked.sum(0) - clicked)
