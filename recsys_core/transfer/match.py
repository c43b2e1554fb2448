"""Which people and items of a data set are those of another one."""

from dataclasses import dataclass
from enum import StrEnum

from recsys_core.types import Float32, Int64, Strings


class How(StrEnum):
    """How an item was found in the other data set."""

    ID = "same id"
    TITLE = "same title and year"
    SIMILAR = "similar title"
    HAND = "by hand"
    NOT = ""


@dataclass(frozen=True)
class Match:
    """A target data set as seen from a source.

    Attributes:
        people: Int64[U], for each person of the target the position in the source, −1 where there is none.
        items: Int64[I], the same of items; no two have the same.
        how: Strings[I], values of :class:`How`.
        likeness: Float32[I], how alike the titles are, 0 to 1; 1 for equal ids and by hand, 0 where there is none.
    """

    people: Int64
    items: Int64
    how: Strings
    likeness: Float32

    @property
    def n_people(self) -> int:
        """How many people are in both."""
        return int((self.people >= 0).sum())

    @property
    def n_items(self) -> int:
        """How many items are in both."""
        return int((self.items >= 0).sum())
