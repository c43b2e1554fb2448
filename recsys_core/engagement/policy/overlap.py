"""Whether a log can speak for other lists at all."""

from dataclasses import asdict, dataclass

import numpy as np

from recsys_core.data.findings import counted
from recsys_core.engagement.policy.weighing import Weighed
from recsys_core.types import Float64, Json

# Below these an estimate is refused. benchmarks/off_policy.py tells what intervals are worth on either side of them.
LEAST_SHARE, LEAST_SAMPLE = 0.01, 30  # of effective impressions
LEAST_CLICKS, LEAST_EFFECTIVE_CLICKS = 20, 2.0
MOST_UNSEEN = 0.1  # of the new policy's probability
# Weights that are right have the mean 1: it is refused where it surely lies farther away than this.
MOST_OFF, SURE = 0.1, 3.3  # standard errors: by chance once in a thousand times
# Between those and these an estimate is given with a caution: the 95 % were measured above.
TESTED_SHARE, TESTED_CLICKS = 0.1, 50
HEAVIEST = 0.01  # of impressions, whose share of all weight is told


@dataclass(frozen=True)
class Overlap:
    """How much of a log speaks for the new policy.

    Attributes:
        impressions, clicks: counts.
        sample: effective impressions, (Σ w)² / Σ w² (Kong 1992).
        effective_clicks: the same of clicked impressions.
        mean, low, high: mean weight and its 95 % interval over units; 1 is right.
        largest: weight.
        heaviest: share of all weight that the heaviest 1 % of impressions bear.
        unseen: share of the new policy's probability on items that were never shown at that position.
        off: by how many standard errors the mean weight is away from 1.
    """

    impressions: int
    clicks: int
    sample: float
    effective_clicks: float
    mean: float
    low: float
    high: float
    largest: float
    heaviest: float
    unseen: float
    off: float

    @classmethod
    def of(cls, log: Weighed) -> "Overlap":
        weights, n = log.weights, len(log)
        mean = float(weights.mean())
        error = float(np.sqrt((np.bincount(log.units, weights - mean) ** 2).sum())) / n
        heaviest = np.sort(weights)[-max(1, round(HEAVIEST * n)) :]
        return cls(
            n,
            int(log.clicks.sum()),
            effective(weights),
            effective(weights * log.clicks),
            mean,
            mean - 1.96 * error,
            mean + 1.96 * error,
            float(weights.max()),
            float(heaviest.sum() / max(float(weights.sum()), 1e-300)),
            log.unseen,
            abs(mean - 1) / error if error else 0.0 if abs(mean - 1) < 1e-6 else np.inf,
        )

    @property
    def share(self) -> float:
        """Effective impressions / impressions."""
        return self.sample / self.impressions

    def refusal(self) -> str:
        """Why there can be no estimate, in a sentence; "" where there can."""
        if self.sample < LEAST_SAMPLE or self.share < LEAST_SHARE:
            return (
                f"The weighted log is worth {_number(self.sample, 'impression')} of "
                f"{self.impressions:,} (effective sample size); at least {LEAST_SAMPLE} and {LEAST_SHARE:.0%} are "
                "needed: what these lists would show was hardly ever shown."
            )
        if self.unseen > MOST_UNSEEN:
            return (
                f"{self.unseen:.0%} of what these lists would show was never shown at that position, and nothing can "
                f"be told about it; at most {MOST_UNSEEN:.0%} may be so."
            )
        if abs(self.mean - 1) > MOST_OFF and self.off > SURE:
            return (
                f"The mean weight is {self.mean:.2f} ({self.low:.2f} to {self.high:.2f}), and not 1 as it must be: "
                "the propensities of the log do not fit what it shows, or items that these lists need are missing."
            )
        if self.clicks < LEAST_CLICKS or self.effective_clicks < LEAST_EFFECTIVE_CLICKS:
            return (
                f"There are {counted(self.clicks, 'click')}, which count as {self.effective_clicks:.1f} when weighted; "
                f"at least {LEAST_CLICKS} and {LEAST_EFFECTIVE_CLICKS:.0f} are needed."
            )
        return ""

    def cautions(self) -> list[str]:
        """What to keep in mind about an estimate that is not refused."""
        told = []
        if self.share < TESTED_SHARE:
            told.append(
                f"The effective sample is {self.share:.1%} of the log; that the interval holds in 95 of 100 cases was "
                f"tested from {TESTED_SHARE:.0%} on."
            )
        if self.clicks < TESTED_CLICKS:
            told.append(
                f"There are {counted(self.clicks, 'click')}; that the interval holds in 95 of 100 cases was tested "
                f"from {TESTED_CLICKS} on."
            )
        return told

    def as_json(self) -> Json:
        return asdict(self) | {"share": self.share, "off": self.off if np.isfinite(self.off) else None}


def effective(weights: Float64) -> float:
    """(Σ w)² / Σ w², 0 of no weight at all (Kong, "A note on importance sampling using standardized weights", 1992)."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _number(value: float, noun: str) -> str:
    return f"about {value:,.0f} {noun}s" if value >= 10 else f"about {value:.1f} {noun}s"
