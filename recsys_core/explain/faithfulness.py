"""Whether an explanation names what really carries a score: take parts out in its order, and watch the score fall.

Deletion and insertion curves: Petsiuk, Das and Saenko, RISE: Randomized Input Sampling for Explanation of Black-box
Models, BMVC 2018; Samek et al., Evaluating the Visualization of What a Deep Neural Network Has Learned, TNNLS 2017.
"""

from dataclasses import dataclass

import numpy as np

from recsys_core.explain.game import Game
from recsys_core.types import Bool, Float64, Int64

MOST_STEPS = 20  # of a curve; beyond, several players go at once
TIED = 1e-9  # of the range of values: areas that differ by less are equal


@dataclass(frozen=True)
class Curves:
    """Values while players go, best first, and while they come.

    Attributes:
        shares: Float64[S + 1], the share of the players that is gone, or there, from 0 to 1.
        deletion, insertion: Float64[S + 1], values by the order that is judged.
        random_deletion, random_insertion: Float64[R, S + 1], by R orders without meaning.
    """

    shares: Float64
    deletion: Float64
    insertion: Float64
    random_deletion: Float64
    random_insertion: Float64

    @property
    def deletion_gain(self) -> float:
        """How much faster the value falls than by chance: area between the curves, in parts of the range of values."""
        return self._gain(self.random_deletion.mean(0) - self.deletion)

    @property
    def insertion_gain(self) -> float:
        """How much faster the value comes back than by chance, likewise."""
        return self._gain(self.insertion - self.random_insertion.mean(0))

    @property
    def beaten_by(self) -> float:
        """Share of the orders without meaning that do better, by both curves together, 0 to 1."""
        own = np.trapezoid(self.insertion - self.deletion, self.shares)
        theirs = np.trapezoid(self.random_insertion - self.random_deletion, self.shares, axis=1)
        return float((theirs > own + TIED * self.span).mean())

    @property
    def span(self) -> float:
        """The range of all these values; 0 where nothing changes the score."""
        return float(
            np.ptp(
                np.concatenate([self.deletion[None], self.insertion[None], self.random_deletion, self.random_insertion])
            )
        )

    def _gain(self, lead: Float64) -> float:
        return float(np.trapezoid(lead, self.shares) / self.span) if self.span > 0 else 0.0


def curves(game: Game, values: Float64, rng: np.random.Generator, n_random: int = 20) -> Curves:
    """The curves of the order in which players contribute, those that speak most for the score first.

    Args:
        values: Float64[n], what each player contributes.
        rng: draws the orders to compare with.
        n_random: how many of them.
    """
    n = game.n
    orders = [np.argsort(-values, kind="stable"), *(rng.permutation(n) for _ in range(n_random))]
    cuts = np.unique(np.linspace(0, n, min(n, MOST_STEPS) + 1).round().astype(np.int64))
    gone = np.concatenate([_first(order, cuts) for order in orders])
    found = game(np.concatenate([~gone, gone])).reshape(2, len(orders), len(cuts))
    return Curves(cuts / max(1, n), found[0, 0], found[1, 0], found[0, 1:], found[1, 1:])


def _first(order: Int64, cuts: Int64) -> Bool:
    """Bool[S + 1, n], the first so many of an order."""
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return place < cuts[:, None]
