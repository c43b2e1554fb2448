"""Settings of LightGCN."""

import math
from typing import Any, ClassVar, Literal

from pydantic import Field

from recsys_core.models.base import Config, Search, WarmWay
from recsys_core.training.optimisation import Schedule

SMALLEST_BATCH = 1024
USUAL_STEPS = 10  # a step passes all vectors through the whole graph, whatever it learns from


class LightGCNConfig(Config):
    warm: ClassVar[WarmWay] = WarmWay(0.2, 0.25, {"schedule": "warm-up"})  # each epoch works with all data
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 32, "epochs": 10}
    paper: ClassVar[dict[str, Any]] = {
        "loss": "bpr",
        "layers": 3,
        "epochs": 1000,
        "patience": 50,
        "learning_rate": 0.001,
        "regularisation": 1e-4,
        "batch_size": 2048,
    }
    search: ClassVar[dict[str, Search]] = {
        "embedding_size": (16, 128),
        "layers": (1, 4),
        "learning_rate": (0.02, 1),
        "regularisation": (0.001, 0.2),
    }
    clip: ClassVar[float] = 0.0  # gradients are taken as they are

    embedding_size: int = Field(64, ge=1, le=2048, description="Numbers in the vector of a person or an item.")
    layers: int = Field(2, ge=1, le=10, description="Links that vectors are passed along, at most.")
    loss: Literal["softmax", "bpr"] = Field(
        "softmax",
        description="Learn what a person met among many items at once (softmax), or against one random item each (BPR, "
        "as in the paper).",
    )
    candidates: int = Field(
        4096,
        ge=1,
        le=1_000_000,
        description="Random items that the events of a learning step are set against; a smaller catalogue competes as "
        "a whole. Used by the softmax loss.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )
    epochs: int = Field(30, ge=1, le=10_000, description="Passes over the training events, at most.")
    patience: int = Field(
        5, ge=1, le=1000, description="Stop after this many epochs without a better result on the validation events."
    )
    learning_rate: float = Field(
        0.2, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"scale": "log"}
    )
    regularisation: float = Field(
        0.02,
        ge=0,
        le=10,
        description="Pull of the vectors towards zero, against learning events by heart. BPR wants less than a tenth "
        "of what the softmax wants.",
        json_schema_extra={"scale": "log"},
    )
    batch_size: int = Field(
        0,
        ge=0,
        le=100_000_000,
        description=f"Events in a learning step, about. 0: as many as make {USUAL_STEPS} steps an epoch, but not fewer "
        f"than {SMALLEST_BATCH:,}.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )
    schedule: Schedule = Field(
        "constant",
        description="Whether learning steps keep their size, shrink to nothing over the epochs (in a line, or as a "
        "cosine does), or grow over the first tenth and then shrink (warm-up).",
        json_schema_extra={"advanced": True},
    )

    def steps(self, n_events: int) -> int:
        """Learning steps in an epoch."""
        return math.ceil(n_events / (self.batch_size or max(SMALLEST_BATCH, math.ceil(n_events / USUAL_STEPS))))
