"""What one player makes by itself: taken out of all, or put in where nobody is."""

import numpy as np

from recsys_core.explain.explanation import Contributions
from recsys_core.explain.game import Game


def leave_one_out(game: Game) -> Contributions:
    """v(all) − v(all but j): how far the score falls when a player is taken out. What two players both say counts for
    neither, so the parts need not add up."""
    n = game.n
    kept = np.concatenate([~np.eye(n, dtype=bool), np.zeros((1, n), bool), np.ones((1, n), bool)])
    values = game(kept)
    return Contributions(
        float(values[n]), float(values[n + 1]), values[n + 1] - values[:n], np.zeros(n), n + 2, False, True
    )


def one_alone(game: Game) -> Contributions:
    """v({j}) − v(nobody). Where the value is a sum over the players, these are its Shapley values."""
    n = game.n
    kept = np.concatenate([np.eye(n, dtype=bool), np.zeros((1, n), bool), np.ones((1, n), bool)])
    values = game(kept)
    return Contributions(float(values[n]), float(values[n + 1]), values[:n] - values[n], np.zeros(n), n + 2, True, True)
