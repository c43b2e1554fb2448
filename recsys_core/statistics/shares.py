"""Shares of what was counted, with intervals; also where a few people brought most of it."""

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from recsys_core.types import Bool, Float64, Int64, Json

Z = 1.959964  # 95 %


def wilson(hits: Int64, of: Int64 | Float64, counts: Float64 | None = None) -> tuple[Float64, Float64]:
    """The 95 % score interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212).

    Args:
        hits, of: [n], counts.
        counts: Float64[n], as how many independent ones they count; all of them unless said otherwise.

    Returns:
        Float64[n] each, low and high; 0 and 1 where nothing was counted.
    """
    share = hits / np.maximum(of, 1)
    n = np.asarray(of, dtype=np.float64) if counts is None else counts
    denominator = np.where(n > 0, n + Z**2, 1.0)
    centre = (n * share + Z**2 / 2) / denominator
    reach = Z * np.sqrt(n * share * (1 - share) + Z**2 / 4) / denominator
    low = np.where((hits == 0) | (n <= 0), 0.0, centre - reach)  # exactly so on paper, but for rounding
    high = np.where((hits == of) | (n <= 0), 1.0, centre + reach)
    return low, high


def independent_count(hits: Int64, of: Int64, groups: Int64, n_groups: int) -> Float64:
    """Float64[n_groups], as how many independent ones each group counts, where people bring several each.

    What a person brings is alike. So the variance of a share is taken over people, as that of a ratio of sums
    (Cochran, Sampling Techniques, 1977, chapter 6), and what is counted is as many independent ones as have the same
    variance, fewer by Student's t for few people (Korn and Graubard, Survey Methodology 24, 1998, 193-201); never more
    than there are. Where all or none are hits, variance says nothing: then each person counts once.

    Args:
        hits, of: Int64[m], what a person brought to a group.
        groups: Int64[m], to which; a person has one row in a group.
    """

    def total(values: Int64 | Float64) -> Float64:
        return np.bincount(groups, values, minlength=n_groups).astype(np.float64)

    people, counted = total(np.ones(len(groups))), total(of)
    share = total(hits) / np.maximum(counted, 1)
    squares = total((hits - share[groups] * of) ** 2) * people / np.maximum(people - 1, 1)
    spread = share * (1 - share)
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.where(spread > 0, spread * counted**2 / squares, people)
    student = stdtrit(np.maximum(people - 1, 1), 0.975)
    return np.where(people > 1, np.minimum(n, counted) * (Z / student) ** 2, 0.0)


@dataclass(frozen=True)
class Shares:
    """Shares of people: ``hits`` of ``of``, Int64[n] each, with Wilson intervals."""

    hits: Int64
    of: Int64

    @property
    def values(self) -> Float64:
        """Float64[n]; NaN where there is nobody."""
        return np.where(self.of > 0, self.hits / np.maximum(self.of, 1), np.nan)

    @property
    def intervals(self) -> tuple[Float64, Float64]:
        return wilson(self.hits, self.of)

    def take(self, rows: Int64 | Bool) -> "Shares":
        return Shares(self.hits[rows], self.of[rows])

    def rows(self) -> list[Json]:
        """Plain data, one row a share; that of nobody is None."""
        low, high = self.intervals
        columns = (self.hits, self.of, self.values, low, high)
        return [
            {"people": hits, "of": of, "share": value if of else None, "low": down, "high": up}
            for hits, of, value, down, up in zip(*(column.tolist() for column in columns), strict=True)
        ]
