"""What compiled loops share: how they are compiled, and their random numbers.

Stochastic gradient descent takes a step per event. Written as a loop and compiled, such a step is a few cache lines of
arithmetic, many times faster than the same step as array operations.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from recsys_core.types import Int64

Function = TypeVar("Function", bound=Callable[..., object])
Random = NDArray[np.uint64]  # (1,), the state of a generator: changed by each draw, saved with a checkpoint

# Sums may be reordered, which lets them run in parallel lanes; NaN and infinity keep their meaning.
REORDER = {"reassoc", "contract", "arcp", "nsz"}


def compiled(function: Function) -> Function:
    """Compile a function over numpy arrays at its first call. It runs without Python's lock, so pages stay alive."""
    return cast(Function, numba.njit(fastmath=REORDER, nogil=True)(function))


def seeded(seed: int) -> Random:
    """A fresh generator."""
    return np.array([seed], dtype=np.uint64)


@compiled
def next_bits(random: Random) -> np.uint64:
    """64 random bits: SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014)."""
    random[0] += np.uint64(0x9E3779B97F4A7C15)
    bits = random[0]
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


@compiled
def draw_below(n: int, random: Random) -> int:
    """A number from 0 to n - 1, for n up to 2³²."""
    return int(((next_bits(random) >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))


@compiled
def shuffled(n: int, random: Random) -> Int64:
    """The numbers 0 to n - 1 in random order (Fisher and Yates)."""
    order = np.arange(n)
    _shuffle(order, random)
    return order


@compiled
def _shuffle(order: Int64, random: Random) -> None:
    for last in range(len(order) - 1, 0, -1):
        other = draw_below(last + 1, random)
        order[last], order[other] = order[other], order[last]


@compiled
def shuffled_in_blocks(n: int, block: int, random: Random) -> Int64:
    """The numbers 0 to n - 1 with ``block`` neighbours always together, in random order; so are the blocks."""
    order = np.empty(n, np.int64)
    end = 0
    for b in shuffled((n + block - 1) // block, random):
        size = min(block, n - b * block)
        part = order[end : end + size]
        part[:] = np.arange(b * block, b * block + size)
        _shuffle(part, random)
        end += size
    return order
