"""Ratings from the generosity of the person and the quality of the item alone."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender, Search, expect_shapes
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32, Int64


class BiasConfig(Config):
    search: ClassVar[dict[str, Search]] = {"user_damping": (0, 30), "item_damping": (0, 30)}

    user_damping: float = Field(
        5.0, ge=0, le=100, description="Ratings' worth of doubt about a person: high values pull towards the mean."
    )
    item_damping: float = Field(
        3.0, ge=0, le=100, description="Ratings' worth of doubt about an item: high values pull towards the mean."
    )
    sweeps: int = Field(10, ge=1, le=100, description="Rounds of fitting items and people in turn.")


class Bias(Recommender):
    """r(u, i) = mean + b_u + b_i, by ridge regression (Koren, Factor in the Neighbors, TKDD 2010, eq. 1 to 3).

    Items and people are solved in turn, each in closed form: b_i = sum(r - mean - b_u) / (damping + n_i).
    """

    info = ModelInfo(
        key="bias",
        title="Bias baseline",
        idea="Predicts a rating from how generous the person is and how well the item is rated, nothing personal.",
        family="Reference",
        score="predicted rating",
        paper="Koren, Factor in the Neighbors: Scalable and Accurate Collaborative Filtering, TKDD 2010",
        abilities=frozenset({Ability.RATING, Ability.HISTORY}),
        cost=Cost.SECONDS,
        needs_ratings=True,
    )
    Config = BiasConfig

    mean: float
    low: float
    high: float
    user_bias: Float32  # [U]
    item_bias: Float32  # [I]

    def memory(self, train: Dataset) -> int:
        return 4 * 8 * (len(train.interactions) + train.n_users + train.n_items)

    def work(self, train: Dataset) -> tuple[float, ...]:
        return (len(train.interactions) * self.config.sweeps,)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        assert train.scale is not None
        events = train.interactions
        self.low, self.high = train.scale.low, train.scale.high
        self.mean = float(events.values.mean(dtype=np.float64))
        centred = events.values.astype(np.float64) - self.mean
        user_bias, item_bias = np.zeros(train.n_users), np.zeros(train.n_items)
        user_weight = self.config.user_damping + events.user_counts()
        item_weight = self.config.item_damping + events.item_counts()
        for _ in range(self.config.sweeps):
            item_bias = _ratio(np.bincount(events.items, centred - user_bias[events.users], train.n_items), item_weight)
            user_bias = _ratio(np.bincount(events.users, centred - item_bias[events.items], train.n_users), user_weight)
        self.user_bias, self.item_bias = user_bias.astype(np.float32), item_bias.astype(np.float32)

    def seen_from(self, people: Int64, items: Int64) -> "Bias":
        """The same biases for other people and items, whose positions here are given; 0 where these are −1."""
        other = Bias(self.config)
        other.mean, other.low, other.high = self.mean, self.low, self.high
        other.user_bias = np.where(people >= 0, self.user_bias[people], np.float32(0))
        other.item_bias = np.where(items >= 0, self.item_bias[items], np.float32(0))
        other.n_users, other.n_items = len(people), len(items)
        return other

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self.rows(self.user_bias[users], items)

    def predict(self, users: Int32, items: Int32) -> Float32:
        ratings = self.mean + self.user_bias[users] + self.item_bias[items]
        return np.clip(ratings, self.low, self.high).astype(np.float32)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return self.rows(self.fold_in(histories), items)

    def fold_in(self, histories: Histories) -> Float32:
        """Float32[B], b_u of people known by their history alone, the items' biases as they are."""
        residuals = histories.values - self.mean - self.item_bias[histories.items]
        sums = np.bincount(histories.people(), residuals, len(histories))
        return _ratio(sums, self.config.user_damping + histories.lengths()).astype(np.float32)

    def rows(self, user_bias: Float32, items: Int32 | None) -> Float32:
        """Float32[B, C], the ratings expected of people with these biases."""
        item_bias = self.item_bias if items is None else self.item_bias[items]
        return (self.mean + user_bias[:, None] + item_bias[None, :]).astype(np.float32)

    def arrays(self) -> dict[str, np.ndarray]:
        scale = np.array([self.mean, self.low, self.high])
        return {"scale": scale, "user_bias": self.user_bias, "item_bias": self.item_bias}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        shapes = {"scale": (3,), "user_bias": (self.n_users,), "item_bias": (self.n_items,)}
        expect_shapes(arrays, shapes, {"scale": "float64"})
        self.mean, self.low, self.high = (float(value) for value in arrays["scale"])
        self.user_bias, self.item_bias = arrays["user_bias"], arrays["item_bias"]


def _ratio(sums: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Sums over weights, 0 where nothing was seen and nothing is damped."""
    return np.divide(sums, weights, out=np.zeros(len(sums)), where=weights > 0)
