"""Stochastic gradient descent by compiled loops: what the training loop needs of it."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
import torch

from recsys_core.training.compiled import Random, seeded, shuffled, shuffled_in_blocks
from recsys_core.training.loop import Pulse, State
from recsys_core.training.warm_start import Learned, RowsOf, WarmStart, Weights, epoch_rows
from recsys_core.types import Bool, Float32, Int64

ROWS_AT_ONCE = 20_000  # events take well under a tenth of a second
# More rows than these are visited block by block, so that what neighbours share stays in the cache.
MOST_ROWS, BLOCK = 1 << 20, 1 << 17


class SGDTask(ABC):
    """Visits rows (events by person, or people) in random order and changes arrays in place.

    Attributes:
        arrays: all that is learned, by name. The model answers from the same memory, so it is usable at any time.
        random: generator of everything random; with the arrays it continues a training bit by bit.
        rows_at_once: between two questions whether to stop.
        blocks: name → what the rows of an array stand for, of all arrays that another training could go on from.
        paces: the same names → Float32[n] or Float32[1], what the steps of a row are multiplied by.
        is_new: Bool[n], which rows are visited in every epoch, while others take turns; None: all.
    """

    loss_name: str
    rows_at_once = ROWS_AT_ONCE
    blocks: Mapping[str, tuple[RowsOf, ...]]

    def __init__(self, arrays: dict[str, np.ndarray], n_rows: int, seed: int) -> None:
        self.arrays = arrays
        self.random: Random = seeded(seed)
        self.paces: dict[str, Float32] = {
            name: np.ones(len(arrays[name]) if blocks else 1, dtype=np.float32) for name, blocks in self.blocks.items()
        }
        self.is_new: Bool | None = None
        self._n_rows = n_rows

    @abstractmethod
    def learn(self, rows: Int64) -> float:
        """Take the steps of these rows, in this order; the sum of the losses of their samples."""

    @abstractmethod
    def n_samples(self, rows: Int64) -> int:
        """Of these rows."""

    @abstractmethod
    def replay(self, warm: WarmStart) -> None:
        """As :meth:`recsys_core.training.loop.Replaying.replay`: sets ``is_new``."""

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        few = self._n_rows <= MOST_ROWS
        order = shuffled(self._n_rows, self.random) if few else shuffled_in_blocks(self._n_rows, BLOCK, self.random)
        order = epoch_rows(order, self.is_new)
        total = 0.0
        for start in range(0, len(order), self.rows_at_once):
            pulse(start / len(order))
            total += self.learn(order[start : start + self.rows_at_once])
        n_samples = self.n_samples(order)
        return {self.loss_name: total / max(1, n_samples)}, n_samples

    def state(self) -> State:
        state = {name: torch.from_numpy(array) for name, array in self.arrays.items()}
        return state | {"random": torch.from_numpy(self.random.view(np.int64))}

    def restore(self, state: State) -> None:
        for name, tensor in self.state().items():
            tensor.copy_(state[name])

    def learned(self) -> dict[str, Learned]:
        return {name: Learned(torch.from_numpy(self.arrays[name]), blocks) for name, blocks in self.blocks.items()}

    def begin(self, weights: Weights) -> None:
        for name, tensor in weights.items():
            torch.from_numpy(self.arrays[name]).copy_(tensor)

    def hold(self, paces: Weights) -> None:
        self.paces = {name: pace.numpy() for name, pace in paces.items()}
