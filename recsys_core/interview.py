"""What to ask somebody new: the next item to rate, chosen for what an answer would tell.

Worth asking is what many people know, on what they disagree, and what is unlike all that was asked already:
popularity × disagreement × spread (Rashid et al., Getting to Know You, IUI 2002, chose by popularity times entropy;
spread over the map keeps a short interview from asking about one corner of it).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.models.base import Ability, Recommender
from recsys_core.splitting import Split
from recsys_core.types import Float64, Int64

POOL = 500  # items that may be asked about: those that most people met
DOUBT = 10  # ratings' worth of doubt about how far those of an item differ


@dataclass(frozen=True)
class Questions:
    """Items that somebody may be asked about.

    Attributes:
        items: Int64[m], those that most people met first.
        worth: Float64[m], popularity × disagreement.
        likeness: Float64[m, m], −1 to 1, how near two of them are on the map.
    """

    items: Int64
    worth: Float64
    likeness: Float64

    @classmethod
    def of(cls, model: Recommender, split: Split) -> Self:
        """The questions for a trained model. The same for everybody, and always the same."""
        train = split.train
        counts = train.interactions.item_counts()
        order = train.item_ids.hash_order
        order = order[np.argsort(-counts[order], kind="stable")][:POOL]
        items = order[counts[order] > 0]
        popularity = counts[items] / max(1, int(np.count_nonzero(train.interactions.user_counts())))
        return cls(items, popularity * _disagreement(train, items), _likeness(model, split, items))

    def next(self, asked: Collection[int]) -> int | None:
        """The item to ask about next, given all that were asked about, known to the person or not; None at the end.

        A pure function of what was asked: whoever takes an answer back is asked the same again.
        """
        were = np.isin(self.items, list(asked))
        if were.all():
            return None
        spread = 1.0 - np.maximum(0.0, self.likeness[:, were].max(axis=1, initial=0.0))
        value = np.where(were, -np.inf, self.worth * spread)
        return int(self.items[np.argmax(value)])


def _disagreement(train: Dataset, items: Int64) -> Float64:
    """Float64[m], the standard deviation of the ratings of each item, drawn towards that of all where there are few.

    The same for all items where events are no ratings, or all ratings are equal: then nobody disagrees.
    """
    events = train.interactions
    counts = events.item_counts()
    means = np.bincount(events.items, events.values, counts.size) / np.maximum(1, counts)
    squares = np.bincount(events.items, (events.values - means[events.items]) ** 2, counts.size)
    usual = squares.sum() / max(1, len(events))
    spread = np.sqrt((squares + DOUBT * usual) / (counts + DOUBT))[items]
    return spread if train.scale is not None and usual > 0 else np.ones(len(items))


def _likeness(model: Recommender, split: Split, items: Int64) -> Float64:
    """Float64[m, m]: the cosine of their vectors around the middle of the map or, of a model without vectors, the
    correlation of who met them."""
    if Ability.VECTORS in model.abilities:
        vectors = model.item_vectors()[items].astype(np.float64)
        vectors -= vectors.mean(axis=0)
        products = vectors @ vectors.T
    else:
        events = split.train.interactions
        met = csr_array((np.ones(len(events)), (events.users, events.items)), shape=(events.n_users, events.n_items))
        met = met[:, items].tocsr()
        shares = np.asarray(met.mean(axis=0)).ravel()
        products = (met.T @ met).toarray() / events.n_users - np.outer(shares, shares)
    norms = np.sqrt(np.maximum(products.diagonal(), 1e-12))
    return np.asarray(products / np.outer(norms, norms))
