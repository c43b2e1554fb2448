"""LIME: a straight line through the values of coalitions near the whole.

Ribeiro, Singh and Guestrin, "Why Should I Trust You?": Explaining the Predictions of Any Classifier, KDD 2016.
"""

import numpy as np

from recsys_core.explain.explanation import Contributions
from recsys_core.explain.game import Game
from recsys_core.types import Bool, Float64

KERNEL_WIDTH = 0.25  # of distances from 0 to 1, as the package takes for texts
PULL = 1e-4  # of the ridge, per weight of the samples: the package's 1 in all would flatten few players


def lime(game: Game, samples: int, rng: np.random.Generator) -> Contributions:
    """The slopes of a ridge regression on ``samples`` coalitions, those near the whole counting most.

    As the package does for texts: how many players are left out is drawn uniformly, then who; the distance from the
    whole is a cosine's. The line is fitted by the package.

    Args:
        samples: at least as many as there are players, or the line is loose.
        rng: draws the coalitions.
    """
    from lime.lime_base import LimeBase
    from sklearn.linear_model import Ridge

    base, score = game.ends()
    n = game.n
    if n == 0:
        return Contributions(base, score, np.zeros(0), np.zeros(0), 2, False, False, 1.0)
    kept = _near(n, samples, rng)
    values = game(kept)
    line = LimeBase(_weights, random_state=np.random.RandomState(rng.integers(2**32)))
    distances = 1 - np.sqrt(kept.sum(1) / n)  # of cosines with the whole
    _, slopes, fit, _ = line.explain_instance_with_data(
        kept.astype(np.float64),
        values[:, None],
        distances,
        0,
        n,
        feature_selection="none",
        model_regressor=Ridge(alpha=PULL * _weights(distances).sum()),
    )
    found = np.zeros(n)
    found[[player for player, _ in slopes]] = [slope for _, slope in slopes]
    return Contributions(base, score, found, np.zeros(n), samples + 2, False, False, float(np.clip(fit, 0, 1)))


def _near(n: int, samples: int, rng: np.random.Generator) -> Bool:
    """Bool[samples, n]; the first is the whole, and each other one lacks somebody."""
    left_out = rng.integers(1, n + 1, samples)
    kept = np.argsort(rng.random((samples, n)), axis=1).argsort(axis=1) >= left_out[:, None]
    kept[0] = True
    return kept


def _weights(distances: Float64) -> Float64:
    weights: Float64 = np.sqrt(np.exp(-(distances**2) / KERNEL_WIDTH**2))
    return weights
