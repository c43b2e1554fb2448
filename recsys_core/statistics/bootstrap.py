"""Intervals over people, by resampling them."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, stdtrit

from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Interval, PerUser
from recsys_core.statistics.weighted import Weights, weighted_sums
from recsys_core.types import Float64

RESAMPLES, FEWEST_RESAMPLES = 10_000, 1_000
MOST_DRAWS = 200_000_000  # people drawn in all, a few seconds: of more than 20,000 people there are fewer resamples
TAIL = 0.025


def bootstrap(per_user: dict[str, PerUser], seed: int) -> dict[str, Interval]:
    """95 % percentile intervals over resampled people (Efron and Tibshirani 1993, chapter 13); none for fewer than ten.

    Of few people they are as much wider as Student's t asks for (see :func:`percentiles`).

    All metrics over the same people share their resamples, so that differences between them stay paired.
    """
    groups: dict[bytes, list[str]] = {}
    for name, part in per_user.items():
        groups.setdefault(part.users.tobytes(), []).append(name)
    intervals: dict[str, Interval] = {}
    for names in groups.values():
        people = len(per_user[names[0]].users)
        if people < FEWEST_FOR_INTERVAL:
            intervals |= dict.fromkeys(names, (None, None))
            continue
        figures = resampled_figures([per_user[name] for name in names], seed)
        intervals |= {name: percentiles(figure, people) for name, figure in zip(names, figures, strict=True)}
    return intervals


def percentiles(figure: Float64, people: int) -> Interval:
    """The ends of the middle of Float64[R], wide enough to cover 95 % with so many people.

    Resamples vary less than people do, by √((n - 1) / n), and their middle 95 % is as narrow as if the spread over
    people were known: of ten people it covers 85 to 90 %. So more than that is taken, by Student's t (expanded
    percentiles: Hesterberg, What Teachers Should Know About the Bootstrap, The American Statistician 69(4), 2015).
    """
    tail = ndtr(stdtrit(people - 1, TAIL) * np.sqrt(people / (people - 1)))
    low, high = np.quantile(figure, (tail, 1 - tail))
    return float(low), float(high)


def resamples(people: int) -> int:
    """How many times so many people are resampled."""
    return int(np.clip(MOST_DRAWS // people, FEWEST_RESAMPLES, RESAMPLES))


def resampled_figures(parts: Sequence[PerUser], seed: int) -> Float64:
    """Float64[m, R], each figure over the same resamples of people; the parts have the same people in one order."""
    columns: dict[bytes, tuple[int, Float64]] = {}  # most denominators are the same
    for part in parts:
        for column in (part.numerator, part.denominator):
            columns.setdefault(column.tobytes(), (len(columns), column))
    sums = resampled_sums(np.stack([column for _, column in columns.values()], axis=1), seed)

    def sum_of(column: Float64) -> Float64:
        return np.asarray(sums[:, columns[column.tobytes()][0]])

    return np.stack([part.figures(sum_of(part.numerator), sum_of(part.denominator)) for part in parts])


def resampled_sums(columns: Float64, seed: int) -> Float64:
    """Float64[R, m], sums of each column Float64[n, m] over people drawn with replacement."""
    return weighted_sums(columns, _times_drawn, resamples(len(columns)), seed)


def _times_drawn(rng: np.random.Generator, size: int, n: int) -> Weights:
    """How often each of n people is drawn in each of so many resamples of n."""
    drawn = rng.integers(0, n, (size, n)) + np.arange(size)[:, None] * n
    return np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
