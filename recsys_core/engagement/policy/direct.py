"""The direct method."""

import numpy as np

from recsys_core.engagement.policy.terms import OffPolicyEstimator, Terms
from recsys_core.engagement.policy.weighing import Weighed


def _terms(log: Weighed) -> Terms:
    return Terms(log.expected, np.zeros(len(log)), np.ones(len(log)))


DIRECT = OffPolicyEstimator(
    "direct",
    "Direct method",
    "Direct method",
    "What a model of clicks expects, by item and position. It knows nothing of people, so it does not see what a "
    "personal list gains; its error is unknown, so it has no interval.",
    "Dudík, Langford and Li, Doubly robust policy evaluation and learning, ICML 2011, section 2",
    _terms,
    has_interval=False,
)
