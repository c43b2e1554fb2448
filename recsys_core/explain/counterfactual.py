"""What would change a list: without this item of the history, or with that one more."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

import numpy as np

from recsys_core.data.interactions import Histories, Interactions
from recsys_core.explain.game import Question
from recsys_core.models.base import Recommender
from recsys_core.ranking import HIDDEN, top_k
from recsys_core.types import Bool, Float32, Int32, Int64

PEOPLE_AT_ONCE = 256
PROBE = 8  # histories that tell how fast a model answers
TRIES = 5_000  # sets of events that are asked about


@dataclass(frozen=True)
class Move:
    """An item of a list before or after a change.

    Attributes:
        before, after: its rank, 1 for the first; None where it is not in the list.
    """

    item: int
    before: int | None
    after: int | None


def everything(question: Question) -> Bool:
    """Bool[1, E]: nothing is crossed out."""
    return np.ones((1, len(question.history.items)), dtype=bool)


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


def pace(model: Recommender, question: Question) -> float:
    """Seconds that the model takes for one other history of this person, when it is asked about several."""
    kept = np.repeat(everything(question), PROBE, axis=0)
    scores_without(model, question, kept[:1])  # the first answer prepares what all others use
    started = time.perf_counter()
    scores_without(model, question, kept)
    return (time.perf_counter() - started) / PROBE


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
        events: Int64[r], places in the history, those that weigh most first.
        rank: where the item stands without them.
        is_smallest: every smaller set was tried, and none does.
    """

    events: Int64
    rank: int
    is_smallest: bool


def smallest_removal(
    model: Recommender,
    question: Question,
    k: int,
    order: Int64,
    tries: int = TRIES,
    tell: Callable[[int], None] = lambda asked: None,
) -> Removal | None:
    """The fewest events of the history without which the item is not among the best k any more.

    First greedily: always the event goes whose loss brings the item nearest to leaving, until it leaves; then those
    that are not needed come back. After that all smaller sets are tried, size by size, as long as there are no more of
    a size than ``tries``. Every try asks the model itself about what is left.

    Args:
        tries: sets that are asked about at most in each of these ways.
        tell: is told now and then how many sets were asked about.

    Returns:
        None where nothing that was tried takes the item out, not even to forget everything.
    """
    events, asked = question.events(), 0

    def ask(removals: Int64) -> tuple[Int64, Float32]:
        """Of Int64[M, r] removals: ranks, and how far the item is behind the last of the list, below 0 if before."""
        nonlocal asked
        parts = []
        for start in range(0, len(removals), PEOPLE_AT_ONCE):
            some = removals[start : start + PEOPLE_AT_ONCE]
            kept = np.repeat(everything(question), len(some), axis=0)
            np.put_along_axis(kept, some, False, axis=1)
            scores = scores_without(model, question, kept)
            parts.append((_ranks(scores, question.item, order), _behind(scores, question.item, k)))
            asked += len(some)
            tell(asked)
        ranks, behind = zip(*parts, strict=True)
        return np.concatenate(ranks), np.concatenate(behind)

    if not len(events):
        return None
    enough = _pruned(_enough(events, k, tries, ask), k, ask)
    if not len(enough):
        return None
    for size in range(2, len(enough)):  # single events were all tried at the start
        if comb(len(events), size) > tries:
            return Removal(enough, int(ask(enough[None])[0][0]), False)
        sets = events[np.array(list(combinations(range(len(events)), size)), dtype=np.int64)]
        ranks, behind = ask(sets)
        if ranks.max() > k:
            best = _farthest(ranks, behind)
            return Removal(sets[best], int(ranks[best]), True)
    return Removal(enough, int(ask(enough[None])[0][0]), True)


Ask = Callable[[Int64], tuple[Int64, Float32]]


def _enough(events: Int64, k: int, tries: int, ask: Ask) -> Int64:
    """Int64[r], events without which the item is out, or none; greedily, and where that takes too long the rest in the
    order in which they weigh by themselves."""
    gone, left, asked = events[:0], events, 0
    while len(left) and (not asked or asked + len(left) <= tries):
        ranks, behind = ask(np.concatenate([np.tile(gone, (len(left), 1)), left[:, None]], axis=1))
        asked += len(left)
        if not len(gone):
            alone = behind
        best = _farthest(ranks, behind)
        gone, left = np.append(gone, left[best]), np.delete(left, best)
        if ranks[best] > k:
            return gone
    rest = events[np.argsort(-alone, kind="stable")]
    rest = rest[np.isin(rest, left)]
    if not len(rest):
        return events[:0]
    firsts = np.where(np.tri(len(rest), dtype=bool), rest, rest[0])  # (R, R): one more of the rest in each row
    ranks, _ = ask(np.concatenate([np.tile(gone, (len(rest), 1)), firsts], axis=1))
    enough = np.flatnonzero(ranks > k)
    return np.append(gone, rest[: enough[0] + 1]) if len(enough) else events[:0]


def _farthest(ranks: Int64, behind: Float32) -> int:
    """Which of M sets leaves the item farthest behind; of equals the one with the higher rank."""
    return int(np.lexsort((ranks, behind))[-1])


def _pruned(gone: Int64, k: int, ask: Ask) -> Int64:
    """Without the events that may come back and the item stays out, the least needed first; then each one is needed."""
    while len(gone) > 1:
        ranks, behind = ask(np.stack([np.delete(gone, place) for place in range(len(gone))]))
        free = np.lexsort((-behind, ranks <= k))[: min(int((ranks > k).sum()), len(gone) - 1)]  # places of gone
        if not len(free):
            break
        back = np.zeros((len(free), len(gone)), dtype=bool)  # one more of them in each row
        back[:, free] = np.tri(len(free), dtype=bool)
        stays = gone[np.flatnonzero(~back[-1])[0]]
        together, _ = ask(np.where(back, stays, gone))
        enough = np.flatnonzero(together > k)
        if not len(enough):  # the same question in another batch may be rounded otherwise
            break
        gone = gone[~back[enough[-1]]]
    return gone


def _behind(scores: Float32, item: int, k: int) -> Float32:
    """Float32[M], how far the item's score lies below the k-th best of the others."""
    others = np.delete(scores, item, axis=1)
    place = max(0, others.shape[1] - k)
    behind: Float32 = np.partition(others, place, axis=1)[:, place] - scores[:, item]
    return behind


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
        behind: how far its score would lie below that of the last one of the list, below 0 where it is in.
    """

    item: int
    rank: int
    behind: float


def helpful_additions(
    model: Recommender, question: Question, candidates: Int32, value: float, order: Int64, n: int = 10, k: int = 10
) -> list[Addition]:
    """Which further item of these would lift the item that is asked about most, best first.

    Args:
        question: without a rival.
        candidates: items that the person has not met.
        value: how the person would have rated it, or 1.
        n: how many are wanted.
        k: of the list; of two with the same rank, the one that leaves it nearer to the list is better.
    """
    history, item = question.history, question.item
    candidates = candidates[(candidates != item) & ~np.isin(candidates, history.items)]
    found: list[Addition] = []
    for start in range(0, len(candidates), PEOPLE_AT_ONCE):
        some = candidates[start : start + PEOPLE_AT_ONCE]
        scores = _scores_with(model, question, some, value)
        ranks, behind = _ranks(scores, item, order), _behind(scores, item, k)
        found += [Addition(*one) for one in zip(some.tolist(), ranks.tolist(), behind.tolist(), strict=True)]
    return sorted(found, key=lambda one: (one.rank, one.behind))[:n]


def path_into_list(
    model: Recommender, question: Question, candidates: Int32, value: float, order: Int64, k: int, most: int = 3
) -> list[Addition]:
    """Items one after the other, each the one that lifts the asked item most after those before, until it is among the
    best k; none where no further item lifts it.

    Args:
        candidates, value: as of :func:`helpful_additions`.
        most: items at most; the last rank tells whether that was enough.
    """
    path: list[Addition] = []
    scores = scores_without(model, question, everything(question))
    rank, behind = int(_ranks(scores, question.item, order)[0]), float(_behind(scores, question.item, k)[0])
    while rank > k and len(path) < most:
        best = helpful_additions(model, question, candidates, value, order, 1, k)
        if not best or (best[0].rank, best[0].behind) >= (rank, behind):
            break
        path += best
        rank, behind = best[0].rank, best[0].behind
        question = replace(question, history=_longer(question.history, np.array([[best[0].item]]), value))
    return path


def likely_additions(interactions: Interactions, item: int, n: int) -> Int32:
    """Int32[n], the items most worth trying: those that people who met this one met too, by the cosine of who met them;
    then the most popular ones."""
    people = interactions.users[interactions.items == item]
    together = np.bincount(interactions.items[np.isin(interactions.users, people)], minlength=interactions.n_items)
    counts = interactions.item_counts()
    cosines = together / np.sqrt(np.maximum(counts, 1))
    best = np.lexsort((-counts, -cosines))
    return best[best != item][:n].astype(np.int32)


def _scores_with(model: Recommender, question: Question, items: Int32, value: float) -> Float32:
    """Float32[M, I] of somebody who, after the history, met one of these items as well; all of that is hidden."""
    told = _longer(question.history, items[:, None], value)
    scores = model.score_histories(told)
    scores = scores if scores.flags.writeable else scores.copy()
    np.put_along_axis(scores, told.items.reshape(len(items), -1), HIDDEN, axis=1)
    scores[:, question.hidden] = HIDDEN
    return scores


def _longer(history: Histories, items: Int32, value: float) -> Histories:
    """M rows: that of a person, and behind it items of Int32[M, r] that were met last, all with the same value."""
    n, more = items.shape
    columns = np.concatenate([np.tile(history.items, (n, 1)), items], axis=1)
    values = np.concatenate([np.tile(history.values, (n, 1)), np.full((n, more), value)], axis=1)
    times = None
    if history.times is not None:
        last = history.times.max(initial=0)
        times = np.concatenate([np.tile(history.times, (n, 1)), np.full((n, more), last)], axis=1).ravel()
    about = None if history.about is None else history.about.iloc[np.zeros(n, dtype=np.int64)]
    indptr = np.arange(n + 1, dtype=np.int64) * columns.shape[1]
    return Histories(
        indptr, columns.ravel().astype(np.int32), values.ravel().astype(np.float32), times, history.n_items, about
    )
