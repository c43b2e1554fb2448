"""Chance that belongs to what it decides, so that every model meets the same luck.

A number is a hash of who, what and when, not the next one of a stream: whether Anna clicks item 7 when she sees it for
the second time rests on the same number whichever model shows it, on whichever day. These are common random numbers,
which take luck out of differences (Law, Simulation Modeling and Analysis, 5th edition 2015, section 11.2).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from recsys_core.types import Float64

Keys = NDArray[np.uint64]

_STEP, _FIRST, _SECOND = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))

_ONE = np.uint64(0x3FF << 52)  # the bits of 1.0; those behind them make it a number below 2


def keys(start: Keys, *numbers: NDArray[np.integer] | Sequence[int] | int) -> Keys:
    """A key for each earlier key and whole numbers, by SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).

    Args:
        start: an array; all broadcast against each other.
    """
    for number in numbers:
        mixed = start + np.asarray(number).astype(np.uint64) * _STEP
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
        start = mixed ^ (mixed >> np.uint64(31))
    return start


def uniform(key: Keys) -> Float64:
    """Numbers evenly between 0 and 1, neither of which comes."""
    return ((key >> np.uint64(12)) | _ONE).view(np.float64) - (1 - 2.0**-53)


def normal(key: Keys) -> Float64:
    """Numbers of the standard normal distribution."""
    return np.asarray(ndtri(uniform(key)))
