"""Settings that the two-tower models share."""

from typing import Any, ClassVar

from pydantic import Field

from recsys_core.models.base import Search, WarmWay
from recsys_core.models.content_config import ContentConfig
from recsys_core.models.multinomial_config import MultinomialConfig


class TwoTowerConfig(ContentConfig, MultinomialConfig):
    warm: ClassVar[WarmWay] = WarmWay(share=0.3, rate=0.5, settings={"schedule": "linear"})
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 32, "epochs": 10}
    search: ClassVar[dict[str, Search]] = (
        MultinomialConfig.search | ContentConfig.search | {"dropout": (0.2, 0.8), "people": None}
    )

    people: bool = Field(True, description="Whether attributes of people are looked at.")
    dropout: float = Field(
        0.7,
        ge=0.05,
        le=0.95,
        description="Share of a person's items that are looked for at random in a learning step, told by the others; "
        "this is the mean of shares that differ from person to person and from step to step.",
    )
    embedding_size: int = Field(64, ge=1, le=1024, description="Numbers in the vector of a person or an item.")
    content_size: int = Field(128, ge=1, le=2048, description="Numbers that an item's content is boiled down to.")
    content_dropout: float = Field(0.5, ge=0, le=0.9, description="Share of those left out at random while learning.")
    id_dropout: float = Field(
        0.3,
        ge=0,
        le=1,
        description="Share of items that a learning step does as if it never met, so that content alone must do.",
    )
    epochs: int = Field(60, ge=1, le=1000, description="Passes over the people, at most.")
    learning_rate: float = Field(
        2e-3, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"scale": "log"}
    )
