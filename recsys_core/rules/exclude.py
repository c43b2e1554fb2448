"""Items that nobody sees."""

from typing import ClassVar

import numpy as np
from pydantic import Field

from recsys_core.rules.base import Rule, first
from recsys_core.rules.conditions import Conditions, any_of, in_words
from recsys_core.rules.facts import Facts
from recsys_core.types import Int32


class Exclude(Rule):
    key: ClassVar[str] = "exclude"
    title: ClassVar[str] = "Exclude"
    idea: ClassVar[str] = "Shows some items to nobody; the next best move up."

    items: Conditions = Field(
        (),
        description="Items for which any of these holds: genre=Horror, year<1960, id=42.",
        json_schema_extra={"of": "items"},
    )

    def apply(self, lists: Int32, facts: Facts, k: int) -> Int32:
        is_out = any_of(self.items, facts.dataset)[lists] & (lists >= 0)
        return first(np.where(is_out, np.int32(-1), lists), ~is_out)

    @property
    def words(self) -> str:
        return f"Leaving out {in_words(self.items) or 'nothing'}"
