"""A generator that says what it is told, for tests of what is done with generated people."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.data.made import Made
from recsys_core.splitting import SplitRecipe
from recsys_core.synthetic.base import Batch, Population


class Told(Population):
    """People who did just what rows of (user, item, value, time) say, ``size`` of them in a batch."""

    def __init__(self, like: Dataset, rows: list[tuple[int, int, float, int]], people: int, size: int = 2) -> None:
        self.item_ids, self.item_table = like.item_ids, like.item_table
        self.feedback, self.scale = like.feedback, like.scale
        self.expected_events = len(rows)
        self._columns, self._rows, self._people, self._size = list(like.user_table), rows, people, size
        self._timed = like.interactions.times is not None

    def batches(self) -> Iterator[Batch]:
        for first in range(0, self._people, self._size):
            last = min(first + self._size, self._people)
            rows = [row for row in self._rows if first <= row[0] < last]
            users, items, values, times = (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 4
            yield Batch(
                pd.DataFrame({name: pd.Series([""] * (last - first), dtype=object) for name in self._columns}),
                np.array(users, dtype=np.int32),
                np.array(items, dtype=np.int32),
                np.array(values, dtype=np.float32),
                np.array(times, dtype=np.int64) if self._timed else None,
            )


def made_after(real: Dataset, recipe: SplitRecipe) -> Made:
    """As if by a generator that learned from the training events of this split."""
    return Made("told", "Told", {}, {}, 0, real.fingerprint, real.name, recipe.model_dump(mode="json"))
