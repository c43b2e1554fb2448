"""What another policy would have been clicked, by all estimators, or why that cannot be told."""

from dataclasses import dataclass

import numpy as np

from recsys_core.engagement.policy import OFF_POLICY_ESTIMATORS
from recsys_core.engagement.policy.clipped import clip_of
from recsys_core.engagement.policy.interval import click_chances, interval
from recsys_core.engagement.policy.logged import Logged
from recsys_core.engagement.policy.overlap import Overlap
from recsys_core.engagement.policy.terms import Terms
from recsys_core.engagement.policy.weighing import Weighed
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Json


@dataclass(frozen=True)
class PolicyValue:
    """Estimated click-through rates of a policy.

    Attributes:
        estimates: by key of the estimator; empty where refused.
        overlap: what they rest on.
        clip: the limit of clipped weights. lost: share of the new policy's probability that this leaves out.
        refusal: why there is no estimate; "" where there is.
    """

    estimates: dict[str, Estimate]
    overlap: Overlap
    clip: float
    lost: float
    refusal: str

    @property
    def ctr(self) -> Estimate | None:
        """The one that is told elsewhere; None where refused."""
        return self.estimates.get(OFF_POLICY_ESTIMATORS[0].key)

    @property
    def cautions(self) -> list[str]:
        """What to keep in mind about the estimates."""
        return [] if self.refusal else self.overlap.cautions()

    def as_json(self) -> Json:
        return {
            "estimates": {key: vars(one) for key, one in self.estimates.items()},
            "overlap": self.overlap.as_json(),
            "clip": self.clip,
            "lost_by_clipping": self.lost,
            "refusal": self.refusal,
            "cautions": self.cautions,
        }


def estimate_policy(log: Weighed) -> PolicyValue:
    """All estimators over a weighed log."""
    overlap = Overlap.of(log)
    refusal = overlap.refusal()
    clip = clip_of(log)
    lost = float(np.maximum(log.weights - clip, 0).mean())
    estimates = {} if refusal else _estimates(log)
    return PolicyValue(estimates, overlap, clip, lost, refusal)


def _estimates(log: Weighed) -> dict[str, Estimate]:
    chances = click_chances(log)
    found = {}
    for estimator in OFF_POLICY_ESTIMATORS:
        terms = estimator.terms(log)
        ends = interval(terms, log, chances) if estimator.has_interval else None
        found[estimator.key] = Estimate(terms.value(log.clicks), *(ends or (None, None)))
    return found


def click_rate(log: Logged) -> Estimate:
    """The click-through rate of what was shown, over rows that were new; with an interval over units."""
    new = log.new.astype(np.float64)
    terms = Terms(np.zeros(len(log)), new, new)
    value = terms.value(log.clicks)
    ends = interval(terms, log, np.full(len(log), value))
    return Estimate(value, *(ends or (None, None)))
