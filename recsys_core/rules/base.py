"""What a rule is."""

from abc import abstractmethod
from typing import ClassVar

import numpy as np

from recsys_core.models.base import Config
from recsys_core.rules.facts import Facts
from recsys_core.types import Bool, Int32, Json

DEPTH = 200  # a person's best items, from which rules choose


class Rule(Config):
    """A change of the order of a person's best items. Its fields are at once the form and what the shell sets.

    Rules know places and no scores: scores of different models have different units, places mean the same for all.
    ``json_schema_extra={"only_if": [field, value]}`` says that a field counts only for that value of another one, and
    ``{"of": "items"}`` that it holds conditions on items (:mod:`recsys_core.rules.conditions`).
    """

    key: ClassVar[str]
    title: ClassVar[str]
    idea: ClassVar[str]

    @abstractmethod
    def apply(self, lists: Int32, facts: Facts, k: int) -> Int32:
        """Int32[n, N], the same items in another order, or fewer of them.

        Args:
            lists: Int32[n, N], best first; −1 where there are no more. No item comes twice in a list.
            facts: about the items.
            k: how many of them people will see.

        Raises:
            ConfigError: it asks for what the data do not tell.
        """

    @property
    @abstractmethod
    def words(self) -> str:
        """What it does, as read at the beginning of a sentence: "Leaving out Horror"."""

    def as_json(self) -> Json:
        """Its key and its settings, as plain data."""
        return {"rule": self.key, "settings": self.model_dump(mode="json")}


def first(lists: Int32, chosen: Bool) -> Int32:
    """Each list with the chosen places Bool[n, N] in front, both parts in their order."""
    return np.take_along_axis(lists, np.argsort(~chosen, axis=1, kind="stable"), axis=1)
