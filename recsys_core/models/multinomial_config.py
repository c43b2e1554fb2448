"""Settings that Mult-DAE, Mult-VAE and RecVAE share."""

import math
from typing import Annotated, ClassVar

from pydantic import Field

from recsys_core.models.base import Search, WarmWay
from recsys_core.models.gradient_config import GradientConfig

MOST_PEOPLE = 250  # in a step
LEAST_STEPS = 16  # in an epoch, of few people
MOST_OUTPUTS = 1 << 22  # numbers in the output layer of a step, 16 MB: a large catalogue takes fewer people
LEAST_PEOPLE = 16

HiddenLayers = Annotated[
    tuple[Annotated[int, Field(ge=1, le=4096)], ...],
    Field(
        max_length=8,
        description="Width of each hidden layer on the way from the items to the vector, such as [600]; the way back "
        "has the same in reverse. Empty: none.",
    ),
]

HIDDEN: Search = [[], [200], [600]]


class _Basics(GradientConfig):
    """What the form asks first."""

    embedding_size: int = Field(200, ge=1, le=2048, description="Numbers in the vector that stands for a history.")


class MultinomialConfig(_Basics):
    warm: ClassVar[WarmWay] = WarmWay(share=0.17, rate=1.5)
    search: ClassVar[dict[str, Search]] = GradientConfig.search | {"embedding_size": (32, 512), "dropout": (0, 0.8)}

    epochs: int = Field(30, ge=1, le=1000, description="Passes over the people, at most.")
    patience: int = Field(
        5, ge=1, le=1000, description="Stop after this many epochs without a better result on the validation events."
    )
    learning_rate: float = Field(
        1e-3, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"scale": "log"}
    )
    weight_decay: float = Field(
        0.0, ge=0, le=10, description="Pull of the weights towards zero, against learning histories by heart."
    )
    dropout: float = Field(
        0.5, ge=0, le=0.9, description="Share of a person's items hidden at random, so that the others must tell them."
    )
    batch_size: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description=f"People in a learning step. 0: as suits the data, {MOST_PEOPLE} at most and fewer where items are "
        "many.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )

    def people_in_a_step(self, n_people: int, n_items: int) -> int:
        """The batch size, fitted to the data where it was left to them."""
        fits = max(LEAST_PEOPLE, min(MOST_PEOPLE, MOST_OUTPUTS // max(1, n_items)))
        return self.batch_size or min(fits, max(1, math.ceil(n_people / LEAST_STEPS)))
