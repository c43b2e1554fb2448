"""What ItemKNN and UserKNN share: neighbours by cosine, of events or of what the biases leave of ratings."""

from abc import abstractmethod
from typing import Any, ClassVar

import numpy as np
from pydantic import Field
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import Search, expect_shapes
from recsys_core.models.bias import Bias
from recsys_core.models.cosine import CosineIndex, Likeness
from recsys_core.models.either_objective import EitherObjective, EitherObjectiveConfig
from recsys_core.models.sparse import product, take_matrix, to_arrays
from recsys_core.training.context import FitContext
from recsys_core.training.loop import heartbeat
from recsys_core.types import Float32, Int32, Int64

ADVANCED: dict[str, Any] = {"advanced": True}
DISCOUNT = (
    "How much less is learned from the events of whoever or whatever has many of them; 0: all count the same. "
    "Used when ranking."
)


class NeighboursConfig(EitherObjectiveConfig):
    search: ClassVar[dict[str, Search]] = {
        "neighbours": (10, 1000),
        "shrinkage": (0, 100),
        "discount": None,
        "asymmetry": None,
    }

    neighbours: int = Field(
        100,
        ge=1,
        le=10_000,
        description="How many of the most alike are kept for each. Ratings profit from more of them: 200 or 300.",
        json_schema_extra={"scale": "log"},
    )
    shrinkage: float = Field(
        10.0,
        ge=0,
        le=1000,
        description="Common events' worth of doubt: high values trust little likeness that rests on few events.",
    )
    discount: float = Field(0.5, ge=0, le=1, description=DISCOUNT)
    asymmetry: float = Field(
        0.4,
        ge=0,
        le=1,
        description="0.5 is the cosine. Lower values let neighbours with many events speak more softly, higher ones "
        "more loudly.",
        json_schema_extra=ADVANCED,
    )
    damping: float = Field(
        0.2,
        ge=0,
        le=100,
        description="Pull of a predicted rating towards what the biases say, like one more neighbour of this "
        "similarity. Used for ratings.",
        json_schema_extra=ADVANCED,
    )


class Neighbours(EitherObjective):
    """When ranking, scores are sums of similarities; of ratings, neighbours average what the biases do not explain.

    r(u, i) = b(u, i) + Σ s · (r − b) / (damping + Σ s) over the neighbours, b being the bias baseline (Koren, Factor in
    the Neighbors, TKDD 2010, section 2, here with a damped denominator). Only positive similarities count.

    Attributes:
        events: csr Float32 (U, I): 1 for each event, or the residual r - b of each rating.
        similarity: csr Float32 of who or what is alike: a row holds the nearest of the one that it belongs to.
        bias: the baseline; None when ranking.
    """

    smaller = "Choose fewer neighbours, a model that needs less, or filter the data."

    events: csr_array
    similarity: csr_array
    bias: Bias | None = None

    def memory(self, train: Dataset) -> int:
        n, k = self._size(train.n_users, train.n_items), self.config.neighbours
        return 24 * n * min(k, n) + 80 * len(train.interactions) + 100 * (train.n_users + train.n_items)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        events = train.interactions
        self.bias = Bias().fit(train) if self._rates else None
        user_bias = self.bias.user_bias if self.bias else None
        shape = (train.n_users, train.n_items)
        self.events = self._matrix(events.users, events.items, events.values, shape, user_bias)
        vectors = self._vectors()
        self.similarity = self._index(vectors).nearest(
            vectors, self.config.neighbours, heartbeat(context), among_themselves=True
        )
        self._prepare()

    def _matrix(
        self,
        people: Int32 | Int64,
        items: Int32,
        values: Float32,
        shape: tuple[int, int],
        user_bias: Float32 | None,
    ) -> csr_array:
        """Float32 (B, I) as in ``events``."""
        if self.bias is not None and user_bias is not None:
            values = values - np.float32(self.bias.mean) - user_bias[people] - self.bias.item_bias[items]
        else:
            values = np.ones(len(items), dtype=np.float32)
        matrix = csr_array((values, (people, items)), shape=shape)
        matrix.sort_indices()
        return matrix

    def _index(self, vectors: csr_array) -> CosineIndex:
        config = self.config
        discount = 0.0 if self._rates else config.discount
        return CosineIndex(vectors, Likeness(config.asymmetry, discount, config.shrinkage))

    @abstractmethod
    def _size(self, n_users: int, n_items: int) -> int:
        """How many have neighbours."""

    @abstractmethod
    def _vectors(self) -> csr_array:
        """The events, with those who have neighbours as rows."""

    @abstractmethod
    def _prepare(self) -> None:
        """Derive from events and similarity what answers are made of."""

    # Sums of similarity × event are products of two sparse matrices, (B, n) and (n, C).

    @abstractmethod
    def _of_users(self, users: Int32) -> csr_array:
        """Left factor for people met in training."""

    @abstractmethod
    def _of_events(self, people: csr_array) -> csr_array:
        """Left factor for people known by their events (B, I)."""

    @abstractmethod
    def _of_items(self, items: Int32 | None) -> csr_array:
        """Right factor."""

    @abstractmethod
    def _weights(self, left: csr_array, right: csr_array) -> Float32:
        """Float32[B, C], the sums of similarities alone."""

    @abstractmethod
    def _pairs(self, users: Int32, items: Int32) -> tuple[Float32, Float32]:
        """Sums of similarity × event, and of similarities, of single pairs."""

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        user_bias = None if self.bias is None else self.bias.user_bias[users]
        return self._scores(self._of_users(users), user_bias, items)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        user_bias = None if self.bias is None else self.bias.fold_in(histories)
        shape = (len(histories), self.events.shape[1])
        events = self._matrix(histories.people(), histories.items, histories.values, shape, user_bias)
        return self._scores(self._of_events(events), user_bias, items)

    def _scores(self, left: csr_array, user_bias: Float32 | None, items: Int32 | None) -> Float32:
        right = self._of_items(items)
        sums = product(left, right)
        if self.bias is None or user_bias is None:
            return sums
        return self.bias.rows(user_bias, items) + self._average(sums, self._weights(left, right))

    def predict(self, users: Int32, items: Int32) -> Float32:
        bias = self.bias
        if bias is None:
            return super().predict(users, items)
        ratings = np.float32(bias.mean) + bias.user_bias[users] + bias.item_bias[items]
        return np.clip(ratings + self._average(*self._pairs(users, items)), bias.low, bias.high, dtype=np.float32)

    def _average(self, sums: Float32, weights: Float32) -> Float32:
        """Damped averages of the residuals, 0 where there is no neighbour."""
        weights = weights + np.float32(self.config.damping)
        return np.divide(sums, weights, out=np.zeros_like(sums), where=weights > 0)

    def arrays(self) -> dict[str, np.ndarray]:
        arrays = to_arrays("events", self.events) | to_arrays("similarity", self.similarity)
        if self.bias is not None:
            arrays |= {f"bias.{name}": array for name, array in self.bias.arrays().items()}
        return arrays

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        rest = dict(arrays)
        self.events = take_matrix("events", rest, (self.n_users, self.n_items))
        n = self._size(self.n_users, self.n_items)
        self.similarity = take_matrix("similarity", rest, (n, n))
        if self._rates:
            self.bias = Bias()
            self.bias.n_users, self.bias.n_items = self.n_users, self.n_items
            self.bias.restore({name.removeprefix("bias."): array for name, array in rest.items()})
        else:
            expect_shapes(rest, {})
        self._prepare()
