"""What would change a list: without this item of the history, or with that one more."""

from dataclasses import dataclass

import numpy as np

from recsys_core.data.interactions import Histories
from recsys_core.explain.game import Question
from recsys_core.models.base import Recommender
from recsys_core.ranking import HIDDEN, top_k
from recsys_core.types import Bool, Float32, Int32, Int64

PEOPLE_AT_ONCE = 256


@dataclass(frozen=True)
class Move:
    """An item of a list before or after a change.

    Attributes:
        before, after: its rank, 1 for the first; None where it is not in the list.
    """

    item: int
    before: int | None
    after: int | None


def scores_without(model: Recommender, question: Question, kept: Bool) -> Float32:
    """Float32[M, I] of somebody who did only a part of the history, Bool[M, E]; all of it stays hidden.

    An item that is crossed out stays out of the lists, or it would often come in first.
    """
    history = question.history
    places = np.nonzero(kept)[1]
    indptr = np.concatenate([[0], np.cumsum(kept.sum(1))]).astype(np.int64)
    times = None if history.times is None else history.times[places]
    about = None if history.about is None else history.about.iloc[np.zeros(len(kept), dtype=np.int64)]
    left = Histories(indptr, history.items[places], history.values[places], times, history.n_items, about)
    scores = model.score_histories(left)
    scores = scores if scores.flags.writeable else scores.copy()
    scores[:, history.items] = scores[:, question.hidden] = HIDDEN
    return scores


def moves(before: Int32, after: Int32) -> list[Move]:
    """What became of each item of two lists, Int32[k], best first: the new list in its order, then what left."""
    old = {int(item): rank for rank, item in enumerate(before, start=1) if item >= 0}
    new = {int(item): rank for rank, item in enumerate(after, start=1) if item >= 0}
    stayed = [Move(item, old.get(item), rank) for item, rank in new.items()]
    return stayed + [Move(item, rank, None) for item, rank in old.items() if item not in new]


def lists_without(model: Recommender, question: Question, kept: Bool, k: int, order: Int64) -> Int32:
    """Int32[M, k], the lists of somebody who did only a part of the history."""
    return top_k(scores_without(model, question, kept), k, order)[0]


def ranks_without(model: Recommender, question: Question, kept: Bool, order: Int64) -> Int64:
    """Int64[M], where the item stands in those lists, 1 for the first."""
    return _ranks(scores_without(model, question, kept), question.item, order)


@dataclass(frozen=True)
class Removal:
    """The events whose loss takes an item out of a list.

    Attributes:
        events: Int64[r], places in the history, in the order in which they were found; none where nothing does.
        rank: where the item stands without them.
        is_smallest: no smaller set does.
    """

    events: Int64
    rank: int
    is_smallest: bool


def smallest_removal(model: Recommender, question: Question, k: int, order: Int64, most: int = 10) -> Removal | None:
    """The fewest events of the history without which the item is not among the best k any more.

    Each single one is tried, then each pair of the twenty that weigh most, then events go one by one, always
    the one that costs the item most ranks. Each try asks the model itself about what is left.

    Args:
        most: events taken away at most.

    Returns:
        None where even that many do not do it.
    """
    history, events = question.history, question.events()
    if not len(events):
        return None
    everything = np.ones((1, len(history.items)), dtype=bool)

    def ranks(removals: np.ndarray) -> Int64:
        """Of Int64[M, r] removals; by how many items stand before, of equal scores by the hash of the id."""
        parts = []
        for start in range(0, len(removals), PEOPLE_AT_ONCE):
            some = removals[start : start + PEOPLE_AT_ONCE]
            kept = np.repeat(everything, len(some), axis=0)
            np.put_along_axis(kept, some, False, axis=1)
            parts.append(ranks_without(model, question, kept, order))
        return np.concatenate(parts)

    singles = ranks(events[:, None])
    if singles.max() > k:
        best = int(singles.argmax())
        return Removal(events[[best]], int(singles[best]), True)
    strongest = events[np.argsort(-singles, kind="stable")[:20]]
    is_all = len(strongest) == len(events)
    pairs = np.array([(one, other) for i, one in enumerate(strongest) for other in strongest[i + 1 :]], dtype=np.int64)
    if len(pairs) and most > 1:
        found = ranks(pairs)
        if found.max() > k:
            best = int(found.argmax())
            return Removal(pairs[best], int(found[best]), is_all)
    gone = events[[int(singles.argmax())]]
    while len(gone) < min(most, len(events)):
        left = np.setdiff1d(events, gone)
        tries = np.concatenate([np.tile(gone, (len(left), 1)), left[:, None]], axis=1)
        found = ranks(tries)
        best = int(found.argmax())
        gone = tries[best]
        if found[best] > k:
            return Removal(gone, int(found[best]), False)
    return None


def _ranks(scores: Float32, item: int, order: Int64) -> Int64:
    """Int64[M], 1 for the first, as lists are shown."""
    place = np.empty(scores.shape[1], dtype=np.int64)
    place[order] = np.arange(scores.shape[1])
    own = scores[:, item, None]
    before = (scores > own) | ((scores == own) & (place < place[item]))
    ranks: Int64 = 1 + before.sum(axis=1)
    return ranks


@dataclass(frozen=True)
class Addition:
    """An item that, had the person met it, would bring another one up.

    Attributes:
        item: to be met.
        rank: where the other one would stand.
    """

    item: int
    rank: int


def helpful_additions(
    model: Recommender, question: Question, candidates: Int32, value: float, order: Int64, n: int = 10
) -> list[Addition]:
    """Which further item of these would lift the item that is asked about most, best first.

    Args:
        question: without a rival.
        candidates: items that the person has not met.
        value: how the person would have rated it, or 1.
    """
    history, item = question.history, question.item
    candidates = candidates[(candidates != item) & ~np.isin(candidates, history.items)]
    found: list[Addition] = []
    for start in range(0, len(candidates), PEOPLE_AT_ONCE):
        some = candidates[start : start + PEOPLE_AT_ONCE]
        ranks = _ranks(_scores_with(model, question, some, value), item, order)
        found += [Addition(int(other), int(rank)) for other, rank in zip(some, ranks, strict=True)]
    return sorted(found, key=lambda one: one.rank)[:n]


def _scores_with(model: Recommender, question: Question, items: Int32, value: float) -> Float32:
    """Float32[M, I] of somebody who, after the history, met one of these items as well; all of that is hidden."""
    history, n = question.history, len(items)
    length = len(history.items)
    columns = np.concatenate([np.tile(history.items, (n, 1)), items[:, None]], axis=1)
    values = np.concatenate([np.tile(history.values, (n, 1)), np.full((n, 1), value, dtype=np.float32)], axis=1)
    times = None
    if history.times is not None:
        last = history.times.max(initial=0)
        times = np.concatenate([np.tile(history.times, (n, 1)), np.full((n, 1), last)], axis=1).ravel()
    about = None if history.about is None else history.about.iloc[np.zeros(n, dtype=np.int64)]
    indptr = np.arange(n + 1, dtype=np.int64) * (length + 1)
    told = Histories(
        indptr, columns.ravel().astype(np.int32), values.ravel().astype(np.float32), times, history.n_items, about
    )
    scores = model.score_histories(told)
    scores = scores if scores.flags.writeable else scores.copy()
    np.put_along_axis(scores, columns, HIDDEN, axis=1)
    scores[:, question.hidden] = HIDDEN
    return scores
