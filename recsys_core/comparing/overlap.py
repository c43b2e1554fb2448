"""How alike the lists of several models are, and what one of them shows that another never does."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from recsys_core.types import Float64, Int32, Int64

if TYPE_CHECKING:  # brings torch, which a page that compares kept lists does not need
    from recsys_core.evaluation import Lists

PERSISTENCE = 0.9  # of rank-biased overlap: the first ten places have 86 % of the weight
MOST_PEOPLE = 2000  # more would change the means less than they can be read off


@dataclass(frozen=True)
class Likeness:
    """How alike the lists of R models are, over the same people.

    Attributes:
        people: how many people.
        length: of the longest list of theirs, k at most.
        common: Float64[R, R], mean share of common items; 1 on the diagonal.
        rank_biased: Float64[R, R], mean rank-biased overlap.
    """

    people: int
    length: int
    common: Float64
    rank_biased: Float64


def likeness(lists: "Sequence[Lists]", k: int) -> Likeness:
    """Compare the first k items of each pair of models, over the people whom all of them were judged on.

    Of very many people, ``MOST_PEOPLE`` evenly spaced ones are compared. People with an empty list are left out.
    """
    users = reduce(np.intersect1d, [one.users for one in lists])
    users = users[np.unique(np.linspace(0, len(users) - 1, min(len(users), MOST_PEOPLE)).astype(np.int64))]
    shown = [one.items[np.searchsorted(one.users, users), :k] for one in lists]
    filled = np.all([items[:, 0] >= 0 for items in shown], axis=0)
    common, rank_biased = np.eye(len(lists)), np.eye(len(lists))
    for one, other in combinations(range(len(lists)), 2):
        agreement, length = agreements(shown[one][filled], shown[other][filled])
        common[one, other] = common[other, one] = _mean(agreement[:, -1] / length)
        rank_biased[one, other] = rank_biased[other, one] = _mean(rank_biased_overlap(agreement, length))
    longest = max(int((items[filled] >= 0).sum(axis=1).max(initial=0)) for items in shown)
    return Likeness(int(filled.sum()), longest, common, rank_biased)


def agreements(one: Int32, other: Int32) -> tuple[Int64, Int64]:
    """How many items two lists have in common down to each depth.

    Args:
        one, other: Int32[n, k], best first, −1 behind the end. No item comes twice in a list.

    Returns:
        Int64[n, k], common items among the first d of both, for d = 1 to k; and Int64[n], the length of the longer one.
    """
    n, k = one.shape
    both = np.concatenate([one, other], axis=1)
    order = np.argsort(both, axis=1, kind="stable")
    items = np.take_along_axis(both, order, axis=1)
    is_pair = (items[:, 1:] == items[:, :-1]) & (items[:, 1:] >= 0)
    depth = np.maximum(order[:, 1:] % k, order[:, :-1] % k)  # where both have shown it
    rows, at = np.nonzero(is_pair)
    met = np.bincount(rows * k + depth[rows, at], minlength=n * k).reshape(n, k)
    return np.cumsum(met, axis=1), np.maximum((one >= 0).sum(axis=1), (other >= 0).sum(axis=1))


def rank_biased_overlap(agreement: Int64, length: Int64, p: float = PERSISTENCE) -> Float64:
    """Float64[n], extrapolated rank-biased overlap (Webber, Moffat and Zobel, TOIS 28(4), 2010: RBO_EXT).

    RBO = p^L X_L / L + (1 - p) / p sum_{d=1}^{L} p^d X_d / d, where X_d is the number of common items down to depth d
    and L the length of the lists: agreement near the top counts most, and behind the end it is taken to go on.

    Args:
        agreement, length: as :func:`agreements` gives them; the lists of a person are equally long, or nearly so.
        p: how likely a reader goes on to the next place.
    """
    depth = np.arange(1, agreement.shape[1] + 1)
    shares = agreement / depth * (depth <= length[:, None])
    last = agreement[:, -1] / length
    found: Float64 = p**length * last + (1 - p) / p * (shares @ p**depth)
    return found


def exposure(items: Int32, n_items: int) -> Int64:
    """Int64[I], to how many people each item is shown, of lists Int32[n, k]."""
    return np.bincount(items[items >= 0], minlength=n_items)


def only_in(mine: Int64, theirs: Int64) -> Int64:
    """The items that the first model shows to somebody and the second to nobody, the most shown first.

    Args:
        mine, theirs: Int64[I], exposures over the same people.
    """
    found = np.flatnonzero((mine > 0) & (theirs == 0))
    return found[np.argsort(-mine[found], kind="stable")]


def items_for_half(shown: Int64) -> int:
    """How many items, the most shown first, fill half of all places; 0 where nothing is shown."""
    return int(np.searchsorted(np.cumsum(np.sort(shown)[::-1]), shown.sum() / 2) + 1) if shown.any() else 0


def filled_places(shown: Int64) -> Float64:
    """Float64[I], the share of all places that the most shown item fills, the two most shown ones, and so on."""
    return np.cumsum(np.sort(shown)[::-1]) / max(1, shown.sum())


def _mean(values: Float64) -> float:
    return float(values.mean()) if len(values) else np.nan
