"""Trainings of one model with several seeds: a spread of its own, apart from that over people."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.special import stdtrit

from recsys_core.statistics.estimates import PerUser


def mean_over_seeds(parts: Sequence[PerUser]) -> PerUser:
    """What each person has on average; all parts are over the same people in one order."""
    numerator, denominator = (
        np.mean([getattr(part, name) for part in parts], axis=0) for name in ("numerator", "denominator")
    )
    return replace(parts[0], numerator=numerator, denominator=denominator)


def paired_seed_margin(differences: Sequence[float]) -> float:
    """Half of Student's 95 % interval (1908) of a mean difference, from the difference with each of several seeds.

    For trainings that share more than chance with a seed, such as the events that were drawn by it. One seed says
    nothing about others, and is taken as if none could move the difference.
    """
    n = len(differences)
    if n < 2:
        return 0.0
    return float(stdtrit(n - 1, 0.975)) * float(np.std(differences, ddof=1)) / float(np.sqrt(n))


def seed_margin(mine: Sequence[float], theirs: Sequence[float]) -> float:
    """Half of Welch's 95 % interval (1947) of a difference, from the figures of several seeds on each side.

    A side with one figure is taken as if no seed could move it.
    """
    variances = [float(np.var(side, ddof=1)) / len(side) if len(side) > 1 else 0.0 for side in (mine, theirs)]
    if not sum(variances):
        return 0.0
    freedom = sum(variances) ** 2 / sum(
        variance**2 / (len(side) - 1) for variance, side in zip(variances, (mine, theirs), strict=True) if variance
    )
    return float(stdtrit(freedom, 0.975)) * float(np.sqrt(sum(variances)))
