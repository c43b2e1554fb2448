"""Do equal ids of two data sets mean the same person or item?"""

import re
from collections import Counter

import numpy as np

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.types import Int64, Strings

_NUMBER = re.compile(r"\d+$")
SPARSE = 10  # numbers are those of a larger system where the median is beyond so many times as many as there are
ONE_PREFIX = 0.9  # of the ids, which then are numbers but for it
ALIKE = 0.3  # correlation
CERTAIN = 5.0  # standard errors
MOST = 0.5  # of the events


def shared_positions(source: Ids, target: Ids) -> tuple[Int64, Int64]:
    """Positions in the source and in the target of the ids that are in both, in the order of the target."""
    pairs = [(source.positions[one], place) for one, place in target.positions.items() if one in source.positions]
    return tuple(np.array(pairs, dtype=np.int64).reshape(-1, 2).T)  # type: ignore[return-value]


def are_plain(ids: Ids) -> bool:
    """Whether these are running numbers, perhaps behind one prefix, as "17" or "user_17": anybody's first item is 1.

    Numbers that reach far beyond how many there are, such as ISBNs, are not: their system is a larger one.
    """
    numbers = [_NUMBER.search(one) for one in ids.values]
    prefixes = Counter(one[: found.start()] for one, found in zip(ids.values, numbers, strict=True) if found)
    if not prefixes or prefixes.most_common(1)[0][1] < ONE_PREFIX * len(ids):
        return False
    return float(np.median([int(found[0][:18]) for found in numbers if found])) <= SPARSE * len(ids)


def same_events(source: Dataset, target: Dataset) -> bool:
    """Whether the data sets tell of the same events: of those of the target whose person and item have ids of the
    source, at least half are in the source, and twice as many as if people had equal ids by chance, or all."""
    (their_users, our_users), (their_items, our_items) = (
        shared_positions(source.user_ids, target.user_ids),
        shared_positions(source.item_ids, target.item_ids),
    )
    if not len(our_users) or not len(our_items):
        return False
    ours = target.interactions.matrix()[our_users][:, our_items].astype(np.bool_)
    theirs = source.interactions.matrix()[their_users][:, their_items].astype(np.bool_)
    both = (ours * theirs).nnz
    density = theirs.nnz / (len(our_users) * len(our_items))
    return ours.nnz > 0 and both >= max(MOST, min(2 * density, 1)) * ours.nnz


def alike_counts(source: Int64, target: Int64, ids: Strings) -> bool:
    """Whether whoever has equal ids has alike numbers of events, and their neighbours by number have others.

    Ids are often given by age or size, so that any two data sets have more events at small numbers. Therefore
    the steps of the logarithms from each number to the next are correlated, not the counts: for two
    parts of one data set this is far above 0, for data sets that are each numbered in their own way about 0.

    Args:
        source, target: Int64[n], events of each shared id.
        ids: Strings[n].
    """
    numbers = [_NUMBER.search(one) for one in ids]
    order = np.argsort([int(found[0][:18]) if found else -1 for found in numbers], kind="stable")
    theirs, ours = (np.diff(np.log1p(counts[order])) for counts in (source, target))
    if len(ids) < 3 or not theirs.std() or not ours.std():
        return False
    return float(np.corrcoef(theirs, ours)[0, 1]) >= max(ALIKE, CERTAIN / np.sqrt(len(ids)))
