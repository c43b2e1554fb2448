"""What a metric is, and how it is put together from people.

Every metric that belongs to people is ``finish(sum of numerators / sum of denominators)`` over them: a mean over users
has denominators of 1, a pooled RMSE has the number of ratings and a square root. So one bootstrap serves all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from recsys_core.metrics.ranked_truth import RankedTruth
from recsys_core.metrics.shown import Shown
from recsys_core.statistics.estimates import Estimate, as_it_is
from recsys_core.types import Float32, Float64, Int32, Int64


class Group(StrEnum):
    """What a metric asks."""

    ACCURACY = "Accuracy"
    RATING = "Ratings"
    BEYOND = "Beyond accuracy"


MEAN_OVER_PEOPLE = "one figure a person, then the mean over people"
POOLED = "pooled over all ratings, so that people with many ratings count more"
ALL_LISTS = "one figure for all lists together"
EXPECTED = "the expectation over all orders of equal scores"
AS_SHOWN = "equal scores stand in the order of a hash of the item's id, as they are shown"
NO_TIES = "no matter, as nothing is ranked"
LEFT_OUT = "people without a relevant held-out item are left out"


@dataclass(frozen=True)
class About:
    """A metric in words.

    Attributes:
        denominator: what the value is divided by.
        aggregation: how the figures of people become one.
        ties: what becomes of equal scores.
        empty: who is left out, and what an empty list counts.
    """

    key: str
    title: str
    formula: str
    denominator: str
    aggregation: str
    ties: str
    empty: str
    group: Group = Group.ACCURACY
    higher_is_better: bool = True

    @property
    def help(self) -> str:
        """All of it, in sentences."""
        return (
            f"{self.formula[0].upper()}{self.formula[1:]}. Divided by: {self.denominator}. "
            f"Aggregated: {self.aggregation}. Ties: {self.ties}. "
            f"{self.empty[0].upper()}{self.empty[1:]}. {'Higher' if self.higher_is_better else 'Lower'} is better."
        )


@dataclass(frozen=True)
class RankingMetric:
    """Judges lists of length k by what is relevant. ``per_user`` gives Float64[U]; the metric is its mean."""

    about: About
    per_user: Callable[[RankedTruth, int], Float64]


@dataclass(frozen=True)
class WholeListMetric:
    """Judges the order of all candidates.

    ``per_user`` takes Float32[B, I] scores (−inf: not a candidate), and Int64[T] rows, ascending, with the Int32[T]
    items that are relevant. It gives Float64[B], NaN for who is left out.
    """

    about: About
    per_user: Callable[[Float32, Int64, Int32], Float64]


@dataclass(frozen=True)
class RatingMetric:
    """Judges predicted ratings, pooled over all ratings. ``error`` gives Float64[T] of true and predicted values."""

    about: About
    error: Callable[[Float32, Float32], Float64]
    finish: Callable[[Float64], Float64] = as_it_is


def one_each(shown: Shown) -> Float64:
    """Float64[B], the denominators of a mean over people."""
    return np.ones(len(shown.lists))


@dataclass(frozen=True)
class ShownMetric:
    """Judges the list that each person is shown, not only by what is relevant.

    Attributes:
        per_user: Float64[B], numerators; NaN for who is left out.
        weight: Float64[B], denominators; NaN likewise.
    """

    about: About
    per_user: Callable[[Shown], Float64]
    weight: Callable[[Shown], Float64] = one_each
    finish: Callable[[Float64], Float64] = as_it_is


@dataclass(frozen=True)
class ListMetric:
    """Judges all shown lists together.

    ``value`` takes Int32[U, k] (−1: nothing shown) and the number of items that lists are drawn
    from; None where it is not defined.
    """

    about: About
    value: Callable[[Int32, int], Estimate | None]


Metric = RankingMetric | WholeListMetric | RatingMetric | ShownMetric | ListMetric


def discounts(k: int) -> Float64:
    """Float64[k], 1 / log2(position + 1) (Järvelin and Kekäläinen, TOIS 2002)."""
    return 1.0 / np.log2(np.arange(2, k + 2))
