"""Mask and top-k, written once.

Two rules hold everywhere. Items that a person already knows are never shown. Equal scores are never broken in a
model's favour: metrics take the expectation over tied orders, shown lists follow a hash of the external id.
"""

from collections.abc import Callable, Iterator

import numpy as np

from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.types import Bool, Float32, Int32, Int64

CHUNK_SCORES = 4_000_000  # scores held at once, whatever the number of people and items
BYTES_A_SCORE = 20  # the score, where it came from, and what is needed to find the best
HIDDEN = np.float32(-np.inf)

Score = Callable[[Int32], Float32]


def list_memory(n_items: int) -> int:
    """Bytes that making lists takes at most, beside the model; from above."""
    return BYTES_A_SCORE * max(CHUNK_SCORES, n_items)


def masked_scores(
    score: Score, users: Int64, known: Histories, candidates: Int32 | None = None
) -> Iterator[tuple[Int64, Float32]]:
    """Chunks of users, and Float32[B, I] of their scores with −inf for items that may not be shown.

    Args:
        score: gives Float32[B, I] for Int32[B] users.
        users: Int64[n], rows of ``known`` and of candidates of their own.
        known: one row for each of the U users; hidden.
        candidates: Int32[U, C], the only items that each user may be shown, or Int32[C], the same for all; None: all
            items.

    Raises:
        ModelError: a score is not a number.
    """
    size = max(1, CHUNK_SCORES // max(1, known.n_items))
    for start in range(0, len(users), size):
        chunk = users[start : start + size]
        scores = hide(score(chunk.astype(np.int32)), known.take(chunk))
        if candidates is not None:
            rows, mine = np.arange(len(chunk))[:, None], candidates if candidates.ndim == 1 else candidates[chunk]
            kept = np.full_like(scores, HIDDEN)
            kept[rows, mine] = scores[rows, mine]
            scores = kept
        yield chunk, scores


def hide(scores: Float32, known: Histories) -> Float32:
    """The scores Float32[B, I] with −inf for each person's known items; the input may be overwritten.

    Raises:
        ModelError: a score is not a number.
    """
    if np.isnan(scores).any():
        raise ModelError(
            "The model gave a score that is not a number.", "Train it again with a lower learning rate.", "nan-score"
        )
    scores = scores if scores.flags.writeable else scores.copy()
    scores[known.people(), known.items] = HIDDEN
    return scores


def top_k(scores: Float32, k: int, order: Int64) -> tuple[Int32, Float32]:
    """The k best items of each row, best first, and their scores; −1 and −inf where there are fewer.

    Args:
        scores: Float32[B, I], −inf for items that may not be shown.
        k: list length.
        order: Int64[I], which of two equal scores comes first, such as ``Ids.hash_order``.
    """
    n_rows, n_items = scores.shape
    width = min(k, n_items)
    cut = np.partition(scores, n_items - width, axis=1)[:, n_items - width, None]
    chosen = scores >= cut
    crowded = np.flatnonzero(np.count_nonzero(chosen, axis=1) > width)  # scores equal to the last one compete
    if len(crowded):
        chosen[crowded[:, None], order] = _first_of_equals(scores[crowded[:, None], order], cut[crowded], width)
    items = np.flatnonzero(chosen).reshape(n_rows, width) % n_items
    place = np.empty(n_items, dtype=np.int64)
    place[order] = np.arange(n_items)
    items = np.take_along_axis(items, np.argsort(place[items], axis=1), axis=1)
    values = np.take_along_axis(scores, items, axis=1)
    best_first = np.argsort(-values, axis=1, kind="stable")
    values = np.take_along_axis(values, best_first, axis=1)
    items = np.take_along_axis(items, best_first, axis=1)
    items[values == HIDDEN] = -1
    padding = ((0, 0), (0, k - width))
    return (
        np.pad(items.astype(np.int32), padding, constant_values=-1),
        np.pad(values, padding, constant_values=HIDDEN),
    )


def _first_of_equals(ordered: Float32, cut: Float32, width: int) -> Bool:
    """Which columns Bool[B, I] make up the best ``width``: all above the cut, and the first of those equal to it."""
    above = ordered > cut
    tied = ordered == cut
    missing = width - above.sum(axis=1, keepdims=True)
    return above | (tied & (np.cumsum(tied, axis=1, dtype=np.int32) <= missing))
