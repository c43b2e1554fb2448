"""Most popular lately first: popularity that forgets."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender, Search, expect_shapes
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32

SECONDS_PER_DAY = 86_400


class RecentPopularityConfig(Config):
    search: ClassVar[dict[str, Search]] = {"half_life_days": (1, 1000)}

    half_life_days: float = Field(
        30.0,
        ge=0.01,
        le=10_000,
        description="Days after which an event counts half. Short: what is hot now; long: popularity of all times.",
        json_schema_extra={"scale": "log"},
    )


class RecentPopularity(Recommender):
    """score(i) = sum over the events of i of 2^(−age / half-life); an age counts from the last training event."""

    info = ModelInfo(
        key="recent_popularity",
        title="Recent popularity",
        idea="Shows everybody the items that many people met lately: an event counts less, the older it is.",
        family="Reference",
        score="events of the item in the training data, each counted half as much for every half-life of its age",
        paper="",
        abilities=frozenset({Ability.HISTORY}),
        cost=Cost.SECONDS,
        needs_times=True,
    )
    Config = RecentPopularityConfig

    weights: Float32  # [I]

    def memory(self, train: Dataset) -> int:
        return 3 * 8 * len(train.interactions) + 16 * train.n_items

    def work(self, train: Dataset) -> tuple[float, ...]:
        return (len(train.interactions),)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        events = train.interactions
        assert events.times is not None
        ages = (events.times.max() - events.times) / (SECONDS_PER_DAY * self.config.half_life_days)
        weights = np.bincount(events.items, np.exp2(-ages), train.n_items)
        self.weights = weights.astype(np.float32)

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._for_everybody(len(users), items)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return self._for_everybody(len(histories), items)

    def _for_everybody(self, n_people: int, items: Int32 | None) -> Float32:
        weights = self.weights if items is None else self.weights[items]
        return np.tile(weights, (n_people, 1))

    def arrays(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        expect_shapes(arrays, {"weights": (self.n_items,)})
        self.weights = arrays["weights"]
