"""Items that stand higher or lower than a model has them."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from recsys_core.rules.base import DEPTH, Rule
from recsys_core.rules.conditions import Conditions, any_of, in_words
from recsys_core.rules.facts import Facts
from recsys_core.types import Int32


class Boost(Rule):
    """An item at place p goes before the item at place p - places. Two boosted items keep their order."""

    key: ClassVar[str] = "boost"
    title: ClassVar[str] = "Boost"
    idea: ClassVar[str] = "Moves some items up or down each list, by so many places."

    items: Conditions = Field(
        (),
        description="Items for which any of these holds: genre=Comedy, year>2010, id=42.",
        json_schema_extra={"of": "items"},
    )
    places: int = Field(10, ge=-DEPTH, le=DEPTH, description="How many places they move up; negative: down.")

    def apply(self, lists: Int32, facts: Facts, k: int) -> Int32:
        is_boosted = any_of(self.items, facts.dataset)[lists]
        past = self.places + 0.5 * np.sign(self.places)
        at = np.arange(lists.shape[1]) - np.where(is_boosted, past, 0.0)
        at[lists < 0] = np.inf
        return np.take_along_axis(lists, np.argsort(at, axis=1, kind="stable"), axis=1)

    @property
    def words(self) -> str:
        way = "up" if self.places >= 0 else "down"
        number = abs(self.places)
        return f"Moving {in_words(self.items) or 'nothing'} {way} {number} {'place' if number == 1 else 'places'}"
