"""How popular items are to be, and how far their tastes are told, so that no item tells what a single person met."""

import numpy as np

from recsys_core.types import Float32, Float64, Int64

FEW = 1  # events of an item that tell no more than none
HALF_TOLD = 10.0  # events of an item of whose vector half is kept


def exchanged(counts: Int64, rng: np.random.Generator) -> Float64:
    """Float64[I], the same counts, dealt out to items in the order in which other people might have ranked them.

    An item's count is taken for one draw of a Poisson distribution, and drawn once more; items of at most one event are
    taken for one another. So much-met items keep their places, but whether anybody met an item that hardly anybody met
    is no longer certain: else, that it comes up at all would tell that those who met it were learned from.
    """
    expected = counts.astype(np.float64)
    is_rare = counts <= FEW
    if is_rare.any():
        expected[is_rare] = max(float(expected[is_rare].mean()), 0.1)
    order = np.lexsort((rng.random(len(counts)), rng.poisson(expected)))
    dealt = np.empty(len(counts))
    dealt[order] = np.sort(counts)
    return dealt


def kept_of_vectors(counts: Int64) -> Float32:
    """Float32[I], what an item's vector of tastes is multiplied by: n / (n + 10) of n events.

    What a few people met together would else come up together again, and tell of them.
    """
    return (counts / (counts + HALF_TOLD)).astype(np.float32)
