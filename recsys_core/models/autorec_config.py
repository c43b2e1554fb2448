"""Settings of both AutoRecs."""

import math
from typing import Any, ClassVar

from pydantic import Field

from recsys_core.models.base import Config, Search, WarmWay
from recsys_core.models.gradient_config import SMALLEST_BATCH, GradientConfig
from recsys_core.training.optimisation import Schedule

MOST_STEPS = 100  # an epoch: each costs time for all weights; on ML-100K, 20 or 80 steps end as well


class _Basics(Config):
    """What the form asks first."""

    embedding_size: int = Field(200, ge=1, le=1024, description="Hidden values: numbers in a code.")


class AutoRecConfig(GradientConfig, _Basics):
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 64, "epochs": 10}
    warm: ClassVar[WarmWay] = GradientConfig.warm._replace(share=0.2)  # each epoch works with all data
    search: ClassVar[dict[str, Search]] = GradientConfig.search | {
        "embedding_size": (32, 512),
        "weight_decay": (0.01, 1),
        "presence": (0, 5),
        "use_attributes": None,
    }

    epochs: int = Field(
        15, ge=1, le=1000, description="Passes over the ratings, at most; steps shrink to nothing by then."
    )
    weight_decay: float = Field(
        0.1, ge=0, le=10, description="Pull of the weights towards zero, against learning ratings by heart."
    )
    dropout: float = Field(
        0.3,
        ge=0,
        le=0.9,
        description="Share of the ratings hidden at random from the input while learning; the output is asked for all.",
    )
    presence: float = Field(
        1.0,
        ge=0,
        le=10,
        description="How loudly the input says that somebody rated at all, beside how. 0: not at all.",
    )
    batch_size: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Ratings in a learning step, about: whole rows are taken. 0: as suits the data, "
        f"{SMALLEST_BATCH:,} or, of much data, as many as make {MOST_STEPS} steps an epoch.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )
    schedule: Schedule = Field(
        "linear",
        description="Whether learning steps keep their size, shrink to nothing over the epochs (in a line, or as a "
        "cosine does), or grow over the first tenth and then shrink (warm-up).",
        json_schema_extra={"advanced": True},
    )
    use_attributes: bool = Field(
        True, description="Whether genre, year and other attributes of items, and those of people, are told as well."
    )

    def events_in_a_step(self, n_events: int) -> int:
        return self.batch_size or max(SMALLEST_BATCH, math.ceil(n_events / MOST_STEPS))
