"""Sums over people with random weights, in chunks: the one loop behind resampling and permuting them."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recsys_core.types import Float64

CHUNK = 500_000  # weights at a time, so that memory does not grow with the number of draws

Weights = NDArray[np.integer[Any]]
Draw = Callable[[np.random.Generator, int, int], Weights]


def weighted_sums(columns: Float64, draw: Draw, times: int, seed: int) -> Float64:
    """Float64[times, m], sums of each column Float64[n, m] with new weights each time.

    Args:
        columns: a row per person.
        draw: generator, r, n -> [r, n], r times the weights of n people.
        times: how often.
        seed: of the generator.
    """
    rng = np.random.default_rng(seed)
    n, m = columns.shape
    sums = np.empty((times, m))
    size = max(1, CHUNK // n)
    for start in range(0, times, size):
        stop = min(start + size, times)
        sums[start:stop] = draw(rng, stop - start, n).astype(np.float64) @ columns
    return sums
