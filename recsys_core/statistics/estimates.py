"""A figure with its interval, and a figure taken apart per person."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from recsys_core.types import Float64, Int64

FEWEST_FOR_INTERVAL = 10  # with fewer people, resampling them says nothing about others

Interval = tuple[float, float] | tuple[None, None]


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval over people; None where a figure has no interval."""

    value: float
    low: float | None
    high: float | None

    @property
    def is_certain(self) -> bool:
        """Whether there is an interval, and it leaves out 0."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class PerUser:
    """A metric taken apart: the figure is ``finish(sum(numerator) / sum(denominator))``.

    Attributes:
        users: Int64[n], who is judged.
        numerator, denominator: Float64[n].
    """

    users: Int64
    numerator: Float64
    denominator: Float64
    finish: Callable[[Float64], Float64]

    def value(self) -> float:
        return float(self.finish(self.numerator.sum() / self.denominator.sum()))

    def figures(self, numerators: Float64, denominators: Float64) -> Float64:
        """The figure of other weights or other people, by their sums."""
        if self.numerator.min() >= 0:
            numerators = np.maximum(numerators, 0.0)  # a sum that rounding leaves below zero has no root
        return self.finish(numerators / denominators)

    def among(self, users: Int64) -> Self:
        """The same, of these people alone."""
        mine = np.isin(self.users, users)
        return replace(self, users=self.users[mine], numerator=self.numerator[mine], denominator=self.denominator[mine])


def as_it_is(value: Float64) -> Float64:
    """How a figure that is a plain mean is finished."""
    return value
