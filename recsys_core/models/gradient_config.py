"""Settings of models that learn by gradient steps on a network."""

from typing import Literal

from pydantic import Field

from recsys_core.models.base import Config
from recsys_core.training.optimisation import Schedule


class GradientConfig(Config):
    """What the training of every network asks for. A model narrows defaults and words by naming a field anew."""

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
        1024,
        ge=1,
        le=1_000_000,
        description="Events in a learning step.",
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


class RankingGradientConfig(GradientConfig):
    """For networks that learn to tell what a person met from what the person never met."""

    negatives: int = Field(
        4, ge=1, le=100, description="Items the person never met, drawn for each event. Used when ranking."
    )
    negative_sampling: Literal["uniform", "popularity", "in-batch"] = Field(
        "uniform",
        description="Where those items come from: all alike, much-met ones more often (count to the power of 0.75), or "
        "other events of the same learning step.",
        json_schema_extra={"advanced": True},
    )
