"""Settings that GMF, MLP and NeuMF share."""

from typing import Annotated, Literal

from pydantic import Field

from recsys_core.models.base import Config

Tower = Annotated[
    tuple[Annotated[int, Field(ge=1, le=2048)], ...],
    Field(min_length=1, max_length=8, description="Width of each hidden layer, such as [64, 32, 16]."),
]


class NeuralCFConfig(Config):
    objective: Literal["ranking", "rating"] = Field(
        "ranking", description="Learn which items a person meets (ranking), or how the person rates them (rating)."
    )
    embedding_size: int = Field(50, ge=1, le=512, description="Numbers in the vector of a person or an item.")
    epochs: int = Field(30, ge=1, le=1000, description="Passes over the training events, at most.")
    patience: int = Field(
        3, ge=1, le=1000, description="Stop after this many epochs without a better result on the validation events."
    )
    learning_rate: float = Field(
        5e-3, gt=0, le=1, description="Size of a learning step.", json_schema_extra={"scale": "log"}
    )
    weight_decay: float = Field(
        0.1, ge=0, le=10, description="Pull of the vectors towards zero, against learning events by heart."
    )
    dropout: float = Field(0.0, ge=0, le=0.9, description="Share of hidden values left out at random while learning.")
    negatives: int = Field(
        4, ge=1, le=100, description="Items the person never met, drawn for each event. Used when ranking."
    )
    batch_size: int = Field(
        1024,
        ge=1,
        le=1_000_000,
        description="Events in a learning step; when ranking, their negatives come on top.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )
