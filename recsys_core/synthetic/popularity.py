"""How popular items are to be: as differently as in the data, but no longer telling what a single person met."""

import numpy as np

from recsys_core.types import Float64, Int64

UNSEEN = 0.1  # events that an item of no events might as well have had


def exchanged(counts: Int64, rng: np.random.Generator) -> Float64:
    """Float64[I], the same counts, dealt out to items in the order in which other people might have ranked them.

    An item's count is taken for one draw of a Poisson distribution, and drawn once more. So much-met items keep their
    places, but whether anybody met an item that hardly anybody met is no longer certain: else, that it comes up at all
    would tell that those who met it are among the people that were learned from.
    """
    again = rng.poisson(counts + UNSEEN)
    order = np.lexsort((rng.random(len(counts)), again))
    dealt = np.empty(len(counts))
    dealt[order] = np.sort(counts)
    return dealt
