"""Because you liked: what in a history is nearest to an item, as the model, or else the people, see it."""

from dataclasses import dataclass

import numpy as np

from recsys_core.explain.game import Question
from recsys_core.models.base import Ability, Recommender
from recsys_core.splitting import Split
from recsys_core.types import Float64


@dataclass(frozen=True)
class Nearest:
    """Items of a history by their likeness to another one.

    Attributes:
        items: (item, cosine) of those with a positive one, most alike first.
        by_vectors: of the model's own vectors; else of who met them.
    """

    items: tuple[tuple[int, float], ...]
    by_vectors: bool


def nearest_of_history(model: Recommender, split: Split, question: Question, n: int = 6) -> Nearest:
    """The n items of the history with the largest cosine to the item, which shares out no score.

    Of the model's item vectors; of models without any, of the columns of the training matrix: people who met both, as
    a share of the geometric mean of those who met either one.
    """
    history = question.history.items[question.events()]
    by_vectors = Ability.VECTORS in model.abilities
    if by_vectors:
        vectors = model.item_vectors().astype(np.float64)
        near = _over(vectors[history] @ vectors[question.item], np.linalg.norm(vectors, axis=1), history, question.item)
    else:
        met = split.train.interactions.matrix().tocsc()
        met.data = np.ones_like(met.data)
        together = np.asarray((met[:, history].T @ met[:, [question.item]]).todense(), dtype=np.float64)[:, 0]
        near = _over(together, np.sqrt(split.train.interactions.item_counts()), history, question.item)
    order = np.argsort(-near, kind="stable")[:n]
    return Nearest(tuple((int(history[at]), float(near[at])) for at in order if near[at] > 0), by_vectors)


def _over(products: Float64, lengths: Float64, history: np.ndarray, item: int) -> Float64:
    """Float64[E], cosines; 0 with a vector of zeros."""
    both = lengths[history] * lengths[item]
    return np.divide(products, both, out=np.zeros(len(history)), where=both > 0)
