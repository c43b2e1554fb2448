"""By how much one way of doing something is better than another, over the same people and several seeds."""

import math
from collections.abc import Sequence

from recsys_core.statistics.bootstrap import bootstrap, percentiles, resampled_figures
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Estimate, PerUser
from recsys_core.statistics.paired import paired_differences
from recsys_core.statistics.seeds import mean_over_seeds, paired_seed_margin


def lead(mine: Sequence[PerUser], theirs: Sequence[PerUser]) -> Estimate:
    """How far the first lies above the second.

    The margins over people and over seeds are independent, so they add up as variances do.

    Args:
        mine, theirs: figures of the same people, with the same seeds in the same order.
    """
    return leads([(mine, theirs)])[0]


def leads(pairs: Sequence[tuple[Sequence[PerUser], Sequence[PerUser]]]) -> list[Estimate]:
    """As :func:`lead`, of several pairs that are all over the same people, who are resampled once."""
    sides = [mean_over_seeds(side) for pair in pairs for side in pair]
    found = paired_differences(sides, [(2 * at, 2 * at + 1) for at in range(len(pairs))])
    return [
        _and_seeds(one, [each.value() - other.value() for each, other in zip(*pair, strict=True)])
        for one, pair in zip(found, pairs, strict=True)
    ]


def levels(figures: Sequence[Sequence[PerUser]]) -> list[Estimate]:
    """Figures themselves, of several seeds each, with the margins of :func:`lead`; all are over the same people."""
    means = {str(at): mean_over_seeds(figure) for at, figure in enumerate(figures)}
    return [
        _and_seeds(Estimate(means[at].value(), *interval), [part.value() for part in figures[int(at)]])
        for at, interval in bootstrap(means, 0).items()
    ]


def _and_seeds(found: Estimate, by_seed: Sequence[float]) -> Estimate:
    """An interval over people, widened by what seeds explain."""
    if found.low is None or found.high is None:
        return found
    margin = paired_seed_margin(by_seed)
    low, high = math.hypot(found.value - found.low, margin), math.hypot(found.high - found.value, margin)
    return Estimate(found.value, found.value - low, found.value + high)


def share_of(mine: Sequence[PerUser], theirs: Sequence[PerUser]) -> Estimate | None:
    """What part of the second the first comes to, with its interval over people and seeds as in :func:`lead`.

    None where the second is 0.
    """
    sides = [mean_over_seeds(side) for side in (mine, theirs)]
    if not sides[1].value():
        return None
    value = sides[0].value() / sides[1].value()
    people = len(sides[0].users)
    if people < FEWEST_FOR_INTERVAL:
        return Estimate(value, None, None)
    figures = resampled_figures(sides, 0)
    known = figures[1] > 0
    below, above = percentiles(figures[0][known] / figures[1][known], people)
    assert below is not None
    assert above is not None
    pairs = zip(mine, theirs, strict=True)
    margin = paired_seed_margin([one.value() / other.value() for one, other in pairs if other.value()])
    return Estimate(value, value - math.hypot(value - below, margin), value + math.hypot(above - value, margin))
