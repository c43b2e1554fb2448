"""The doubly robust estimator."""

import numpy as np

from recsys_core.engagement.policy.terms import OffPolicyEstimator, Terms
from recsys_core.engagement.policy.weighing import Weighed


def _terms(log: Weighed) -> Terms:
    return Terms(log.expected - log.weights * log.fitted, log.weights, np.ones(len(log)))


DOUBLY_ROBUST = OffPolicyEstimator(
    "doubly_robust",
    "Doubly robust",
    "Doubly robust",
    "The direct method, and what it got wrong on the log weighted as in IPS: right if either the propensities or the "
    "model of clicks are. The model never learned from the person that it speaks about.",
    "Dudík, Langford and Li, Doubly robust policy evaluation and learning, ICML 2011, equation 1",
    _terms,
)
