"""Items like another one."""

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from recsys_core.embeddings.space import unit
from recsys_core.models.base import Ability, Recommender
from recsys_core.recommending import Shown, best
from recsys_core.splitting import Split
from recsys_core.types import Float32, Int64

BY_VECTORS = "cosine of the model's vectors"
BY_PEOPLE = "cosine of who met them in training"


class Likeness:
    """The cosine of the model's item vectors; of models without any, of the columns of the training matrix, as
    :func:`~recsys_core.explain.nearest.nearest_of_history` tells it.

    Attributes:
        by: which of the two.
    """

    def __init__(self, model: Recommender, split: Split, order: Int64) -> None:
        self._order = order
        self._rows: Any  # (I, d), each of length 1, or 0
        if Ability.VECTORS in model.abilities:
            self.by, self._rows = BY_VECTORS, unit(model.item_vectors())
        else:
            self.by, self._rows = BY_PEOPLE, _met(split)

    def like(self, item: int, k: int) -> Shown:
        """The k items most like one, and how much: those with a positive likeness."""
        likeness = self._rows @ self._rows[item].T if self.by is BY_VECTORS else self._common(item)
        likeness = np.array(likeness, dtype=np.float32)
        likeness[item] = 0
        return [(other, value) for other, value in best(likeness, self._order, k) if value > 0]

    def _common(self, item: int) -> Float32:
        row: Float32 = (self._rows @ self._rows[[item]].T).toarray()[:, 0]
        return row


def _met(split: Split) -> csr_array:
    """Float32 (I, U), a row for who met an item in training, of length 1."""
    met = split.train.interactions.matrix().T.tocsr()
    counts = np.diff(met.indptr)
    met.data = np.repeat(1 / np.sqrt(np.maximum(counts, 1), dtype=np.float32), counts)
    return met
