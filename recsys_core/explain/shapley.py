"""Shapley values of a game: each player's mean gain over all orders in which the players may come in.

Shapley, A Value for n-Person Games, 1953; for models: Lundberg and Lee, A Unified Approach to Interpreting Model
Predictions, NeurIPS 2017.
"""

from math import comb

import numpy as np
from scipy.stats import t as student

from recsys_core.explain.explanation import Contributions
from recsys_core.explain.game import Game
from recsys_core.types import Bool, Float64

MOST_EXACT = 12  # players: 4,096 coalitions
LEVEL = 0.95


def exact(game: Game) -> Contributions:
    """From the values of all 2^n coalitions.

    φ_j = Σ_S |S|! (n − |S| − 1)! / n! · (v(S ∪ j) − v(S)), over the coalitions S without j.

    Raises:
        ValueError: there are too many players.
    """
    n = game.n
    if n > MOST_EXACT:
        raise ValueError(f"{n} players, of whom there are 2^{n} coalitions")
    codes = np.arange(2**n)
    kept = (codes[:, None] >> np.arange(n)) & 1 == 1  # (2^n, n)
    values = game(kept)
    sizes = kept.sum(1)
    weights = np.array([1 / (n * comb(n - 1, size)) if size < n else 0.0 for size in range(n + 1)])
    gains = np.array([_mean_gain(codes, values, weights[sizes], player) for player in range(n)])
    return Contributions(float(values[0]), float(values[-1]), gains, np.zeros(n), len(kept), True, True)


def _mean_gain(codes: np.ndarray, values: Float64, weights: Float64, player: int) -> float:
    without = np.flatnonzero((codes >> player) & 1 == 0)
    return float((weights[without] * (values[without | (1 << player)] - values[without])).sum())


class Sampler:
    """Shapley values from random orders, as good as time allows.

    Orders come in pairs, one the other's reverse, so that what a player gains from coming early and late cancels out
    (antithetic sampling: Mitchell, Cooper, Frank and Holmes, Sampling Permutations for Shapley Value Estimation, JMLR
    2022). Each order's gains add up to score − base, so their means do as well, whatever the number of orders.

    Args:
        rng: draws the orders.
    """

    def __init__(self, game: Game, rng: np.random.Generator) -> None:
        self._game, self._rng = game, rng
        self._base, self._score = game.ends()
        self._pairs = 0
        self._sum = np.zeros(game.n)
        self._squares = np.zeros(game.n)
        self.evaluations = 2

    def refine(self, pairs: int) -> None:
        """Take so many more pairs of orders into account, asked about all at once."""
        n = self._game.n
        if n < 2:
            return
        forward = self._rng.permuted(np.tile(np.arange(n), (pairs, 1)), axis=1)
        orders = np.concatenate([forward, forward[:, ::-1]])  # (2 p, n)
        values = self._game(_growing(orders).reshape(-1, n)).reshape(len(orders), n - 1)
        self.evaluations += values.size
        ends = np.full((len(orders), 1), [self._base]), np.full((len(orders), 1), [self._score])
        gains = np.diff(np.concatenate([ends[0], values, ends[1]], axis=1), axis=1)  # (2 p, n), in coming order
        by_player = np.empty_like(gains)
        np.put_along_axis(by_player, orders, gains, axis=1)
        means = (by_player[:pairs] + by_player[pairs:]) / 2
        self._pairs += pairs
        self._sum += means.sum(0)
        self._squares += (means**2).sum(0)

    def found(self) -> Contributions:
        """Where it stands, with 95 % intervals by Student's t over the pairs of orders; infinite after fewer than two.

        Raises:
            ValueError: there are several players and no order was drawn yet.
        """
        n, pairs = self._game.n, self._pairs
        if n < 2:
            gains = np.full(n, self._score - self._base)
            return Contributions(self._base, self._score, gains, np.zeros(n), self.evaluations, True, True)
        if not pairs:
            raise ValueError("no order was drawn yet")
        means = self._sum / pairs
        if pairs < 2:
            margins = np.full(n, np.inf)
        else:
            variances = np.maximum(self._squares - pairs * means**2, 0) / (pairs - 1)
            margins = student.ppf((1 + LEVEL) / 2, pairs - 1) * np.sqrt(variances / pairs)
        return Contributions(self._base, self._score, means, margins, self.evaluations, True, False)


def _growing(orders: np.ndarray) -> Bool:
    """Bool[P, n − 1, n]: the coalitions of the first 1, 2, ... n − 1 players of each order (P, n)."""
    places = np.argsort(orders, axis=1)  # (P, n): when each player comes in
    return places[:, None, :] < np.arange(1, orders.shape[1])[None, :, None]
