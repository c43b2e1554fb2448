"""A log as seen from another policy: a weight for each impression, and what a model of clicks says about it."""

from dataclasses import dataclass

import numpy as np

from recsys_core.engagement.policy.logged import Logged
from recsys_core.engagement.policy.reward import FOLDS, cross_fitted
from recsys_core.engagement.policy.target import Target
from recsys_core.ranking import CHUNK_SCORES
from recsys_core.types import Float64, Int64


@dataclass(frozen=True)
class Weighed:
    """N impressions, ready for estimators.

    Attributes:
        clicks: Float64[N]. units: Int64[N], as in :class:`Logged`.
        weights: Float64[N], the new policy's probability of what was shown / the propensity.
        expected: Float64[N], the click rate that the model of clicks expects there under the new policy.
        fitted: Float64[N], the one that it expects of what was shown.
        unseen: share of the new policy's probability that is on items never shown at that position.
    """

    clicks: Float64
    units: Int64
    weights: Float64
    expected: Float64
    fitted: Float64
    unseen: float

    def __len__(self) -> int:
        return len(self.clicks)


def weigh(logged: Logged, target: Target, rng: np.random.Generator) -> Weighed:
    """Weights and expectations, in chunks of contexts, so that memory does not grow with the number of people."""
    folds, rates = cross_fitted(logged, rng)
    never = logged.by_place(np.ones(len(logged))) == 0
    tables = np.concatenate([rates.reshape(-1, logged.n_items), never])
    columns = folds * logged.n_positions + logged.positions
    weights, expected, unseen = (np.empty(len(logged)) for _ in range(3))
    order = np.argsort(target.contexts, kind="stable")
    ends = np.searchsorted(target.contexts[order], np.arange(target.n_contexts + 1))
    size = max(1, CHUNK_SCORES // target.width)
    for start in range(0, target.n_contexts, size):
        stop = min(start + size, target.n_contexts)
        rows = order[ends[start] : ends[stop]]
        chances, mine = target.chances(np.arange(start, stop)), target.contexts[rows] - start
        weights[rows] = chances[mine, logged.items[rows]] / logged.propensities[rows]
        means = chances @ tables.T
        expected[rows] = means[mine, columns[rows]]
        unseen[rows] = means[mine, FOLDS * logged.n_positions + logged.positions[rows]]
    fitted = rates[folds, logged.positions, logged.items]
    return Weighed(logged.clicks, logged.units, weights, expected, fitted, float(unseen.mean()))
