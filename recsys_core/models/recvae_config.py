"""Settings of RecVAE."""

from typing import Any, ClassVar

from pydantic import Field

from recsys_core.models.base import Search, WarmWay
from recsys_core.models.multinomial_config import MultinomialConfig


class RecVAEConfig(MultinomialConfig):
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 64, "hidden_size": 100, "epochs": 6}
    paper: ClassVar[dict[str, Any]] = {
        "hidden_size": 600,
        "layers": 5,
        "learning_rate": 5e-4,
        "batch_size": 500,
        "epochs": 50,
        "divergence_weight": 0.005,
    }
    warm: ClassVar[WarmWay] = MultinomialConfig.warm._replace(share=0.28)
    search: ClassVar[dict[str, Search]] = MultinomialConfig.search | {
        "hidden_size": (64, 512),
        "divergence_weight": (0.0005, 0.05),
    }

    epochs: int = Field(20, ge=1, le=1000, description="Rounds of four passes over the people, at most.")
    learning_rate: float = Field(
        4e-3, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"scale": "log"}
    )
    hidden_size: int = Field(200, ge=1, le=4096, description="Width of each hidden layer of the encoder.")
    layers: int = Field(
        3, ge=1, le=20, description="Hidden layers of the encoder.", json_schema_extra={"advanced": True}
    )
    divergence_weight: float = Field(
        0.005,
        ge=0,
        le=10,
        description="How much the vector of a history is held to what it was an epoch ago, for each of its items.",
        json_schema_extra={"scale": "log"},
    )
