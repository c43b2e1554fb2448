"""What an estimator makes of a log: a ratio of sums that is linear in the clicks."""

from collections.abc import Callable
from dataclasses import dataclass

from recsys_core.engagement.policy.weighing import Weighed
from recsys_core.types import Float64


@dataclass(frozen=True)
class Terms:
    """The estimate is Σ (fixed + slope · click) / Σ whole.

    Attributes:
        fixed, slope, whole: Float64[N].
    """

    fixed: Float64
    slope: Float64
    whole: Float64

    def value(self, clicks: Float64) -> float:
        """Of Float64[N] clicks."""
        return float((self.fixed + self.slope * clicks).sum() / self.whole.sum())


@dataclass(frozen=True)
class OffPolicyEstimator:
    """An estimator in words and as a function.

    Attributes:
        key: for scripts. short, title: for tables and sentences.
        idea: what it does, and what it may get wrong.
        paper: whose it is.
        terms: of a weighed log.
        has_interval: whether its error is mostly that of counting clicks, which is what intervals tell.
    """

    key: str
    short: str
    title: str
    idea: str
    paper: str
    terms: Callable[[Weighed], Terms]
    has_interval: bool = True
