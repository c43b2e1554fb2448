"""Calibration of genres at k (Steck, RecSys 2018)."""

import numpy as np
from scipy.sparse import csr_array

from recsys_core.metrics.base import AS_SHOWN, MEAN_OVER_PEOPLE, About, Group, ShownMetric
from recsys_core.metrics.shown import Shown
from recsys_core.types import Float64

ALPHA = 0.01  # of Steck's equation 5


def _per_user(shown: Shown) -> Float64:
    """Σ_g p log(p / q̃) with q̃ = (1 − α) q + α p (Steck, equations 2 to 6, all items of the same weight)."""
    shares = shown.background.genre_shares
    known = shown.known
    ones = csr_array((np.ones(len(known.items)), known.items, known.indptr), shape=(len(known), len(shares.indptr) - 1))
    p, q = ones @ shares, shown.matrix() @ shares  # (B, G)
    all_p, all_q = p.sum(axis=1), q.sum(axis=1)
    person, genre = p.nonzero()
    p_g = p[person, genre] / all_p[person]
    q_g = q[person, genre] / np.where(all_q > 0, all_q, np.nan)[person]
    divergence = np.bincount(person, p_g * np.log(p_g / ((1 - ALPHA) * q_g + ALPHA * p_g)), len(shown.lists))
    return np.where(all_p > 0, divergence, np.nan)


CALIBRATION = ShownMetric(
    About(
        "genre_calibration",
        "Genre calibration",
        "Kullback-Leibler divergence, in nats, of the genres of the first k items from those of what the person is "
        "known to have met: Σ p ln(p / q), where p is the profile's share of a genre and q is the list's, of which "
        f"{ALPHA:.0%} is replaced by p so that it is never 0; an item's genres share its weight equally. 0 where both "
        "are the same",
        "nothing; both are shares that add up to 1 over items with known genres",
        MEAN_OVER_PEOPLE,
        AS_SHOWN,
        "people without a relevant held-out item, or with no known genres in their list or profile, are left out",
        Group.BEYOND,
        higher_is_better=False,
    ),
    _per_user,
)
