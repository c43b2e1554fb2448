"""What a policy to be judged must say, and the two plainest ones."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recsys_core.engagement.policy.logged import Logged
from recsys_core.types import Float64, Int64


class Target(Protocol):
    """A policy as a probability of each item.

    Attributes:
        contexts: Int64[N], 0..C-1, what each impression was for: rows of one context have the same probabilities.
        n_contexts: C.
        width: numbers that working out one context takes, for chunks of equal size.
    """

    @property
    def contexts(self) -> Int64: ...

    @property
    def n_contexts(self) -> int: ...

    @property
    def width(self) -> int: ...

    def chances(self, contexts: Int64) -> Float64:
        """Float64[B, I]; each row sums to 1."""
        ...


@dataclass(frozen=True)
class Table:
    """A policy that is written down.

    Attributes:
        contexts: Int64[N]. table: Float64[C, I], each row sums to 1.
    """

    contexts: Int64
    table: Float64

    @property
    def n_contexts(self) -> int:
        return len(self.table)

    @property
    def width(self) -> int:
        return self.table.shape[1]

    def chances(self, contexts: Int64) -> Float64:
        return self.table[contexts]


def mean_propensities(other: Logged) -> Float64:
    """Float64[K, I], what another log showed: the mean propensity of each item at each position, summing to 1.

    A log holds the probabilities of what it showed alone. Their mean over the impressions of an item is above the
    item's mean over all impressions, the more the probabilities vary, and most for rare items: so this is a flatter
    policy than the one that made the log.
    """
    shown = other.by_place(np.ones(len(other)))
    means = other.by_place(other.propensities) / np.maximum(shown, 1)
    return np.asarray(means / means.sum(axis=1, keepdims=True))
