"""Settings that the sequence models share."""

from typing import ClassVar

from pydantic import Field

from recsys_core.models.base import Config, Search
from recsys_core.models.gradient_config import MOST_STEPS, SMALLEST_BATCH, GradientConfig


class _Basics(Config):
    """What the form asks first."""

    embedding_size: int = Field(64, ge=1, le=1024, description="Numbers in the vector of an item or of a history.")
    max_length: int = Field(
        100, ge=1, le=1000, description="Events that are read at once: what is further back does not count."
    )


class SequenceConfig(GradientConfig, _Basics):
    search: ClassVar[dict[str, Search]] = GradientConfig.search | {"embedding_size": (16, 128), "layers": (1, 3)}

    dropout: float = Field(0.3, ge=0, le=0.9, description="Share of hidden values left out at random while learning.")
    weight_decay: float = Field(
        0.0, ge=0, le=10, description="Pull of the items' vectors towards zero, against learning events by heart."
    )
    batch_size: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description=f"Events in a learning step. 0: as suits the data, {SMALLEST_BATCH:,} or, of much data, as many as "
        f"make {MOST_STEPS} steps an epoch.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )
    sampled_items: int = Field(
        4096,
        ge=1,
        le=1_000_000,
        description="Items that an event is told from while learning. A larger catalogue is stood for by as many "
        "items, drawn anew at each step, much-met ones more often; their weights make up for that.",
        json_schema_extra={"advanced": True, "scale": "log"},
    )
