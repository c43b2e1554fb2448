"""Settings of models that learn by gradient steps on a network."""

import math
from typing import ClassVar, Literal

from pydantic import Field

from recsys_core.models.base import Config, Search, WarmWay
from recsys_core.training.optimisation import Schedule

SMALLEST_BATCH = 1024
# A step costs time for each number in the tables of people and items, and those grow with the data as the steps would.
MOST_STEPS = 300


class GradientConfig(Config):
    """What the training of every network asks for. A model narrows defaults and words by naming a field anew."""

    # Adam begins with steps of full size before it has a measure of them, which would shake what was learned.
    warm: ClassVar[WarmWay] = WarmWay(rate=0.25, settings={"schedule": "warm-up"})
    search: ClassVar[dict[str, Search]] = {"learning_rate": (0.0005, 0.05), "dropout": (0, 0.6)}

    epochs: int = Field(30, ge=1, le=1000, description="Passes over the training events, at most.")
    patience: int = Field(
        3, ge=1, le=1000, description="Stop after this many epochs without a better result on the validation events."
    )
    learning_rate: float = Field(
        5e-3, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"scale": "log"}
    )
    weight_decay: float = Field(
        0.1, ge=0, le=10, description="Pull of the weights towards zero, against learning events by heart."
    )
    dropout: float = Field(0.0, ge=0, le=0.9, description="Share of hidden values left out at random while learning.")
    batch_size: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="Events in a learning step; when ranking, their negatives come on top. 0: as suits the data, "
        f"{SMALLEST_BATCH:,} or, of much data, as many as make {MOST_STEPS} steps an epoch.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )
    schedule: Schedule = Field(
        "constant",
        description="Whether learning steps keep their size, shrink to nothing over the epochs (in a line, or as a "
        "cosine does), or grow over the first tenth and then shrink (warm-up).",
        json_schema_extra={"advanced": True},
    )
    clip: float = Field(
        0.0,
        ge=0,
        le=1000,
        description="Longest gradient that is taken as it is; longer ones are shortened to this. 0: never.",
        json_schema_extra={"advanced": True},
    )

    def events_in_a_step(self, n_events: int) -> int:
        """The batch size, fitted to the data where it was left to them."""
        return self.batch_size or max(SMALLEST_BATCH, math.ceil(n_events / MOST_STEPS))


class RankingGradientConfig(GradientConfig):
    """For networks that learn to tell what a person met from what the person never met."""

    search: ClassVar[dict[str, Search]] = GradientConfig.search | {"negatives": (1, 8)}

    negatives: int = Field(
        4, ge=1, le=100, description="Items the person never met, drawn for each event. Used when ranking."
    )
    negative_sampling: Literal["uniform", "popularity", "in-batch"] = Field(
        "uniform",
        description="Where those items come from: all alike, much-met ones more often (count to the power of 0.75), or "
        "other events of the same learning step.",
        json_schema_extra={"advanced": True},
    )
