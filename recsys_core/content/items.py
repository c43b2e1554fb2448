"""What is known about items, as models that read it are handed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.types import Int32, Int64

Picture = Path | bytes | None  # where it lies, what is in the file, or that there is none


@dataclass(frozen=True)
class ItemContent:
    """What is known about N items, met or new.

    Attributes:
        table: N rows with the columns of ``Dataset.item_table``; its column ``image`` is not looked at.
        pictures: N of them.
    """

    table: pd.DataFrame
    pictures: tuple[Picture, ...]

    def __post_init__(self) -> None:
        if len(self.table) != len(self.pictures):
            raise ValueError(f"{len(self.pictures):,} pictures for {len(self.table):,} items")

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Of all I items of a data set, in its order."""
        return cls(dataset.item_table, tuple(dataset.picture(item) for item in range(dataset.n_items)))

    @classmethod
    def new_item(cls, dataset: Dataset, known: Mapping[str, Any], picture: Picture = None) -> Self:
        """Of one item that the data set does not hold; what is not said is unknown.

        Args:
            dataset: whose columns it has.
            known: by column, such as ``title``, ``genres`` (a tuple), ``year``, ``text`` or an attribute.
            picture: as a file or its content.

        Raises:
            KeyError: the data set has no such column.
        """
        table = dataset.item_table
        if unknown := set(known) - set(table):
            raise KeyError(f"no columns {', '.join(sorted(unknown))}")
        row = {
            name: pd.Series([known.get(str(name), nothing(str(name), column))], dtype=column.dtype)
            for name, column in table.items()
        }
        return cls(pd.DataFrame(row), (picture,))

    def __len__(self) -> int:
        return len(self.table)

    def take(self, rows: list[int] | Int64 | Int32) -> Self:
        """These items, in this order."""
        return type(self)(self.table.iloc[rows], tuple(self.pictures[int(row)] for row in rows))

    def texts(self) -> list[str]:
        """Title and text of each item as one; "" where neither is known."""
        both = zip(self.table["title"], self.table["text"], strict=True)
        return [". ".join(part for part in parts if part) for parts in both]


def nothing(name: str, column: pd.Series) -> Any:
    """What stands for an unknown value in a column."""
    if name == "genres":
        return ()
    if pd.api.types.is_numeric_dtype(column):
        return pd.NA if name == "year" else np.nan
    return pd.NaT if pd.api.types.is_datetime64_any_dtype(column) else ""
