"""What is carried over from a source, and how it is adapted to the target."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_serializer

from recsys_core.training.warm_start import Part


class Way(StrEnum):
    """How a model that was carried over is adapted."""

    AS_IT_IS = "as-it-is"
    FROZEN = "frozen"
    HEAD = "head"
    GRADUAL = "gradual"
    FULL = "full"
    MAPPED = "mapped"
    JOINT = "joint"


IDEAS = {
    Way.AS_IT_IS: "Nothing is learned: the model answers with what it knows.",
    Way.FROZEN: "What was carried over stays as it is; only what the source lacks is learned.",
    Way.HEAD: "As frozen, but how popular items are, and how much each person meets, is learned anew.",
    Way.GRADUAL: "First the head learns, then items and people, then the network.",
    Way.FULL: "All of it learns, from where the source left off.",
    Way.MAPPED: "A model of the target's own; shared people get vectors translated from the source's, the more so the "
    "less is known of them here.",
    Way.JOINT: "One model learns from the events of both data sets at once.",
}


class Plan(BaseModel):
    """How to transfer.

    Attributes:
        way: how the model is adapted.
        carry: which parts are taken over; what is not named begins afresh.
        beside: a model of the same kind that learns from the target alone is put beside; how much each counts is found
            on the validation events. Only of calibrated plans.
        calibrated: how popular items are comes from the target's own events, as far as there are any, and tastes from
            the model; how much each counts is found on the validation events.
        rates: what the learning rate of a carried part is multiplied by (discriminative rates).
        thaw: epochs between two steps of gradual unfreezing.
        pull: share of the way back to the source that what is known goes after each epoch (L2-SP).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    way: Way = Way.FULL
    carry: frozenset[Part] = frozenset(Part)
    calibrated: bool = True
    beside: bool = False
    rates: dict[Part, Annotated[float, Field(ge=0, le=10)]] = Field(default_factory=dict)
    thaw: int = Field(2, ge=1, le=100)
    pull: float = Field(0.0, ge=0, le=1)

    @field_serializer("carry")
    def _in_usual_order(self, carry: frozenset[Part]) -> list[Part]:
        return [part for part in Part if part in carry]  # two plans that are equal read alike

    @property
    def fine_tunes(self) -> bool:
        """Whether what was carried over learns on, and nothing beside it."""
        return self.way in (Way.FROZEN, Way.HEAD, Way.GRADUAL, Way.FULL) and not self.beside

    @property
    def title(self) -> str:
        """As it stands in tables: "full, pulled back, calibrated"."""
        words = [self.way.value.replace("-", " ")]
        if self.carry != frozenset(Part):
            words.append(f"with {' and '.join(part for part in Part if part in self.carry) or 'nothing'}")
        words += [f"{part} at {rate:g}" for part, rate in sorted(self.rates.items()) if rate != 1]
        if self.way is Way.GRADUAL:
            words.append(f"thawed every {self.thaw} epochs")
        if self.pull:
            words.append(f"pulled back by {self.pull:.0%}")
        if self.beside:
            words.append("with one of its own beside")
        if self.calibrated:
            words.append("calibrated")
        return ", ".join(words)
