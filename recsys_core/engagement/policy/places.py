"""The lists of a model as probabilities, by places.

A model that always shows its best item has probability 0 for nearly all that a log shows, so a log tells nothing about
it. So a slot is taken to show the item at place r of a person's list (known items left out) with a probability that
falls with the place, ∝ exp(-r / (spread · C)) among C items: about that share of the items is what a slot reaches.
Places and not scores, since scores of different models have different units; so at one spread all models are as
choosy, and only differ in what they choose.
"""

from dataclasses import dataclass

import numpy as np

from recsys_core.models.base import Recommender
from recsys_core.ranking import HIDDEN, hide
from recsys_core.recommending import scores_of_people
from recsys_core.splitting import Holdout
from recsys_core.types import Float32, Float64, Int32, Int64

SPREADS = (0.02, 0.05, 0.1, 0.2, 0.5)
SPREAD = 0.1  # unless somebody chooses


@dataclass(frozen=True)
class Places:
    """A model as a policy over the items that a log shows.

    Attributes:
        model: fitted. holdout: what it is told of people, and what is known of them.
        people: Int32[C], rows of the data set, a context each.
        columns: Int64[I], the item of the data set that each logged item is; -1 where the data set does not know it.
        order: Int64[I], which of two equal scores comes first.
        contexts: Int64[N], as in ``Target``.
        spread: above 0.
        hides: whether known items are left out.
    """

    model: Recommender
    holdout: Holdout
    people: Int32
    columns: Int64
    order: Int64
    contexts: Int64
    spread: float
    hides: bool

    @property
    def n_contexts(self) -> int:
        return len(self.people)

    @property
    def width(self) -> int:
        return max(len(self.columns), self.holdout.known.n_items)

    def chances(self, contexts: Int64) -> Float64:
        people = self.people[contexts]
        scores = scores_of_people(self.model, self.holdout, people)
        if self.hides:
            scores = hide(scores, self.holdout.known.take(people))
        return chances_by_place(np.where(self.columns < 0, HIDDEN, scores[:, self.columns]), self.order, self.spread)


def chances_by_place(scores: Float32, order: Int64, spread: float) -> Float64:
    """Float64[B, I], the probability of each item; rows sum to 1, or are 0 where nothing can be shown.

    Args:
        scores: Float32[B, I], −inf for items that may not be shown.
        order: Int64[I], which of two equal scores comes first.
        spread: share of the items.
    """
    ranked = order[np.argsort(-scores[:, order], axis=1, kind="stable")]
    places = np.empty(scores.shape, dtype=np.float64)
    np.put_along_axis(places, ranked, np.broadcast_to(np.arange(scores.shape[1], dtype=np.float64), scores.shape), 1)
    shown = scores > HIDDEN
    reach = spread * np.maximum(shown.sum(axis=1, keepdims=True), 1)
    chances = np.where(shown, np.exp(-places / reach), 0.0)
    return np.asarray(chances / np.maximum(chances.sum(axis=1, keepdims=True), 1e-300))
