"""What lists are like beyond hits: varied, unknown, new. Each gives Float64[n], NaN where it says nothing."""

import numpy as np
from scipy.sparse import csr_array

from recsys_core.types import Bool, Float64, Int32, Int64


def diversity(lists: Int32, sets: csr_array) -> Float64:
    """The mean, over pairs of items, of 1 - |A & B| / |A u B|, where A and B are the items' rows of ``sets``."""
    sizes = np.diff(sets.indptr)
    total, pairs = np.zeros(len(lists)), np.zeros(len(lists))
    for one in range(lists.shape[1]):
        for other in range(one + 1, lists.shape[1]):
            left, right = lists[:, one], lists[:, other]
            known = (left >= 0) & (right >= 0) & (sizes[left] > 0) & (sizes[right] > 0)
            common = sets[left].multiply(sets[right]).sum(axis=1)
            union = sizes[left] + sizes[right] - common
            total += np.where(known, 1 - common / np.where(known, union, 1), 0)
            pairs += known
    return np.divide(total, pairs, out=np.full(len(lists), np.nan), where=pairs > 0)


def share_of(lists: Int32, chosen: Bool) -> Float64:
    """The share of the items for which Bool[I] holds."""
    return _mean(lists, chosen.astype(np.float64))


def _mean(lists: Int32, values: Float64) -> Float64:
    is_item = lists >= 0
    number: Int64 = is_item.sum(axis=1)
    total = np.where(is_item, values[lists], 0.0).sum(axis=1)
    return np.divide(total, number, out=np.full(len(lists), np.nan), where=number > 0)
