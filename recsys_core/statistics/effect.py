"""How large a difference is, beside whether it is there."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from recsys_core.statistics.estimates import PerUser
from recsys_core.types import Float64


@dataclass(frozen=True)
class Effect:
    """Two figures over the same people, person by person.

    Attributes:
        spread: standard deviation over people of what each adds to the difference.
        size: the difference in such deviations, Cohen's d of paired values (1988); 0 where nobody differs.
        higher, lower: shares of people whose own first figure lies above the second, or below; the rest have the same.
    """

    spread: float
    size: float
    higher: float
    lower: float


def effect(mine: PerUser, theirs: PerUser) -> Effect:
    """Of two figures over the same people in one order, two of them at least."""
    added = contributions(mine) - contributions(theirs)
    spread = float(added.std(ddof=1))
    difference = mine.value() - theirs.value()
    judged = (mine.denominator > 0) & (theirs.denominator > 0)
    one, other = (part.numerator[judged] / part.denominator[judged] for part in (mine, theirs))
    same = np.isclose(one, other, rtol=1e-9, atol=1e-12)
    higher, lower = ((side & ~same).sum() / max(1, len(same)) for side in (one > other, one < other))
    return Effect(spread, difference / spread if spread > 0 else 0.0, float(higher), float(lower))


def contributions(part: PerUser) -> Float64:
    """Float64[n], what each person adds to a figure: of a mean the person's value.

    Of any figure, the jackknife's pseudo-values (Tukey 1958), ``n · all - (n - 1) · all but this one``.
    """
    n = len(part.users)
    without = part.figures(part.numerator.sum() - part.numerator, part.denominator.sum() - part.denominator)
    return n * part.value() - (n - 1) * without


def detectable(spread: float, people: int, level: float = 0.05, power: float = 0.8) -> float:
    """The smallest difference that a two-sided test finds with this probability (Cohen 1988, normal approximation).

    Args:
        spread: standard deviation over people of what each adds to the difference.
        people: how many there are.
        level: of the test.
        power: the probability.
    """
    normal = NormalDist()
    return (normal.inv_cdf(1 - level / 2) + normal.inv_cdf(power)) * spread / float(np.sqrt(people))
