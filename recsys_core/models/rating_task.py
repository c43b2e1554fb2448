"""How factor models of ratings learn."""

from typing import Any, Protocol

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack

from recsys_core.content.attribute_features import item_features, user_features
from recsys_core.data.dataset import Dataset
from recsys_core.models.rating_steps import learn_people
from recsys_core.training.loop import Pulse, State
from recsys_core.training.sgd import ROWS_AT_ONCE, SGDTask
from recsys_core.training.warm_start import RowsOf, WarmStart
from recsys_core.types import Float32, Int64

START = 0.03  # standard deviation of fresh vectors; of shared ones, 0


class Answering(Protocol):
    """The model as the task sees it: its settings, and what it answers with, which the task renews; see there."""

    config: Any
    user_bias: Float32
    item_bias: Float32
    user_factors: Float32
    item_factors: Float32
    history_factors: Float32
    typical: Float32

    @property
    def learns_from_history(self) -> bool: ...


class RatingTask(SGDTask):
    """Visits people in random order, each time with their ratings in the same random order.

    Ratings are normalised: y = (r - mean) / deviation. The rates of the epochs fall in a line to zero. At the start and
    after each epoch the model gets the whole biases and vectors, own and shared parts together, on the scale of the
    ratings.

    Args:
        mean, deviation: by which ratings are normalised.
    """

    loss_name = "squared error"

    def __init__(self, model: Answering, train: Dataset, mean: float, deviation: float, seed: int) -> None:
        self._model, self._config = model, model.config
        events, d, rng = train.interactions, model.config.embedding_size, np.random.default_rng(seed)
        order = rng.permutation(len(events))
        order = order[np.argsort(events.users[order], kind="stable")]
        self._deviation = deviation
        self._items = events.items[order]
        self._targets = ((events.values[order] - mean) / deviation).astype(np.float32)
        self._starts = np.concatenate([[0], np.cumsum(events.user_counts())]).astype(np.int64)
        self._item_parts = csr_array(eye_array(train.n_items, dtype=np.float32))
        self._user_parts = csr_array((train.n_users, 0), dtype=np.float32)
        if self._config.use_attributes:
            self._item_parts = csr_array(hstack([self._item_parts, item_features(train).matrix()]))
            self._user_parts = user_features(train).matrix()

        def fresh(counts: Int64) -> Float32:
            vectors = START * rng.standard_normal((len(counts), d), dtype=np.float32)
            vectors[counts == 0] = 0  # of them nothing is known but their attributes
            return vectors

        self._columns = (*_columns(self._user_parts), *_columns(self._item_parts))
        n_shared = self._user_parts.shape[1], self._item_parts.shape[1] - train.n_items
        item_own = fresh(events.item_counts())
        arrays = {
            "user_bias": np.zeros(train.n_users, dtype=np.float32),
            "user_factors": fresh(events.user_counts()),
            "user_part_bias": np.zeros(n_shared[0], dtype=np.float32),
            "user_part_factors": np.zeros((n_shared[0], d), dtype=np.float32),
            "item_part_bias": np.zeros(train.n_items + n_shared[1], dtype=np.float32),
            "item_part_factors": np.concatenate([item_own, np.zeros((n_shared[1], d), dtype=np.float32)]),
            "history_factors": np.zeros((train.n_items * model.learns_from_history, d), dtype=np.float32),
            "epochs_done": np.zeros(1, dtype=np.int64),
        }
        values = self._config.use_attributes
        item_blocks = (RowsOf.ITEMS, RowsOf.ITEM_VALUES) if values else (RowsOf.ITEMS,)
        self.blocks = {
            "user_bias": (RowsOf.PEOPLE,),
            "user_factors": (RowsOf.PEOPLE,),
            "user_part_bias": (RowsOf.PERSON_VALUES,) if values else (),
            "user_part_factors": (RowsOf.PERSON_VALUES,) if values else (),
            "item_part_bias": item_blocks,
            "item_part_factors": item_blocks,
            "history_factors": (RowsOf.ITEMS,) if model.learns_from_history else (),
        }
        super().__init__(arrays, train.n_users, seed)
        self.rows_at_once = max(1, ROWS_AT_ONCE * train.n_users // max(1, len(events)))
        self._tell_model()

    def learn(self, rows: Int64) -> float:
        config = self._config
        arrays = {name: array for name, array in self.arrays.items() if name != "epochs_done"}
        return learn_people(
            rows,
            self._starts,
            self._items,
            self._targets,
            *self._columns,
            **arrays,
            rate=np.float32(config.learning_rate * (1 - self.arrays["epochs_done"][0] / config.epochs)),
            pull=np.float32(config.regularisation),
            bias_pull=np.float32(config.bias_regularisation),
            user_pace=self.paces["user_factors"],
            user_bias_pace=self.paces["user_bias"],
            user_part_pace=self.paces["user_part_factors"],
            user_part_bias_pace=self.paces["user_part_bias"],
            item_part_pace=self.paces["item_part_factors"],
            item_part_bias_pace=self.paces["item_part_bias"],
            history_pace=self.paces["history_factors"],
        )

    def n_samples(self, rows: Int64) -> int:
        return int(np.diff(self._starts)[rows].sum())

    def replay(self, warm: WarmStart) -> None:
        self.is_new = warm.new_people

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        done = super().train_epoch(pulse)
        self.arrays["epochs_done"] += 1
        self._tell_model()
        return done

    def restore(self, state: State) -> None:
        super().restore(state)
        self._tell_model()

    def _tell_model(self) -> None:
        model, arrays, length = self._model, self.arrays, np.float32(np.sqrt(self._deviation))
        shared_bias = self._user_parts @ arrays["user_part_bias"]
        shared = self._user_parts @ arrays["user_part_factors"]
        met = np.diff(self._starts) > 0
        if not met.any():
            met = ~met
        typical = np.concatenate([[self._deviation * shared_bias[met].mean()], length * shared[met].mean(axis=0)])
        model.typical = typical.astype(np.float32)
        model.history_factors = length * arrays["history_factors"]
        if model.learns_from_history:
            shared += self._histories() @ arrays["history_factors"]
        model.user_factors = shared
        model.user_factors += arrays["user_factors"]
        model.user_factors *= length
        model.item_factors = length * (self._item_parts @ arrays["item_part_factors"])
        model.user_bias = np.float32(self._deviation) * (arrays["user_bias"] + shared_bias)
        model.item_bias = np.float32(self._deviation) * (self._item_parts @ arrays["item_part_bias"])

    def _histories(self) -> csr_array:
        """Float32 (U, I): n^-1/2 for each of the n items that a person rated."""
        counts = np.diff(self._starts)
        weights = np.repeat(1 / np.sqrt(np.maximum(counts, 1)), counts).astype(np.float32)
        return csr_array((weights, self._items, self._starts), shape=(len(counts), len(self.arrays["history_factors"])))


def _columns(matrix: csr_array) -> tuple[Int64, np.ndarray, Float32]:
    return matrix.indptr.astype(np.int64), matrix.indices.astype(np.int32), matrix.data
