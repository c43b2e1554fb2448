"""Inverse propensity scoring with weights cut off."""

import numpy as np

from recsys_core.engagement.policy.terms import OffPolicyEstimator, Terms
from recsys_core.engagement.policy.weighing import Weighed

LIMITS = 20  # that are tried


def clip_of(log: Weighed) -> float:
    """The limit with the least estimated mean squared error, of 20 between the mean weight and the largest.

    The bias is what the model of clicks expects of that part of the weights which is cut off, the variance that of the
    rest (as in Wang, Agarwal and Dudík, "Optimal and adaptive off-policy evaluation in contextual bandits", ICML 2017,
    section 4.1).
    """
    largest = float(log.weights.max())
    if largest <= 1:
        return largest
    limits = np.geomspace(1.0, largest, LIMITS)
    errors = []
    for limit in limits:
        kept = np.minimum(log.weights, limit)
        errors.append(np.mean((log.weights - kept) * log.fitted) ** 2 + np.var(kept * log.clicks) / len(log))
    return float(limits[int(np.argmin(errors))])


def _terms(log: Weighed) -> Terms:
    kept = np.minimum(log.weights, clip_of(log))
    return Terms(np.zeros(len(log)), kept, np.ones(len(log)))


CLIPPED = OffPolicyEstimator(
    "clipped",
    "Clipped IPS",
    "Clipped inverse propensity scoring",
    "IPS with large weights cut off: steadier, but too low by what the part cut off would have been clicked. Its "
    "interval does not hold that.",
    "Ionides, Truncated importance sampling, J. Comput. Graph. Stat. 17, 2008",
    _terms,
)
