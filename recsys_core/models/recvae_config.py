"""Settings of RecVAE."""

from typing import Any, ClassVar

from pydantic import Field

from recsys_core.models.multinomial_config import MultinomialConfig


class RecVAEConfig(MultinomialConfig):
    quick: ClassVar[dict[str, Any]] = {"embedding_size": 64, "hidden_size": 200, "epochs": 8, "learning_rate": 2e-3}

    hidden_size: int = Field(600, ge=1, le=4096, description="Width of each hidden layer of the encoder.")
    layers: int = Field(
        5, ge=1, le=20, description="Hidden layers of the encoder.", json_schema_extra={"advanced": True}
    )
    divergence_weight: float = Field(
        0.005,
        ge=0,
        le=10,
        description="How much the vector of a history is held to what it was an epoch ago, for each of its items.",
        json_schema_extra={"scale": "log"},
    )
