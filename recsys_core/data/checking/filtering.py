"""Which events stay when people and items must have a minimum of them."""

import numpy as np

from recsys_core.types import Bool, Int32


def enough(users: Int32, items: Int32, per_person: int, per_item: int, core: bool) -> Bool:
    """Bool[E], the events of people and items with at least so many events.

    Args:
        users, items: Int32[E], codes from 0.
        core: repeat until both hold at once: the (p, q)-core of the graph of people and items. Without it, both are
            counted once, on all events.
    """
    kept = np.ones(len(users), dtype=bool)
    while True:
        left, right = users[kept], items[kept]
        if not len(left):
            return kept
        good = (np.bincount(left) >= per_person)[left] & (np.bincount(right) >= per_item)[right]
        if good.all():
            return kept
        kept[kept] = good
        if not core:
            return kept
