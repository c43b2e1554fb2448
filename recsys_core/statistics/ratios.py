"""Figures that are one sum over people divided by another."""

import numpy as np
from scipy.special import stdtrit

from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Estimate
from recsys_core.types import Float64, Int64


def ratio(tops: Float64 | Int64, bottoms: Float64 | Int64) -> Estimate | None:
    """``sum(tops) / sum(bottoms)`` with its 95 % interval over people.

    The variance is that of the linearised ratio (Cochran, Sampling Techniques, 1977, chapter 6), the interval
    Student's; there is none for fewer than ten people. None where nobody brings anything to the lower sum.

    Args:
        tops, bottoms: [n], what each person brings.
    """
    here = bottoms > 0
    top, bottom = tops[here].astype(np.float64), bottoms[here].astype(np.float64)
    n, whole = len(top), float(bottom.sum())
    if not n:
        return None
    value = float(top.sum()) / whole
    if n < FEWEST_FOR_INTERVAL:
        return Estimate(value, None, None)
    error = float(np.sqrt(n / (n - 1) * ((top - value * bottom) ** 2).sum())) / whole
    reach = float(stdtrit(n - 1, 0.975)) * error
    return Estimate(value, value - reach, value + reach)
