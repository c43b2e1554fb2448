"""Most popular first: the reference that a personal list must beat."""

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender, expect_shapes
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32


class Popularity(Recommender):
    info = ModelInfo(
        key="popularity",
        title="Popularity",
        idea="Shows everybody the items that most people met; the reference that a personal list must beat.",
        family="Reference",
        score="number of people who met the item in the training data",
        paper="",
        abilities=frozenset({Ability.HISTORY}),
        cost=Cost.SECONDS,
    )
    Config = Config

    counts: Float32  # [I]

    def memory(self, train: Dataset) -> int:
        return 8 * train.n_items

    def work(self, train: Dataset) -> tuple[float, ...]:
        return (len(train.interactions),)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        self.counts = train.interactions.item_counts().astype(np.float32)

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._for_everybody(len(users), items)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return self._for_everybody(len(histories), items)

    def _for_everybody(self, n_people: int, items: Int32 | None) -> Float32:
        counts = self.counts if items is None else self.counts[items]
        return np.tile(counts, (n_people, 1))

    def arrays(self) -> dict[str, np.ndarray]:
        return {"counts": self.counts}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        expect_shapes(arrays, {"counts": (self.n_items,)})
        self.counts = arrays["counts"]
