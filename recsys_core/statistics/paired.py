"""Two figures over the same people."""

import numpy as np

from recsys_core.statistics.bootstrap import resampled_sums
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Estimate, PerUser


def paired_difference(mine: PerUser, theirs: PerUser, seed: int = 0) -> Estimate:
    """By how much the first figure lies above the second, over the people in both.

    The 95 % interval is a percentile interval over resampled people, the same ones for both figures, so that what is
    hard for both cancels out; there is none for fewer than ten people.
    """
    users, first, second = np.intersect1d(mine.users, theirs.users, assume_unique=True, return_indices=True)
    mine = PerUser(users, mine.numerator[first], mine.denominator[first], mine.finish)
    theirs = PerUser(users, theirs.numerator[second], theirs.denominator[second], theirs.finish)
    value = mine.value() - theirs.value()
    if len(users) < FEWEST_FOR_INTERVAL:
        return Estimate(value, None, None)
    sums = resampled_sums(
        np.stack([mine.numerator, mine.denominator, theirs.numerator, theirs.denominator], axis=1), seed
    )
    differences = mine.finish(sums[:, 0] / sums[:, 1]) - theirs.finish(sums[:, 2] / sums[:, 3])
    low, high = np.quantile(differences, [0.025, 0.975])
    return Estimate(value, float(low), float(high))
