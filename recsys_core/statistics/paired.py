"""Figures over the same people."""

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from recsys_core.statistics.bootstrap import percentiles, resampled_figures
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Estimate, PerUser


def paired_difference(mine: PerUser, theirs: PerUser, seed: int = 0) -> Estimate:
    """By how much the first figure lies above the second, over the people in both."""
    return paired_differences(over_shared_people([mine, theirs]), [(0, 1)], seed)[0]


def paired_differences(parts: Sequence[PerUser], pairs: Sequence[tuple[int, int]], seed: int = 0) -> list[Estimate]:
    """By how much the first figure of each pair lies above the second.

    The 95 % interval is a percentile interval over resampled people, the same ones for both figures, so that what is
    hard for both cancels out; there is none for fewer than ten people.

    Args:
        parts: over the same people in one order.
        pairs: positions of two parts each.
        seed: of the resampling.
    """
    values = [parts[one].value() - parts[other].value() for one, other in pairs]
    if len(parts[0].users) < FEWEST_FOR_INTERVAL:
        return [Estimate(value, None, None) for value in values]
    figures = resampled_figures(parts, seed)
    return [
        Estimate(value, *percentiles(figures[one] - figures[other], len(parts[0].users)))
        for value, (one, other) in zip(values, pairs, strict=True)
    ]


def over_shared_people(parts: Sequence[PerUser]) -> list[PerUser]:
    """The same figures of the people who are in all of them, in one order."""
    shared = reduce(np.intersect1d, (part.users for part in parts))
    found = []
    for part in parts:
        rows = np.intersect1d(shared, part.users, assume_unique=True, return_indices=True)[2]
        found.append(replace(part, users=shared, numerator=part.numerator[rows], denominator=part.denominator[rows]))
    return found
