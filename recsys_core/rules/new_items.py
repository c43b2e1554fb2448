"""Places that are kept for new items."""

import math
from typing import ClassVar, Final, Literal

import numpy as np
from pydantic import Field

from recsys_core.errors import ConfigError
from recsys_core.rules.base import Rule, first
from recsys_core.rules.facts import Facts
from recsys_core.types import Bool, Int32

LATELY: Final = "first met lately"
FEW: Final = "met by few"


class NewItems(Rule):
    """The best new candidates take the last places, until there are as many as asked for or no more of them."""

    key: ClassVar[str] = "new_items"
    title: ClassVar[str] = "Share of new items"
    idea: ClassVar[str] = "Keeps a share of the places for new items, as far as a person's best items hold any."

    share: float = Field(
        0.2, title="Share of the places", ge=0, le=1, description="Share of the places that new items have at least."
    )
    new: Literal["first met lately", "met by few"] = Field(
        LATELY, title="What is new", description="Which items are new."
    )
    latest: float = Field(
        0.1,
        title="Latest part of the time",
        gt=0,
        le=1,
        description="Share of the time before the test: an item is new if nobody met it earlier.",
        json_schema_extra={"only_if": ["new", LATELY]},
    )
    at_most: int = Field(
        5,
        title="Met by at most",
        ge=0,
        description="An item is new if at most so many people met it.",
        json_schema_extra={"only_if": ["new", FEW]},
    )

    def apply(self, lists: Int32, facts: Facts, k: int) -> Int32:
        is_item = lists >= 0
        is_new = self.is_new(facts)[lists] & is_item
        is_old = ~is_new & is_item
        n_new = is_new[:, :k].sum(axis=1)
        wanted = np.clip(math.ceil(self.share * k - 1e-9), n_new, is_new.sum(axis=1))[:, None]
        chosen = is_new & (np.cumsum(is_new, axis=1) <= wanted)
        chosen |= is_old & (np.cumsum(is_old, axis=1) <= k - wanted)
        return first(lists, chosen)

    def is_new(self, facts: Facts) -> Bool:
        """Bool[I].

        Raises:
            ConfigError: the data do not tell when items were first met.
        """
        if self.new == FEW:
            return facts.people <= self.at_most
        met = facts.first_met
        if met is None:
            raise ConfigError(
                f"The data set {facts.dataset.name!r} does not tell when things happened, so nothing is new by time.",
                f"Call new what few people met: new={FEW!r}.",
                "needs-times",
            )
        times = facts.known.times
        assert times is not None
        return met >= times.max() - self.latest * (times.max() - times.min())

    @property
    def words(self) -> str:
        return f"Keeping {100 * self.share:.0f} % of the places for new items"
