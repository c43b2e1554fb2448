"""What validation events say about the weights of a blend: of lists by NDCG@10, of ratings by their squared errors."""

from collections.abc import Sequence
from typing import ClassVar, Protocol

import numpy as np
from scipy.optimize import nnls

from recsys_core.blending.lattice import UNITS, Lattice
from recsys_core.blending.pools import K, Pools, Say
from recsys_core.data.interactions import Interactions
from recsys_core.evaluation import judged_users, predicted_ratings, rated_events
from recsys_core.metrics import NDCG, RMSE
from recsys_core.models import Ability, Recommender
from recsys_core.models.blend import Mixture
from recsys_core.splitting import Holdout
from recsys_core.statistics.estimates import PerUser
from recsys_core.types import Float64, Int64

MOST_PEOPLE = 10_000  # more would change the weights less than chance does
RIDGE = 1e-3  # pull towards equal weights, beside the variance of the ratings


class Evidence(Protocol):
    """Learns weights from some people, and judges any weights by all.

    Attributes:
        metric: such as "ndcg@10".
        sign: 1 where higher figures are better, −1 where lower ones are.
        users: Int64[n], who judges.
    """

    metric: ClassVar[str]
    sign: ClassVar[int]
    users: Int64

    def learn(self, people: Int64) -> Mixture:
        """The best weights for the people at these positions of ``users``."""

    def figures(self, mixture: Mixture) -> PerUser:
        """The metric of a blend with these weights, taken apart."""


class RankingEvidence:
    """Lists of people with something to find. The weights sum to one."""

    metric: ClassVar[str] = f"{NDCG.about.key}@{K}"
    sign: ClassVar[int] = 1

    def __init__(self, members: Sequence[Recommender], holdout: Holdout, seed: int, say: Say) -> None:
        self.users = _sample(judged_users(_strictest(members), holdout), seed)
        self._lattice = Lattice(len(members), Pools(members, holdout, self.users, say).ndcg)

    def learn(self, people: Int64) -> Mixture:
        return Mixture(weights=tuple(units / UNITS for units in self._lattice.best(people)))

    def figures(self, mixture: Mixture) -> PerUser:
        values = self._lattice.at(tuple(round(weight * UNITS) for weight in mixture.weights))
        return PerUser(self.users, values, np.ones(len(values)), lambda mean: mean)


class RatingEvidence:
    """Held-out ratings. r = b + sum_m w_m r_m by least squares with w >= 0 (Breiman 1996), drawn to equal weights."""

    metric: ClassVar[str] = RMSE.about.key
    sign: ClassVar[int] = -1

    def __init__(self, members: Sequence[Recommender], holdout: Holdout, seed: int, say: Say) -> None:
        targets = rated_events(_strictest(members), holdout)
        self.users = _sample(np.unique(targets.users).astype(np.int64), seed)
        self._targets = targets = targets.take(np.isin(targets.users, self.users))
        self._person = np.searchsorted(self.users, targets.users)
        self._counts = np.bincount(self._person).astype(np.float64)
        self._ratings = self._ask(members, holdout, targets, say)  # Float64[T, M]

    @staticmethod
    def _ask(members: Sequence[Recommender], holdout: Holdout, targets: Interactions, say: Say) -> Float64:
        columns = []
        for member in members:
            say(f"Asking {member.title} about {len(targets):,} ratings")
            columns.append(predicted_ratings(member, holdout, targets).astype(np.float64))
        return np.stack(columns, axis=1)

    def learn(self, people: Int64) -> Mixture:
        mine = np.isin(self._person, people)
        ratings, wanted = self._ratings[mine], self._targets.values[mine].astype(np.float64)
        middle, size = ratings.mean(axis=0), ratings.shape[1]
        pull = np.sqrt(RIDGE * len(wanted) * max(wanted.var(), 1e-12))
        left = np.concatenate([ratings - middle, pull * np.eye(size)])
        right = np.concatenate([wanted - wanted.mean(), np.full(size, pull / size)])
        weights = nnls(left, right)[0]
        return Mixture(weights=tuple(weights.tolist()), intercept=float(wanted.mean() - weights @ middle))

    def figures(self, mixture: Mixture) -> PerUser:
        low, high = self._ratings.min(), self._ratings.max()  # each member was cut to the scale
        ratings = np.clip(mixture.intercept + self._ratings @ np.array(mixture.weights), low, high)
        errors = RMSE.error(self._targets.values, ratings.astype(np.float32))
        return PerUser(self.users, np.bincount(self._person, errors).astype(np.float64), self._counts, RMSE.finish)


def _strictest(members: Sequence[Recommender]) -> Recommender:
    """A member that knows nobody whom another one does not know: whoever can be judged by it can be by all."""
    return next((member for member in members if Ability.HISTORY not in member.abilities), members[0])


def _sample(users: Int64, seed: int) -> Int64:
    """These people, ascending, or as many of them as weights need."""
    if len(users) <= MOST_PEOPLE:
        return users
    return np.sort(np.random.default_rng(seed).choice(users, MOST_PEOPLE, replace=False))
