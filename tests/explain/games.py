"""Games whose answers are known."""

import numpy as np

from recsys_core.explain.game import Game
from recsys_core.types import Bool, Float64


class Additive(Game):
    """Each player brings what it weighs; the base is 3."""

    def __init__(self, weights: list[float]) -> None:
        self.weights, self.n = np.array(weights), len(weights)

    def __call__(self, kept: Bool) -> Float64:
        return 3 + kept @ self.weights


class Table(Game):
    """A value drawn at random for each coalition; it counts how often it is asked."""

    def __init__(self, n: int, seed: int) -> None:
        self.n, self.asked = n, 0
        self.values = np.random.default_rng(seed).normal(size=2**n)

    def __call__(self, kept: Bool) -> Float64:
        self.asked += len(kept)
        return self.values[kept @ (1 << np.arange(self.n))]


class Glove(Game):
    """A pair of gloves is worth 1: player 0 has the left one, 1 and 2 a right one each (Shapley: 2/3, 1/6, 1/6)."""

    n = 3

    def __call__(self, kept: Bool) -> Float64:
        return (kept[:, 0] & (kept[:, 1] | kept[:, 2])).astype(np.float64)
