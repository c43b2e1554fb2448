"""Whether two figures over the same people differ by more than chance."""

from collections.abc import Sequence

import numpy as np

from recsys_core.statistics.estimates import PerUser
from recsys_core.statistics.weighted import Weights, weighted_sums
from recsys_core.types import Float64

PERMUTATIONS = 10_000
PER_PAIR = 40  # permutations at least, so that the smallest p-value can be 2.5 % after Holm over any number of pairs
ROUNDING = 1e-9  # of a figure; a permutation that gives the same difference in another order of sums is as extreme


def paired_tests(parts: Sequence[PerUser], pairs: Sequence[tuple[int, int]], seed: int = 0) -> Float64:
    """Float64[pairs], two-sided p-values under: which figure of a person belongs to which model is a coin's throw.

    Numerators and denominators of a person change places together. For means that flips the signs of the differences
    per person (Fisher 1935); for pooled ratios, such as RMSE, both figures are put together anew. A p-value is
    ``(1 + hits) / (1 + permutations)`` and so never zero (Phipson and Smyth 2010). All pairs share their
    permutations.

    Args:
        parts: over the same people in one order.
        pairs: positions of two parts each.
        seed: of the permutations.
    """
    columns = np.stack([column for part in parts for column in (part.numerator, part.denominator)], axis=1)
    times = permutations(len(pairs))
    whole, swapped = columns.sum(axis=0), weighted_sums(columns, _swapped, times, seed)

    def figure(own: int, other: int) -> Float64:
        """Float64[permutations], of one where the people that swap give it the figures of the other."""
        numerator, denominator = (
            whole[2 * own + at] - swapped[:, 2 * own + at] + swapped[:, 2 * other + at] for at in (0, 1)
        )
        return parts[own].figures(numerator, denominator)

    found = np.empty(len(pairs))
    for place, (first, second) in enumerate(pairs):
        values = parts[first].value(), parts[second].value()
        least = abs(values[0] - values[1]) - ROUNDING * max(map(abs, values))
        hits = np.count_nonzero(np.abs(figure(first, second) - figure(second, first)) >= least)
        found[place] = (1 + hits) / (1 + times)
    return found


def permutations(pairs: int) -> int:
    """How many there are for so many pairs."""
    return max(PERMUTATIONS, PER_PAIR * pairs)


def _swapped(rng: np.random.Generator, size: int, n: int) -> Weights:
    """Who swaps: ones and zeros, a bit for each person."""
    return np.unpackbits(rng.integers(0, 256, (size, -(-n // 8)), dtype=np.uint8), axis=1, count=n)


def holm(p_values: Float64) -> Float64:
    """p-values that hold for all tests together (Holm 1979): step-down Bonferroni, never falling from test to test."""
    order = np.argsort(p_values, kind="stable")
    adjusted = np.empty(len(p_values))
    factors = len(p_values) - np.arange(len(p_values))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * p_values[order]))
    return adjusted
