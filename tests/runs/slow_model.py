"""A model that learns slowly and, if asked to, goes wrong: for tests of everything around a training."""

import time
from typing import Literal

import numpy as np
import torch
from pydantic import Field

from recsys_core.data.dataset import Dataset
from recsys_core.models.base import Config, Cost, ModelInfo, Recommender, expect_shapes
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from recsys_core.training.warm_start import Learned, Weights
from recsys_core.types import Float32, Int32


class SlowConfig(Config):
    epochs: int = Field(3, ge=1)
    batches: int = Field(4, ge=1)
    sleep: float = Field(0.005, ge=0)
    trouble: Literal["none", "explodes", "bug", "memory", "nan"] = "none"
    trouble_epoch: int = 1


class SlowTask:
    """Walks at random. The weights are best in the epoch in which they happen to be."""

    def __init__(self, config: SlowConfig, n_items: int, seed: int) -> None:
        self.config = config
        self.weights = torch.zeros(n_items)
        self.epoch = torch.tensor(0)
        self.generator = torch.Generator().manual_seed(seed)

    def train_epoch(self, pulse: loop.Pulse) -> tuple[dict[str, float], int]:
        self.epoch += 1
        in_trouble = int(self.epoch) >= self.config.trouble_epoch
        for batch in range(self.config.batches):
            pulse(batch / self.config.batches)
            time.sleep(self.config.sleep)
            self.weights += torch.randn(len(self.weights), generator=self.generator)
            if in_trouble and self.config.trouble == "bug":
                raise ZeroDivisionError("a bug in the model")
            if in_trouble and self.config.trouble == "memory":
                raise MemoryError
        if in_trouble and self.config.trouble == "nan":
            self.weights[:] = torch.nan
        exploded = in_trouble and self.config.trouble == "explodes"
        return {"loss": float("inf") if exploded else 1.0 / int(self.epoch)}, 10

    def state(self) -> loop.State:
        return {"weights": self.weights, "epoch": self.epoch, "generator": self.generator.get_state()}

    def restore(self, state: loop.State) -> None:
        self.weights[:] = state["weights"]
        self.epoch = state["epoch"].clone()
        self.generator.set_state(state["generator"])

    def learned(self) -> dict[str, Learned]:
        return {}

    def begin(self, weights: Weights) -> None:
        raise NotImplementedError

    def hold(self, paces: Weights) -> None:
        raise NotImplementedError


class Slow(Recommender):
    info = ModelInfo("slow", "Slow", "Takes its time.", "Tests", "nothing", "", frozenset(), Cost.SECONDS)
    Config = SlowConfig

    weights: Float32  # [I]

    def memory(self, train: Dataset) -> int:
        return 0

    def _fit(self, train: Dataset, context: FitContext) -> None:
        task = SlowTask(self.config, train.n_items, context.seed)
        self.weights = task.weights.numpy()  # shares memory with the task
        self.training = loop.train(task, self, context, self.config.epochs, patience=1000)

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        weights = self.weights if items is None else self.weights[items]
        return np.tile(weights, (len(users), 1))

    def arrays(self) -> dict[str, np.ndarray]:
        return {"weights": self.weights}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        expect_shapes(arrays, {"weights": (self.n_items,)})
        self.weights = arrays["weights"]
