"""Groups of items that lie together, with names from what is said about them."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from recsys_core.types import Float32, Float64, Int64

WORDS = 3  # of a name
MOST_LEARNED = 10_000  # points that the middles of groups are learned from
LEAST_SHARE = 0.1  # of a group's items that have to have a word for it to name the group


@dataclass(frozen=True)
class Clusters:
    """Groups of n points.

    Attributes:
        labels: Int64[n], from 0 on.
        names: of each group.
    """

    labels: Int64
    names: tuple[str, ...]


def clusters(vectors: Float32, n: int, seed: int = 0) -> Int64:
    """Int64[n], the group of each point: k-means on vectors of length 1, largest group first."""
    from sklearn.cluster import KMeans

    sample = vectors
    if len(vectors) > MOST_LEARNED:
        sample = vectors[np.random.default_rng(seed).choice(len(vectors), MOST_LEARNED, replace=False)]
    n = min(n, len(np.unique(sample, axis=0)))
    if n < 2:
        return np.zeros(len(vectors), dtype=np.int64)
    labels = KMeans(n, n_init=4, random_state=seed).fit(sample).predict(vectors)
    order = np.argsort(-np.bincount(labels, minlength=n), kind="stable")
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    return place[labels]


def names(labels: Int64, words: csr_array, vocabulary: tuple[str, ...]) -> tuple[str, ...]:
    """What tells each group from all others: the words that stand out most in it.

    By the weighted log-odds ratio with a prior of all words (Monroe, Colaresi and Quinn, Fightin' Words, Political
    Analysis 2008, eq. 16, 22): how much oftener a word is said of the group than of the rest, in standard errors.

    Args:
        labels: Int64[n].
        words: (n, V), how often each word is said of each point.
        vocabulary: of the V words.
    """
    n = int(labels.max(initial=-1)) + 1
    present = csr_array((np.ones(words.nnz), words.indices, words.indptr), shape=words.shape)
    member = csr_array((np.ones(len(labels)), (labels, np.arange(len(labels)))), shape=(n, len(labels)))
    counts: Float64 = (member @ present).toarray()  # (groups, V)
    sizes = np.bincount(labels, minlength=n)
    total = counts.sum(axis=0)
    prior = total / max(total.sum(), 1) * max(len(labels) / 10, 1)
    found = []
    for group in range(n):
        here, there = counts[group] + prior, total - counts[group] + prior
        with np.errstate(divide="ignore", invalid="ignore"):
            odds = np.log(here / (here.sum() - here)) - np.log(there / (there.sum() - there))
            lead = odds / np.sqrt(1 / here + 1 / there)
        lead[(counts[group] < max(2, LEAST_SHARE * sizes[group])) | ~np.isfinite(lead)] = -np.inf
        best = [vocabulary[word] for word in np.argsort(-lead, kind="stable")[:WORDS] if lead[word] > 0]
        found.append(", ".join(best) or f"group {group + 1}")
    return tuple(found)
