"""Settings that models share which read what is known about items."""

from typing import ClassVar, Literal

from pydantic import Field

from recsys_core.models.base import Config, Search


class ContentConfig(Config):
    """What is read, and by whom."""

    search: ClassVar[dict[str, Search]] = {"text": ["none", "words", "static"], "attributes": None}

    text: Literal["none", "words", "static", "sentence", "cnn"] = Field(
        "words",
        description="Who reads titles and texts: nobody, counted words, a small encoder that comes trained and takes a "
        "second, a larger one that takes a minute for a thousand texts, or a network that learns to read along.",
    )
    pictures: Literal["none", "cnn", "frozen", "last-block"] = Field(
        "none",
        description="Who looks at pictures: nobody, a small network that learns to see along, one that comes trained "
        "and stays as it is, or one that comes trained and whose last block learns along.",
    )
    attributes: bool = Field(
        True,
        description="Whether genres, year and other attributes of items are looked at, but for what tells how "
        "popular an item is.",
    )
