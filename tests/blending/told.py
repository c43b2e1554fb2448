"""Models whose scores are told, and held-out events to judge them on."""

import numpy as np

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender
from recsys_core.splitting import Holdout
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32


class Told(Recommender):
    """Scores a person's items as it was told."""

    info = ModelInfo("told", "Told", "Says what it was told.", "Test", "any", "none", frozenset(), Cost.SECONDS)
    Config = Config

    def __init__(self, scores: np.ndarray, rates: bool = False) -> None:
        super().__init__()
        self.scores, self.rates = scores.astype(np.float32), rates
        self.n_users, self.n_items = scores.shape

    @property
    def abilities(self) -> frozenset[Ability]:
        return frozenset({Ability.RATING}) if self.rates else frozenset()

    def memory(self, train: Dataset) -> int:
        return 0

    def _fit(self, train: Dataset, context: FitContext) -> None:
        return None

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        scores = self.scores[users]
        return scores if items is None else scores[:, items]

    def predict(self, users: Int32, items: Int32) -> Float32:
        return np.clip(self.scores[users, items], 1, 5)

    def arrays(self) -> dict[str, np.ndarray]:
        return {}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        return None


def held_out(found: np.ndarray, known: np.ndarray, values: np.ndarray | None = None) -> Holdout:
    """A holdout from Bool[U, I] of what is to be found and of what is known, and the ratings Float[U, I]."""

    def events(mask: np.ndarray) -> Interactions:
        users, items = (axis.astype(np.int32) for axis in np.nonzero(mask))
        worth = np.ones(len(users)) if values is None else values[users, items]
        return Interactions(users, items, worth.astype(np.float32), None, *mask.shape)

    scale = None if values is None else Scale(1, 5, 0)
    return Holdout(Histories.from_interactions(events(known)), events(found), events(found), scale=scale)
