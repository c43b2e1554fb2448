"""Self-normalised inverse propensity scoring."""

import numpy as np

from recsys_core.engagement.policy.terms import OffPolicyEstimator, Terms
from recsys_core.engagement.policy.weighing import Weighed


def _terms(log: Weighed) -> Terms:
    return Terms(np.zeros(len(log)), log.weights, log.weights)


SNIPS = OffPolicyEstimator(
    "snips",
    "SNIPS",
    "Self-normalised inverse propensity scoring",
    "The mean click, weighted: never above 1, and steadier than IPS. Its bias goes as the effective sample grows.",
    "Swaminathan and Joachims, The self-normalized estimator for counterfactual learning, NIPS 2015",
    _terms,
)
