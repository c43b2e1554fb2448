"""Inverse propensity scoring."""

import numpy as np

from recsys_core.engagement.policy.terms import OffPolicyEstimator, Terms
from recsys_core.engagement.policy.weighing import Weighed


def _terms(log: Weighed) -> Terms:
    return Terms(np.zeros(len(log)), log.weights, np.ones(len(log)))


IPS = OffPolicyEstimator(
    "ips",
    "IPS",
    "Inverse propensity scoring",
    "The mean of weight × click. Without bias, but it moves with the weights as well as with the clicks.",
    "Horvitz and Thompson, A generalization of sampling without replacement from a finite universe, JASA 47, 1952",
    _terms,
)
