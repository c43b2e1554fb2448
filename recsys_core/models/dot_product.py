"""What models share that score by an inner product of two vectors."""

from abc import abstractmethod

import numpy as np

from recsys_core.data.interactions import Histories
from recsys_core.models.base import Recommender, expect_shapes
from recsys_core.types import Float32, Int32

PAIRS_AT_ONCE = 1 << 16


class DotProduct(Recommender):
    """score(u, i) = c + b_u + b_i + p_u · q_i. A model without biases leaves them at zero.

    Attributes:
        offset: Float32[1], c.
        user_bias, item_bias: Float32[U], Float32[I].
        user_factors, item_factors: Float32[U, d], Float32[I, d].
    """

    offset: Float32
    user_bias: Float32
    item_bias: Float32
    user_factors: Float32
    item_factors: Float32

    @abstractmethod
    def fold_in(self, histories: Histories) -> tuple[Float32, Float32]:
        """Biases (B,) and vectors (B, d) of people known by their history alone, with everything else frozen."""

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._score_people(self.user_bias[users], self.user_factors[users], items)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return self._score_people(*self.fold_in(histories), items)

    def score_pairs(self, users: Int32, items: Int32) -> Float32:
        """Float32[n], the score of each pair."""
        scores = self.offset + self.user_bias[users] + self.item_bias[items]
        for start in range(0, len(users), PAIRS_AT_ONCE):
            some = slice(start, start + PAIRS_AT_ONCE)
            scores[some] += np.einsum("nd,nd->n", self.user_factors[users[some]], self.item_factors[items[some]])
        return scores

    def _score_people(self, biases: Float32, vectors: Float32, items: Int32 | None) -> Float32:
        item_factors = self.item_factors if items is None else self.item_factors[items]
        item_bias = self.item_bias if items is None else self.item_bias[items]
        scores: Float32 = vectors @ item_factors.T
        scores += item_bias + self.offset
        scores += biases[:, None]
        return scores

    def item_vectors(self) -> Float32:
        return self.item_factors

    def user_vectors(self) -> Float32:
        return self.user_factors

    def arrays(self) -> dict[str, np.ndarray]:
        return {
            "offset": self.offset,
            "user_bias": self.user_bias,
            "item_bias": self.item_bias,
            "user_factors": self.user_factors,
            "item_factors": self.item_factors,
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        d = self.config.embedding_size
        shapes = {
            "offset": (1,),
            "user_bias": (self.n_users,),
            "item_bias": (self.n_items,),
            "user_factors": (self.n_users, d),
            "item_factors": (self.n_items, d),
        }
        expect_shapes(arrays, shapes)
        for name in shapes:
            setattr(self, name, arrays[name])
