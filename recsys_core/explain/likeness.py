"""How alike two explanations of the same score are."""

import numpy as np
from scipy.stats import spearmanr

from recsys_core.explain.explanation import by_strength
from recsys_core.types import Float64

COMPARED = 10  # of the strongest parts; the order of parts that hardly contribute is chance


def rank_correlation(one: Float64, other: Float64, top: int = COMPARED) -> float:
    """Spearman's ρ over the parts that are among the ``top`` strongest of either, −1 to 1; 1 where nothing differs.

    Args:
        one, other: Float64[n], contributions of the same players.
    """
    strongest = np.union1d(by_strength(one)[:top], by_strength(other)[:top])
    mine, theirs = one[strongest], other[strongest]
    if np.array_equal(mine, theirs):
        return 1.0
    if len(strongest) < 2 or np.ptp(mine) == 0 or np.ptp(theirs) == 0:
        return 0.0
    return float(spearmanr(mine, theirs).statistic)


def stability(explained: list[Float64], top: int = COMPARED) -> float:
    """Mean rank correlation over all pairs of the same explanation by different seeds."""
    pairs = [
        rank_correlation(one, other, top) for place, one in enumerate(explained) for other in explained[place + 1 :]
    ]
    return float(np.mean(pairs)) if pairs else 1.0
