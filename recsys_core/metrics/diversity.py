"""Intra-list diversity at k (Smyth and McClave, ICCBR 2001; Ziegler et al., WWW 2005), by genres and by words."""

import numpy as np

from recsys_core.data.item_vectors import LONGEST
from recsys_core.metrics.base import AS_SHOWN, MEAN_OVER_PEOPLE, About, Group, ShownMetric
from recsys_core.metrics.shown import Shown
from recsys_core.types import Float64, Int64

AT_ONCE = 1_000_000  # numbers


def _by_genre(shown: Shown) -> Float64:
    k, n_genres = shown.lists.shape[1], shown.background.dataset.item_genres.shape[1]
    size = max(1, AT_ONCE // (k * max(k, n_genres)))
    parts = [_genre_distance(shown, slice(start, start + size)) for start in range(0, len(shown.lists), size)]
    return np.concatenate(parts) if parts else np.empty(0)


def _genre_distance(shown: Shown, people: slice) -> Float64:
    """Of each person the mean, over pairs of shown items with genres, of 1 − |A ∩ B| / |A ∪ B|."""
    lists = shown.lists[people]
    genres = shown.background.dataset.item_genres[lists.ravel()].toarray().astype(np.float32)  # (B · k, G)
    genres = genres.reshape(*lists.shape, -1) * shown.is_item[people][:, :, None]
    sizes = genres.sum(axis=2)  # (B, k)
    common = genres @ genres.transpose(0, 2, 1)  # (B, k, k)
    together = sizes[:, :, None] + sizes[:, None, :] - common
    has_genres = sizes > 0
    alike = np.divide(common, together, out=np.zeros(common.shape), where=together > 0, dtype=np.float64).sum(
        axis=(1, 2)
    )
    n = has_genres.sum(axis=1)
    return 1.0 - _over_pairs(alike - n, n)  # each item is like itself


def _by_text(shown: Shown) -> Float64:
    """1 − mean cosine of pairs, from |Σ x|² = Σ |x|² + Σ of all pairs."""
    words = shown.background.dataset.item_words
    has_words = np.diff(words.indptr) > 0
    total = shown.matrix() @ words  # (B, V)
    n = (shown.is_item & has_words[shown.lists]).sum(axis=1)
    return 1.0 - _over_pairs(total.multiply(total).sum(axis=1) - n, n)


def _over_pairs(total: Float64, n: Int64) -> Float64:
    """The mean over the n (n − 1) ordered pairs of n items; NaN where there are none."""
    pairs = n * (n - 1)
    return np.divide(total, pairs, out=np.full(len(n), np.nan), where=pairs > 0)


GENRE_DIVERSITY = ShownMetric(
    About(
        "genre_diversity",
        "Genre diversity",
        "mean, over pairs of the first k items, of 1 − genres they share / genres that either has (Jaccard)",
        "pairs of shown items with known genres",
        MEAN_OVER_PEOPLE,
        AS_SHOWN,
        "people without a relevant held-out item, or with fewer than two such items in their list, are left out",
        Group.BEYOND,
    ),
    _by_genre,
)

TEXT_DIVERSITY = ShownMetric(
    About(
        "text_diversity",
        "Text diversity",
        "mean, over pairs of the first k items, of 1 − cosine of the TF-IDF of their titles, genres and texts (of "
        f"which the first {LONGEST} letters count)",
        "pairs of shown items of which something is written",
        MEAN_OVER_PEOPLE,
        AS_SHOWN,
        "people without a relevant held-out item, or with fewer than two such items in their list, are left out",
        Group.BEYOND,
    ),
    _by_text,
)
