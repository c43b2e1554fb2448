"""Which people and items of a data set are those of another one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.errors import DataError
from recsys_core.types import Float32, Int64, Strings


class How(StrEnum):
    """How an item was found in the other data set."""

    ID = "same id"
    TITLE = "same title and year"
    SIMILAR = "similar title"
    HAND = "by hand"
    NOT = ""


_LEAST_CERTAIN_FIRST = (How.SIMILAR, How.TITLE, How.HAND, How.ID)


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

    def by_way(self) -> dict[str, int]:
        """How many items were found in which way, the most first."""
        return dict(Counter(str(how) for how in self.how[self.items >= 0]).most_common())

    def review(self, source: Dataset, target: Dataset) -> pd.DataFrame:
        """What somebody may want to check: each item of the target that was looked up in the source.

        Returns:
            id, title, year, source_id, source_title, source_year, how, likeness: the least certain first, of those
            found alike items of many events. Where somebody said that there is none, the source's are "" and missing.
        """
        items = np.flatnonzero(self.how != How.NOT)
        theirs = self.items[items]
        found = pd.DataFrame(
            {
                **_columns(target, items, ""),
                **_columns(source, theirs, "source_"),
                "how": self.how[items],
                "likeness": self.likeness[items],
            }
        )
        apart = (found["year"] - found["source_year"]).abs().astype("Float64").fillna(np.inf)
        order = pd.DataFrame(
            {
                "how": [_LEAST_CERTAIN_FIRST.index(How(how)) for how in found["how"]],
                "likeness": found["likeness"],
                "nearness": -apart.to_numpy(np.float64),
                "events": -target.interactions.item_counts()[items],
            }
        ).sort_values(["how", "likeness", "nearness", "events"], kind="stable")
        return found.iloc[order.index].reset_index(drop=True)

    def changed(self, pairs: Mapping[str, str], source: Dataset, target: Dataset) -> "Match":
        """The same with items matched by hand. An item that was found for another one by itself is taken from it.

        Args:
            pairs: id in the target → id in the source, or "" where the source does not have the item.

        Raises:
            DataError: an id is unknown, or two items would be the same of the source.
        """
        items, how, likeness = self.items.copy(), self.how.copy(), self.likeness.copy()
        ours = np.array([_find(target, one) for one in pairs], dtype=np.int64)
        theirs = np.array([_find(source, one) if one else -1 for one in pairs.values()], dtype=np.int64)
        items[ours], how[ours], likeness[ours] = -1, How.HAND, 0.0
        for one, other in zip(ours, theirs, strict=True):
            for loser in np.flatnonzero((items == other) & (other >= 0)):
                if how[loser] == How.HAND:
                    raise DataError(
                        f"The items {str(target.item_ids.values[loser])!r} and {str(target.item_ids.values[one])!r} of "
                        f"{target.name} would both be {str(source.item_ids.values[other])!r} of {source.name}.",
                        "An item can be matched once: leave one of the two empty.",
                        "matched-twice",
                    )
                items[loser], how[loser], likeness[loser] = -1, How.NOT, 0.0
            items[one], likeness[one] = other, float(other >= 0)
        return replace(self, items=items, how=how, likeness=likeness)


def _columns(dataset: Dataset, items: Int64, prefix: str) -> dict[str, object]:
    """What a review tells of items; nothing where an item is −1."""
    known = items >= 0
    ids, titles = np.full(len(items), "", dtype=object), np.full(len(items), "", dtype=object)
    ids[known] = dataset.item_ids.values[items[known]]
    titles[known] = dataset.item_table["title"].to_numpy()[items[known]]
    years = dataset.item_table["year"].iloc[items].array.copy()
    years[~known] = pd.NA
    return {f"{prefix}id": ids, f"{prefix}title": titles, f"{prefix}year": years}


def _find(dataset: Dataset, identifier: str) -> int:
    position = dataset.item_ids.positions.get(identifier)
    if position is None:
        examples = ", ".join(repr(str(known)) for known in dataset.item_ids.values[:3])
        raise DataError(
            f"There is no item {identifier!r} in {dataset.name}; ids look like {examples}.",
            "Check the id, or leave the item empty.",
            "unknown-item",
        )
    return position
