"""What dot-product models share that learn by stochastic gradient descent on sampled negatives."""

from abc import abstractmethod
from collections.abc import Mapping
from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np
import torch
from pydantic import Field
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.models.base import Config, Search, WarmWay
from recsys_core.models.dot_product import DotProduct
from recsys_core.training import loop
from recsys_core.training.compiled import Random, compiled, draw_below, shuffled
from recsys_core.training.context import FitContext
from recsys_core.training.loop import Pulse, State
from recsys_core.training.prefetch import fetch, fetch_row
from recsys_core.training.sgd import MOST_ROWS, SGDTask
from recsys_core.training.warm_start import RowsOf, WarmStart
from recsys_core.types import Float32, Int32, Int64

START = 0.1  # standard deviation of fresh vectors
FOLD_IN_PASSES = 20
NEWCOMER_PASSES = 5  # whom the training itself teaches the rest
FOLD_IN_RATE = 0.05  # of the first pass; falls to 0 over the passes
FOLD_IN_SEED = 0
# Of a large catalogue, so many items, whose vectors stay in the cache, are drawn from until each came up so often. On
# ML-1M with pools of a ninth of the items, four times lose nothing, ten cost 0.001 of the NDCG, four hundred 0.04.
POOL, DRAWS_OF_AN_ITEM = 4096, 4
AHEAD = 16  # events from one until its numbers are brought near


class SGDFactorsConfig(Config):
    warm: ClassVar[WarmWay] = WarmWay(share=0.2)
    search: ClassVar[dict[str, Search]] = {"embedding_size": (16, 256), "learning_rate": (0.005, 0.2)}

    embedding_size: int = Field(64, ge=1, le=512, description="Numbers in the vector of a person or an item.")
    epochs: int = Field(20, ge=1, le=1000, description="Passes over the training events, at most.")
    patience: int = Field(
        5, ge=1, le=1000, description="Stop after this many epochs without a better result on the validation events."
    )
    learning_rate: float = Field(
        0.05, gt=0, le=1, description="Size of a learning step, at first.", json_schema_extra={"scale": "log"}
    )
    schedule: Literal["falling", "constant"] = Field(
        "falling",
        description="Whether steps shrink to nothing over the epochs, so that the vectors come to rest.",
        json_schema_extra={"advanced": True},
    )


class FactorsTask(SGDTask):
    """Learns the arrays of a :class:`DotProduct` from events; with all but the people ``frozen``, if so asked.

    Attributes:
        rate: size of a step, now.
    """

    blocks: Mapping[str, tuple[RowsOf, ...]] = {  # noqa: RUF012
        "offset": (),
        "user_bias": (RowsOf.PEOPLE,),
        "item_bias": (RowsOf.ITEMS,),
        "user_factors": (RowsOf.PEOPLE,),
        "item_factors": (RowsOf.ITEMS,),
    }

    def __init__(
        self,
        config: SGDFactorsConfig,
        arrays: dict[str, np.ndarray],
        events: Interactions,
        samples_per_event: int,
        draws_per_event: int,
        seed: int,
        frozen: bool,
    ) -> None:
        super().__init__(arrays, len(events), seed)
        self._samples_per_event = samples_per_event
        self.events, self._places = events, np.arange(len(events))
        if len(events) > MOST_ROWS and not frozen:  # sparse rows are filled by counting, which is faster than sorting
            self._places = csr_array((events.values, (events.users, self._places))).indices
            self.events = events.take(self._places)
        self.frozen = frozen
        self.rate = config.learning_rate
        self._config = config
        self._epochs_done = np.zeros(1, dtype=np.int64)
        self._catalogue = np.arange(events.n_items, dtype=np.int32)
        self._has_pools = not frozen and events.n_items > POOL
        if self._has_pools:
            self.rows_at_once = max(1, POOL * DRAWS_OF_AN_ITEM // draws_per_event)

    def pool(self) -> Int32:
        """Int32[n], items to draw from for the coming rows: all, or, of a large catalogue, what the cache holds."""
        return draw_pool(len(self._catalogue), POOL, self.random) if self._has_pools else self._catalogue

    def n_samples(self, rows: Int64) -> int:
        return len(rows) * self._samples_per_event

    def replay(self, warm: WarmStart) -> None:
        self.is_new = warm.new_events[self._places]

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        if self._config.schedule == "falling":
            self.rate = self._config.learning_rate * (1 - int(self._epochs_done[0]) / self._config.epochs)
        losses_and_samples = super().train_epoch(pulse)
        self._epochs_done += 1
        return losses_and_samples

    def state(self) -> State:
        return super().state() | {"epochs_done": torch.from_numpy(self._epochs_done)}


@compiled
def draw_pool(n_items: int, size: int, random: Random) -> Int32:
    """Int32[size], random items, each drawn from all."""
    pool = np.empty(size, np.int32)
    for place in range(size):
        pool[place] = draw_below(n_items, random)
    return pool


@compiled
def bring_near(
    rows: Int64, step: int, users: Int32, items: Int32, user_factors: Float32, item_factors: Float32
) -> None:
    """Have the vectors of an event's person and item brought near, and who and what a later event is about."""
    later = rows[min(step + AHEAD, len(rows) - 1)]
    fetch(users, later)
    fetch(items, later)
    fetch_row(user_factors, users[rows[step]])
    fetch_row(item_factors, items[rows[step]])


class SGDFactors(DotProduct):
    """Starts from biases of zero and random vectors. People without events stay at zero: nothing is known of them."""

    @abstractmethod
    def _task(self, arrays: dict[str, np.ndarray], events: Interactions, seed: int, frozen: bool) -> FactorsTask:
        """How this model learns."""

    def memory(self, train: Dataset) -> int:
        """The factors five times (now, best, fresh, a checkpoint) and 40 bytes an event (order, sorted histories)."""
        factors = 4 * (self.config.embedding_size + 1) * (train.n_users + train.n_items)
        return 5 * factors + 40 * len(train.interactions)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        rng, d = np.random.default_rng(context.seed), self.config.embedding_size
        self.offset = np.zeros(1, dtype=np.float32)
        self.user_bias = np.zeros(train.n_users, dtype=np.float32)
        self.item_bias = np.zeros(train.n_items, dtype=np.float32)
        self.user_factors = START * rng.standard_normal((train.n_users, d), dtype=np.float32)
        self.item_factors = START * rng.standard_normal((train.n_items, d), dtype=np.float32)
        self.user_factors[train.interactions.user_counts() == 0] = 0
        task = self._task(self.arrays(), train.interactions, context.seed, frozen=False)
        self.training = loop.train(task, self, context, self.config.epochs, self.config.patience)

    def newcomers(self, histories: Histories) -> dict[str, Float32]:
        biases, vectors = self._fold_in(histories, NEWCOMER_PASSES)
        return {"user_bias": biases, "user_factors": vectors}

    def fold_in(self, histories: Histories) -> tuple[Float32, Float32]:
        return self._fold_in(histories, FOLD_IN_PASSES)

    def _fold_in(self, histories: Histories, passes: int) -> tuple[Float32, Float32]:
        """The training itself, from the mean person, with everything else frozen and falling steps.

        Everybody gets the same random numbers, so nobody's vector depends on who else is asked about.
        """
        n_people, n_items = len(histories), len(self.item_bias)
        is_met = self.user_factors.any(axis=1)  # all others stayed at zero
        if not is_met.any():
            is_met = ~is_met
        biases = np.full(n_people, self.user_bias[is_met].mean())
        vectors = np.tile(self.user_factors[is_met].mean(axis=0), (n_people, 1))
        people = histories.people().astype(np.int32)
        events = Interactions(people, histories.items, histories.values, None, n_people, n_items)
        arrays = self.arrays() | {"user_bias": biases, "user_factors": vectors}
        task = self._task(arrays, events, FOLD_IN_SEED, frozen=True)
        for start, end in pairwise(histories.indptr):
            task.random[:] = FOLD_IN_SEED
            for left in range(passes, 0, -1):
                task.rate = FOLD_IN_RATE * left / passes
                task.learn(start + shuffled(end - start, task.random))
        return biases, vectors
