"""What every generator is and can do."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from recsys_core.data.dataset import Dataset, Ids, Scale
from recsys_core.data.findings import Finding
from recsys_core.errors import ConfigError
from recsys_core.models.base import Config
from recsys_core.training.context import FitContext, TrainingSummary
from recsys_core.types import Bool, Feedback, Float32, Int32, Int64

MOST_PEOPLE = 10_000_000
MOST_EVENTS = 50_000_000  # a data set is worked on in memory, and models need several times its size


class Produces(StrEnum):
    """What comes out of a generator."""

    HISTORIES = "histories"
    RATINGS = "ratings"
    TIMES = "times"
    PROFILES = "profiles"
    ATTRIBUTES = "item attributes"
    IMPRESSIONS = "impressions"


@dataclass(frozen=True)
class GeneratorInfo:
    """A generator in words.

    Attributes:
        key: stable name for scripts and files.
        idea: one sentence.
        paper: authors, title, venue, year; what it follows.
        produces: what comes out of it. Ratings, times and profiles only where the data that it learned from have them.
        learns: it learns from data; else it needs none.
        in_epochs: it learns in epochs, whose curves can be watched.
        can_be_private: it can learn with differential privacy.
    """

    key: str
    title: str
    idea: str
    paper: str
    produces: frozenset[Produces]
    learns: bool = True
    in_epochs: bool = False
    can_be_private: bool = False


class Knobs(Config):
    """How much is wanted, and of what kind. As they come, people are as those that a generator learned from."""

    people: int = Field(1000, ge=1, le=MOST_PEOPLE, description="How many people are generated.")
    items: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="How many items there are; empty: as many as there were to learn from, or 1,000 where there was "
        "nothing.",
        json_schema_extra={"empty": "usual"},
    )
    density: float = Field(
        1.0,
        ge=0.05,
        le=20,
        description="How many times as many events a person has.",
        json_schema_extra={"scale": "log"},
    )
    skew: float = Field(
        1.0,
        ge=0,
        le=3,
        description="How much popularity counts: 0, all items are met alike often; 1, as in the data; 2, far more so.",
    )
    noise: float = Field(
        0.0, ge=0, le=1, description="Share of the events that follow nobody's taste, but popularity alone."
    )


@dataclass(frozen=True)
class Showings:
    """What was shown to some generated people: parallel columns as those of ``Impressions``, ordered by people.

    Attributes:
        users: Int32[N], positions among all generated people. items: Int32[N]. positions: Int16[N], 1 for the first.
        clicks: Bool[N]. propensities: Float32[N], the exact probability with which the item was shown there.
        times: Int64[N], unix seconds.
    """

    users: Int32
    items: Int32
    positions: NDArray[np.int16]
    clicks: Bool
    propensities: Float32
    times: Int64


@dataclass(frozen=True)
class Batch:
    """What some generated people are and did; nobody meets an item twice.

    Attributes:
        people: their profiles, one row each, with the columns of ``Dataset.user_table``: those of the data that were
            learned from, where there are such data.
        users: Int32[E], positions among all generated people; a batch has those that follow the previous one's.
        items: Int32[E], values: Float32[E]. times: Int64[E] in unix seconds; None where there was no order to learn.
        showings: of generators that make impressions.
    """

    people: pd.DataFrame
    users: Int32
    items: Int32
    values: Float32
    times: Int64 | None
    showings: Showings | None = None


class Population(ABC):
    """People who are generated batch by batch, never all at once; the same ones every time they are asked for.

    Attributes:
        item_ids: ids of the items; those of the data that were learned from, where items are theirs.
        item_table: what is known of them, with the columns of ``Dataset.item_table``.
        feedback, scale: of the values.
        expected_events: how many events there will be, roughly.
        expected_showings: how many impressions; 0 of generators that make none.
    """

    item_ids: Ids
    item_table: pd.DataFrame
    feedback: Feedback
    scale: Scale | None
    expected_events: int
    expected_showings: int = 0

    @abstractmethod
    def batches(self) -> Iterator[Batch]:
        """All people, a few thousand at a time."""


class Generator(ABC):
    """Settings before :meth:`fit`, people after it."""

    info: ClassVar[GeneratorInfo]
    Config: ClassVar[type[Config]]

    def __init__(self, config: BaseModel | None = None) -> None:
        self.config: Any = config if config is not None else self.Config()
        self.training: TrainingSummary | None = None  # of generators that learn in epochs
        self.findings: tuple[Finding, ...] = ()  # what people must know before they use what comes of it
        self.epsilon: float | None = None  # the bound of differential privacy, where it learned with one

    @property
    def delta(self) -> float | None:
        """The probability with which that bound may fail; None where there is no bound."""
        return None

    @abstractmethod
    def fit(self, real: Dataset | None, context: FitContext | None = None) -> Self:
        """Learn from all events of a data set: hand over the training part alone. ``None`` suits those that need none.

        Raises:
            ModelError: the data do not suffice, in words.
            Cancelled: somebody asked to stop before there was anything to use.
        """

    @abstractmethod
    def population(self, knobs: Knobs, seed: int) -> Population:
        """People of this kind.

        Raises:
            ConfigError: more items are asked for than it can make.
        """


def require_room(count: float, what: str = "events") -> None:
    """Refuse more events, or impressions, than can be worked on.

    Raises:
        ConfigError: says how many there would be, and how many may be.
    """
    if count > MOST_EVENTS:
        raise ConfigError(
            f"That would be about {count:,.0f} {what}, but a data set here has {MOST_EVENTS:,} at most, since it is "
            "worked on in memory.",
            "Ask for fewer people, or fewer events of each.",
            "too-many-events",
        )
