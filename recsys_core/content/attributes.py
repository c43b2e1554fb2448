"""Genres, years, numbers, dates and words of a table, read as features."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Self

import numpy as np
import pandas as pd

from recsys_core.content.around import Around
from recsys_core.content.attribute_features import AttributeEncoder, about_items, about_people
from recsys_core.content.items import ItemContent
from recsys_core.content.leaking_columns import leaking_columns
from recsys_core.content.reader import Read, Reader
from recsys_core.data.dataset import Dataset
from recsys_core.types import Int64

WIDEST = 1024  # features, of hundreds of columns too


class Attributes(Reader):
    """One number for each feature: in every column, the shares of a row's values, which sum to 1 where any is known.

    It is best fitted to those with events (:meth:`of_items`, :meth:`of_people`): what only others have in common, no
    model can learn about. Columns that leak are not looked at.
    """

    key = "attributes"
    title = "attributes"
    idea = "Genres, tags and words one by one, numbers and dates by the range they are in."

    def __init__(self, encoder: AttributeEncoder, left_out: Mapping[str, str] = MappingProxyType({})) -> None:
        self.encoder, self.left_out = encoder, left_out
        self.width = len(encoder.names)

    @classmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        return cls._fitted(about_items(content.table), None)

    @classmethod
    def of_items(cls, train: Dataset) -> Self:
        """Fitted to the items that training events tell of."""
        return cls._fitted(about_items(train.item_table), train.interactions.item_counts())

    @classmethod
    def of_people(cls, train: Dataset) -> Self:
        """Fitted to the people that training events tell of; :meth:`read_table` takes tables like theirs."""
        return cls._fitted(about_people(train.user_table), train.interactions.user_counts())

    @classmethod
    def _fitted(cls, table: pd.DataFrame, counts: Int64 | None) -> Self:
        leaking = leaking_columns(table, counts)
        told = table.drop(columns=list(leaking))
        return cls(AttributeEncoder.fit(told if counts is None else told[counts > 0], WIDEST), leaking)

    def read(self, content: ItemContent, around: Around) -> Read:
        return self.read_table(content.table)

    def read_table(self, table: pd.DataFrame) -> Read:
        """Values (N, F) of the N rows of a table, such as that of people."""
        columns = [column.matrix().toarray() for column in self.encoder.by_column(table)]
        values = np.concatenate([np.empty((len(table), 0), np.float32), *columns], axis=1)
        return Read(values, np.any(values, axis=1))

    def arrays(self) -> dict[str, np.ndarray]:
        return self.encoder.arrays()

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Self:
        return cls(AttributeEncoder.from_arrays(arrays))
