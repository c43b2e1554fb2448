"""Where the relevant items stand in each person's list, as an expectation over all orders of equal scores.

A model that gives every item the same score must score as chance does, so metrics never look at one arbitrary order.
Within a group of m equal scores that holds r relevant items, every order is equally likely. Three quantities per
position are enough for precision, recall, F1, NDCG, MAP, MRR and the hit rate, each exact.
"""

from dataclasses import dataclass, fields

import numpy as np

from recsys_core.ranking import HIDDEN
from recsys_core.types import Float32, Float64, Int32, Int64


@dataclass(frozen=True)
class RankedTruth:
    """Positions 1 to K of the lists of U people.

    Attributes:
        relevance: Float64[U, K], the probability that the position holds a relevant item.
        hits: Float64[U, K], the expectation of (position is relevant) × (relevant items up to and with it).
        no_hit: Float64[U, K], the probability that no position up to and with this one is relevant.
        n_relevant: Int64[U], all relevant items of the person, found or not.
        n_candidates: Int64[U], items that may be shown.
    """

    relevance: Float64
    hits: Float64
    no_hit: Float64
    n_relevant: Int64
    n_candidates: Int64

    @classmethod
    def concat(cls, parts: "list[RankedTruth]") -> "RankedTruth":
        """People of several parts, one after the other."""
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def ranked_truth(scores: Float32, people: Int64, relevant: Int32, k: int) -> RankedTruth:
    """Where the relevant items stand.

    Args:
        scores: Float32[B, I], −inf for items that may not be shown.
        people: Int64[T], the row of each relevant item, ascending; every row appears.
        relevant: Int32[T], the relevant items.
        k: number of positions looked at; fewer if there are fewer items.
    """
    n_items = scores.shape[1]
    width = min(k, n_items)
    top = -np.sort(-np.partition(scores, n_items - width, axis=1)[:, n_items - width :], axis=1)  # (B, K)
    start, size = _tie_groups(scores, top)
    place = np.arange(width)[None, :] - start  # 0 for the first position of its group

    wanted = scores[people, relevant][:, None]  # (T, 1)
    first_rows = np.searchsorted(people, np.arange(len(scores)))
    shown = (top != HIDDEN).astype(np.float64)
    inside: Float64 = (
        np.add.reduceat((wanted == top[people]).astype(np.float64), first_rows) * shown
    )  # r of the group, (B, K)
    before: Float64 = np.add.reduceat((wanted > top[people]).astype(np.float64), first_rows)

    return RankedTruth(*_expected(place, inside, before, size), *_counts(scores, people))


def by_chance(scores: Float32, people: Int64, relevant: Int32, k: int) -> RankedTruth:
    """Where the relevant items stand in lists in random order: as if all that may be shown had one score.

    Takes what :func:`ranked_truth` takes.
    """
    n_relevant, n_candidates = _counts(scores, people)
    can_be_found = scores[people, relevant] != HIDDEN
    place = np.arange(min(k, scores.shape[1]))[None, :]
    is_shown = place < n_candidates[:, None]
    inside = np.where(is_shown, np.bincount(people, can_be_found, len(scores))[:, None], 0.0)
    size = np.where(is_shown, n_candidates[:, None], place + 1.0)
    return RankedTruth(*_expected(place, inside, np.zeros_like(inside), size), n_relevant, n_candidates)


def _expected(place: Int64, inside: Float64, before: Float64, size: Float64) -> tuple[Float64, Float64, Float64]:
    """Relevance, hits and no_hit of positions in groups of equal scores.

    Args:
        place: of each position in its group, from 0.
        inside: relevant items of the group.
        before: relevant items of all groups before it.
        size: of the group.
    """
    relevance = inside / size
    together = np.where(size > 1, place * (inside - 1) / np.maximum(size - 1, 1), 0.0)
    hits = relevance * (before + 1 + together)
    miss = np.maximum(size - inside - place, 0) / np.maximum(size - place, 1)
    return relevance, hits, np.cumprod(miss, axis=1, dtype=np.float64)


def _counts(scores: Float32, people: Int64) -> tuple[Int64, Int64]:
    """Int64[B] relevant items, and Int64[B] items that may be shown."""
    return np.bincount(people, minlength=len(scores)), np.count_nonzero(scores != HIDDEN, axis=1)


def _tie_groups(scores: Float32, top: Float32) -> tuple[Int64, Float64]:
    """For each position the place where its group of equal scores starts, and the size of the whole group."""
    width = top.shape[1]
    places = np.arange(width)
    is_first = np.ones(top.shape, dtype=bool)
    is_first[:, 1:] = top[:, 1:] != top[:, :-1]
    start = np.maximum.accumulate(np.where(is_first, places, 0), axis=1)
    is_last = np.ones(top.shape, dtype=bool)
    is_last[:, :-1] = is_first[:, 1:]
    end = np.minimum.accumulate(np.where(is_last, places + 1, width)[:, ::-1], axis=1)[:, ::-1]
    size = (end - start).astype(np.float64)
    # The last group may go on beyond the list.
    whole = (scores == top[:, -1:]).sum(axis=1, keepdims=True)
    return start, np.where(start == start[:, -1:], whole, size)
