"""How many events a person has."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys_core.synthetic.tastes.margins import Margin
from recsys_core.types import Float64, Int64


@dataclass(frozen=True)
class Activity:
    """The number of events of a person, from the data's own distribution with its tail.

    Attributes:
        logs: of the logarithm of the number of events of people who have any.
    """

    logs: Margin

    @classmethod
    def learn(cls, counts: Int64) -> Self:
        """From the number of events of each person, all above 0."""
        return cls(Margin.of(np.log(counts)))

    def mean(self, density: float, most: int) -> float:
        """How many events a person has on average; arguments as for :meth:`counts`."""
        ranks = (np.arange(2000) + 0.5) / 2000
        return float(np.clip(np.exp(self.logs.at(ranks)) * density, 1, most).mean())

    def counts(self, ranks: Float64, density: float, most: int, rng: np.random.Generator) -> Int64:
        """Int64[n], 1 to ``most``.

        Args:
            ranks: Float64[n], 0 to 1, where people stand among all by how much they do.
            density: how many times as many events.
        """
        wanted = np.exp(self.logs.at(ranks)) * density
        return np.clip(np.floor(wanted + rng.random(len(ranks))), 1, most).astype(np.int64)
