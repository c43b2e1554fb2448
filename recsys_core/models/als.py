"""Matrix factorisation for implicit events by alternating least squares."""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.als_solver import STEPS_TO_THE_END, Rows, solve
from recsys_core.models.als_task import ALSTask
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Search, WarmWay
from recsys_core.models.dot_product import DotProduct
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32, Int64

START = 0.1  # length of a fresh vector, about (Rendle et al. 2022)


class ALSConfig(Config):
    warm: ClassVar[WarmWay] = WarmWay(share=0.2)  # each epoch works with all data
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 32, "epochs": 5}
    paper: ClassVar[dict[str, Any]] = {  # of Rendle et al. 2022 for ML-1M, table 5
        "embedding_size": 192,
        "epochs": 12,
        "regularisation": 0.007,
        "unobserved_weight": 0.3,
        "frequency_exponent": 1.0,
    }
    search: ClassVar[dict[str, Search]] = {
        "embedding_size": (16, 256),
        "regularisation": (0.01, 10),
        "unobserved_weight": (0.02, 2),
        "frequency_exponent": None,
    }

    embedding_size: int = Field(64, ge=1, le=2048, description="Numbers in the vector of a person or an item.")
    epochs: int = Field(12, ge=1, le=1000, description="Rounds over all items and all people, at most.")
    patience: int = Field(
        3, ge=1, le=1000, description="Stop after this many epochs without a better result on the validation events."
    )
    regularisation: float = Field(
        0.35,
        gt=0,
        le=1000,
        description="Pull of the vectors towards zero, against learning events by heart.",
        json_schema_extra={"scale": "log"},
    )
    unobserved_weight: float = Field(
        0.25,
        gt=0,
        le=10,
        description="How much a pair that never met counts as a no, where an event counts 1 as a yes.",
        json_schema_extra={"scale": "log"},
    )
    frequency_exponent: float = Field(
        0.5,
        ge=0,
        le=1,
        description="How the pull grows with a person's or an item's number of events: 1 in proportion, 0 not at all.",
        json_schema_extra={"advanced": True},
    )
    value_weight: float = Field(
        0.0,
        ge=0,
        le=100,
        description="How much more an event with a large value (a play count, a rating) counts: 1 + this · log(1 + "
        "value). 0: all events alike.",
        json_schema_extra={"advanced": True},
    )


class ALS(DotProduct):
    """Least squares over all pairs: 1 is wanted for events, 0 for all pairs, at a small weight."""

    info = ModelInfo(
        key="als",
        title="Implicit ALS",
        idea="Fits people and items in turn by least squares: 1 is wanted for events and, with less weight, 0 for all "
        "pairs.",
        family="Matrix factorisation",
        score="how surely the person meets the item: about 1 for events, 0 for what nobody like them met",
        paper="Hu, Koren and Volinsky, Collaborative Filtering for Implicit Feedback Datasets, ICDM 2008; pulls and "
        "weights after Rendle, Krichene, Zhang and Koren, Revisiting the Performance of iALS on Item Recommendation "
        "Benchmarks, RecSys 2022",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.SECONDS,
    )
    Config = ALSConfig

    def memory(self, train: Dataset) -> int:
        """The factors six times (now, best, fresh, a checkpoint) and the events sorted by person and by item."""
        factors = 4 * self.config.embedding_size * (train.n_users + train.n_items)
        return 6 * factors + 60 * len(train.interactions)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        config, events = self.config, train.interactions
        rng = np.random.default_rng(context.seed)
        self.offset = np.zeros(1, dtype=np.float32)
        self.user_bias = np.zeros(train.n_users, dtype=np.float32)
        self.item_bias = np.zeros(train.n_items, dtype=np.float32)
        self.user_factors = self._fresh(rng, events.user_counts())
        self.item_factors = self._fresh(rng, events.item_counts())
        weights = self._weights(events.users, events.items, events.values, events.n_users, events.n_items)
        people, items = self._rows(weights), self._rows(weights.T.tocsr())
        task = ALSTask(people, items, self.user_factors, self.item_factors, config.unobserved_weight)
        self.training = loop.train(task, self, context, config.epochs, config.patience)

    def _fresh(self, rng: np.random.Generator, counts: np.ndarray) -> Float32:
        """Random vectors; whoever has no events starts, and stays, at zero."""
        d = self.config.embedding_size
        factors = np.float32(START / np.sqrt(d)) * rng.standard_normal((len(counts), d), dtype=np.float32)
        factors[counts == 0] = 0
        return factors

    def _weights(self, people: Int32 | Int64, items: Int32, values: Float32, n_people: int, n_items: int) -> csr_array:
        """(people, items): 1 + a log(1 + r) for an event with the value r (Hu et al. 2008, eq. 6), repeats added up."""
        weights = np.float32(1) + np.float32(self.config.value_weight) * np.log1p(np.maximum(values, 0))
        return csr_array((weights, (people, items)), shape=(n_people, n_items))

    def _rows(self, weights: csr_array) -> Rows:
        config = self.config
        return Rows.of(weights, config.unobserved_weight, config.regularisation, config.frequency_exponent)

    def fold_in(self, histories: Histories) -> tuple[Float32, Float32]:
        n = len(histories)
        weights = self._weights(histories.people(), histories.items, histories.values, n, len(self.item_factors))
        vectors = np.zeros((n, self.item_factors.shape[1]), dtype=np.float32)
        unobserved = self.config.unobserved_weight
        solve(self._rows(weights), vectors, self.item_factors, unobserved, STEPS_TO_THE_END, lambda _: None)
        return np.zeros(n, dtype=np.float32), vectors
