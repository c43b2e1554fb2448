"""Bayesian personalised ranking."""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from recsys_core.data.interactions import Interactions
from recsys_core.models.base import Ability, Cost, ModelInfo, Search
from recsys_core.models.sgd_factors import FactorsTask, SGDFactors, SGDFactorsConfig, bring_near
from recsys_core.training.compiled import Random, compiled, draw_below
from recsys_core.training.prefetch import fetch, fetch_row
from recsys_core.types import Float32, Int32, Int64


class BPRConfig(SGDFactorsConfig):
    regularisation: float = Field(
        0.015, ge=0, le=1, description="Pull towards zero at each step, against learning events by heart."
    )
    candidates: int = Field(
        8, ge=1, le=100, description="Random unknown items, of which the best ranked is set against an event."
    )

    quick: ClassVar[dict[str, Any]] = {"embedding_size": 32, "epochs": 8}
    paper: ClassVar[dict[str, Any]] = {"candidates": 1}
    search: ClassVar[dict[str, Search]] = SGDFactorsConfig.search | {
        "regularisation": (0.001, 0.1),
        "candidates": (1, 32),
    }


class BPR(SGDFactors):
    """Steps down the loss -log sigmoid(x_ui - x_uj) of an event (u, i) and an item j that u does not know.

    Uniform items j soon teach nothing, because most of them are far below i. So several are drawn and the best ranked
    is taken (Zhang, Chen, Wang and Yu, Optimizing Top-N Collaborative Filtering via Dynamic Negative Item Sampling,
    SIGIR 2013).
    """

    info = ModelInfo(
        key="bpr",
        title="BPR",
        idea="Learns vectors that rank what a person met above what the person did not.",
        family="Matrix factorisation",
        score="rank by preference: differences are log-odds that one item is preferred to the other",
        paper="Rendle, Freudenthaler, Gantner and Schmidt-Thieme, BPR: Bayesian Personalized Ranking from Implicit "
        "Feedback, UAI 2009",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.SECONDS,
        is_relative=True,
    )
    Config = BPRConfig

    def _task(self, arrays: dict[str, np.ndarray], events: Interactions, seed: int, frozen: bool) -> FactorsTask:
        return BPRTask(self.config, arrays, events, seed, frozen)


class BPRTask(FactorsTask):
    loss_name = "pairwise log loss"

    def __init__(
        self, config: BPRConfig, arrays: dict[str, np.ndarray], events: Interactions, seed: int, frozen: bool
    ) -> None:
        super().__init__(config, arrays, events, 1, config.candidates, seed, frozen)
        self._candidates, self._pull = config.candidates, np.float32(config.regularisation)
        self._known = events.matrix()
        self._known.sum_duplicates()  # sorts each history

    def learn(self, rows: Int64) -> float:
        return learn_pairs(
            rows,
            self.events.users,
            self.events.items,
            self._known.indptr,
            self._known.indices,
            self.arrays["item_bias"],
            self.arrays["user_factors"],
            self.arrays["item_factors"],
            self.pool(),
            self._candidates,
            np.float32(self.rate),
            self._pull,
            self.paces["user_factors"],
            self.paces["item_factors"],
            self.paces["item_bias"],
            self.random,
            self.frozen,
        )


@compiled
def knows(known: Int32, item: np.int64) -> bool:
    """Whether a sorted history holds the item, by binary search."""
    low, high = 0, len(known)
    while low < high:
        middle = (low + high) // 2
        if known[middle] < item:
            low = middle + 1
        else:
            high = middle
    return low < len(known) and known[low] == item


@compiled
def _draw(
    rows: Int64,
    step: int,
    users: Int32,
    items: Int32,
    indptr: Int32,
    known: Int32,
    user_factors: Float32,
    item_factors: Float32,
    pool: Int32,
    drawn: Int64,
    random: Random,
) -> None:
    """Draw candidates for an event, and have all that its step reads brought near."""
    bring_near(rows, step, users, items, user_factors, item_factors)
    u = users[rows[step]]
    fetch(known, (indptr[u] + indptr[u + 1]) // 2)  # where the search in the history begins
    for place in range(len(drawn)):
        drawn[place] = pool[draw_below(len(pool), random)]
        fetch_row(item_factors, drawn[place])


@compiled
def learn_pairs(
    rows: Int64,
    users: Int32,
    items: Int32,
    indptr: Int32,
    known: Int32,
    item_bias: Float32,
    user_factors: Float32,
    item_factors: Float32,
    pool: Int32,
    candidates: int,
    rate: np.float32,
    pull: np.float32,
    user_pace: Float32,
    item_pace: Float32,
    item_bias_pace: Float32,
    random: Random,
    frozen: bool,
) -> float:
    """A step for each event and an item that the person does not know; the sum of their log losses.

    A pace is what the steps of a person (U,), of an item (I,) or of its bias are multiplied by.
    """
    d = item_factors.shape[1]
    one = np.float32(1)
    loss = 0.0
    drawn = np.empty((2, candidates), np.int64)  # for this event and for the next, whose vectors are on their way
    for step in range(len(rows) + 1):
        if step < len(rows):
            _draw(rows, step, users, items, indptr, known, user_factors, item_factors, pool, drawn[step % 2], random)
        if step == 0:
            continue
        u, i = users[rows[step - 1]], items[rows[step - 1]]
        p = user_factors[u]
        q = item_factors[i]
        history = known[indptr[u] : indptr[u + 1]]
        hardest = np.int64(-1)
        highest = np.float32(-np.inf)
        for j in drawn[(step - 1) % 2]:
            if knows(history, j):
                continue
            x = item_bias[j]
            r = item_factors[j]
            for f in range(d):
                x += p[f] * r[f]
            if not x <= highest:
                hardest, highest = j, x
        if hardest < 0:
            continue
        j = hardest
        r = item_factors[j]
        margin = item_bias[i] - highest
        for f in range(d):
            margin += p[f] * q[f]
        small = np.exp(-abs(margin))
        loss += max(-margin, np.float32(0)) + np.log1p(small)
        error = (small if margin > 0 else one) / (one + small)  # sigmoid(-margin)
        user_rate = rate * user_pace[u]
        if frozen:
            for f in range(d):
                p[f] += user_rate * (error * (q[f] - r[f]) - pull * p[f])
            continue
        met_rate, unmet_rate = rate * item_pace[i], rate * item_pace[j]
        for f in range(d):
            p_f, q_f, r_f = p[f], q[f], r[f]
            p[f] = p_f + user_rate * (error * (q_f - r_f) - pull * p_f)
            q[f] = q_f + met_rate * (error * p_f - pull * q_f)
            r[f] = r_f - unmet_rate * (error * p_f + pull * r_f)
        item_bias[i] += rate * item_bias_pace[i] * (error - pull * item_bias[i])
        item_bias[j] -= rate * item_bias_pace[j] * (error + pull * item_bias[j])
    return loss
