"""Click-through rates of groups of impressions, each with an interval and its denominator."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from scipy.special import bdtr, bdtrc

from recsys_core.data.impressions.log import Impressions
from recsys_core.statistics.shares import Z, independent_count, wilson
from recsys_core.types import Bool, Float64, Int32, Int64, Json


@dataclass(frozen=True)
class Rates:
    """Click-through rates of n groups of impressions.

    Attributes:
        impressions, clicks: Int64[n].
        counts: Float64[n], as how many independent impressions they count: fewer where people see several.
    """

    impressions: Int64
    clicks: Int64
    counts: Float64

    @classmethod
    def of(cls, clicks: Int64, impressions: Int64) -> "Rates":
        """Of impressions that are independent of each other."""
        return cls(impressions, clicks, impressions.astype(np.float64))

    @cached_property
    def values(self) -> Float64:
        """Float64[n], clicks / impressions; NaN where there are no impressions."""
        return np.where(self.impressions > 0, self.clicks / np.maximum(self.impressions, 1), np.nan)

    @cached_property
    def _interval(self) -> tuple[Float64, Float64]:
        return wilson(self.clicks, self.impressions, self.counts)

    @property
    def low(self) -> Float64:
        """Float64[n], the lower end of the 95 % interval."""
        return self._interval[0]

    @property
    def high(self) -> Float64:
        return self._interval[1]

    def __len__(self) -> int:
        return len(self.impressions)

    def take(self, rows: Int64 | Bool) -> "Rates":
        """The rates of these groups."""
        return Rates(self.impressions[rows], self.clicks[rows], self.counts[rows])

    def apart(self, rate: float) -> tuple[int, int]:
        """How many intervals lie above this rate, and how many below."""
        return int((self.low > rate).sum()), int((self.high < rate).sum())

    def apart_by_chance(self, rate: float) -> tuple[float, float]:
        """How many that would be on average if this were the rate of all groups.

        A Wilson interval leaves out a rate p where the clicks lie more than z √(n p (1 - p)) from n p; the clicks of a
        group are taken for binomial, of as many as it counts.
        """
        n = self.counts.astype(np.int64)
        reach = Z * np.sqrt(n * rate * (1 - rate))
        above = bdtrc(np.floor(n * rate + reach), n, rate)
        fewest = np.ceil(n * rate - reach) - 1
        below = np.where(fewest >= 0, bdtr(np.maximum(fewest, 0), n, rate), 0.0)
        return float(above.sum()), float(below.sum())

    def rows(self) -> list[Json]:
        """Plain data, one row a group; a rate without impressions is None."""
        columns = (self.impressions, self.clicks, self.values, self.low, self.high)
        return [
            {"impressions": n, "clicks": clicks, "ctr": value if n else None, "low": low, "high": high}
            for n, clicks, value, low, high in zip(*(column.tolist() for column in columns), strict=True)
        ]


def rates_of(log: Impressions, codes: Int32 | Int64, groups: int) -> Rates:
    """The rates of groups of impressions, with intervals over people where the log has any.

    Args:
        codes: [N], the group of each impression; below 0 for those that are in none.
        groups: how many there are.
    """
    inside = codes >= 0
    codes, clicks = codes[inside], log.clicks[inside]
    if log.users is None:
        return Rates.of(np.bincount(codes[clicks], minlength=groups), np.bincount(codes, minlength=groups))
    people = max(1, len(log.user_ids))
    rows, keys = pd.factorize(codes * np.int64(people) + log.users[inside])
    shown, clicked = np.bincount(rows), np.bincount(rows, clicks).astype(np.int64)
    group = keys // people
    counts = independent_count(clicked, shown, group, groups)
    impressions, clicked = (np.bincount(group, each, minlength=groups).astype(np.int64) for each in (shown, clicked))
    return Rates(impressions, clicked, counts)
