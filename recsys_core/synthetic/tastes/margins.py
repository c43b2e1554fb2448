"""How numbers are spread: smooth between those that were seen."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys_core.types import Float64

A_QUANTILE = 3  # values, so that none of them is needed as it is
MOST_QUANTILES = 1001


@dataclass(frozen=True)
class Margin:
    """A distribution by its quantiles, with straight lines between them.

    Attributes:
        quantiles: Float64[Q], ascending, equally far apart in rank, the first for rank 0 and the last for rank 1.
    """

    quantiles: Float64

    @classmethod
    def of(cls, values: np.ndarray) -> Self:
        """Of at least one number."""
        n = min(max(2, len(values) // A_QUANTILE), MOST_QUANTILES)
        return cls(np.quantile(values, np.linspace(0, 1, n)))

    def at(self, ranks: Float64) -> Float64:
        """The values at ranks of 0 to 1."""
        return np.interp(ranks, np.linspace(0, 1, len(self.quantiles)), self.quantiles)

    def ranks(self, values: Float64) -> Float64:
        """Where values stand among all, 0 to 1."""
        return np.interp(values, self.quantiles, np.linspace(0, 1, len(self.quantiles)))


def normal_scores(values: np.ndarray) -> Float64:
    """Float64[n], the values bent so that they are spread as a standard normal distribution; equal ones stay equal."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    return np.asarray(ndtri((rankdata(values) - 0.5) / len(values)), dtype=np.float64)
