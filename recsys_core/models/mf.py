"""Matrix factorisation by a dot product, learned on sampled negatives."""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from recsys_core.data.interactions import Interactions
from recsys_core.models.base import Ability, Cost, ModelInfo, Search
from recsys_core.models.sgd_factors import FactorsTask, SGDFactors, SGDFactorsConfig, bring_near
from recsys_core.training.compiled import Random, compiled, draw_below
from recsys_core.training.prefetch import fetch_row
from recsys_core.types import Float32, Int32, Int64


class MFConfig(SGDFactorsConfig):
    regularisation: float = Field(
        0.006, ge=0, le=1, description="Pull towards zero at each step, against learning events by heart."
    )
    negatives: int = Field(8, ge=1, le=100, description="Random items set against each event.")

    quick: ClassVar[dict[str, Any]] = {"embedding_size": 32, "epochs": 8}
    paper: ClassVar[dict[str, Any]] = {
        "embedding_size": 192,
        "epochs": 256,
        "learning_rate": 0.002,
        "schedule": "constant",
        "regularisation": 0.005,
        "negatives": 8,
    }
    search: ClassVar[dict[str, Search]] = SGDFactorsConfig.search | {
        "regularisation": (0.0005, 0.05),
        "negatives": (1, 32),
    }


class MF(SGDFactors):
    """log-odds = c + b_u + b_i + p_u · q_i, by steps down the log loss of each event and of random items.

    Random items are drawn from all items, known ones too, as in the paper. Each step pulls what it touches towards 0.
    """

    info = ModelInfo(
        key="mf",
        title="MF (dot product)",
        idea="Learns vectors of people and items whose product tells events from random pairs.",
        family="Matrix factorisation",
        score="log-odds that the person meets the item, among random items",
        paper="Rendle, Krichene, Zhang and Anderson, Neural Collaborative Filtering vs. Matrix Factorization "
        "Revisited, RecSys 2020",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.SECONDS,
    )
    Config = MFConfig

    def _task(self, arrays: dict[str, np.ndarray], events: Interactions, seed: int, frozen: bool) -> FactorsTask:
        return MFTask(self.config, arrays, events, seed, frozen)


class MFTask(FactorsTask):
    loss_name = "log loss"

    def __init__(
        self, config: MFConfig, arrays: dict[str, np.ndarray], events: Interactions, seed: int, frozen: bool
    ) -> None:
        super().__init__(config, arrays, events, 1 + config.negatives, config.negatives, seed, frozen)
        self._negatives, self._pull = config.negatives, np.float32(config.regularisation)

    def learn(self, rows: Int64) -> float:
        return learn_events(
            rows,
            self.events.users,
            self.events.items,
            **self.arrays,
            pool=self.pool(),
            negatives=self._negatives,
            rate=np.float32(self.rate),
            pull=self._pull,
            user_pace=self.paces["user_factors"],
            user_bias_pace=self.paces["user_bias"],
            item_pace=self.paces["item_factors"],
            item_bias_pace=self.paces["item_bias"],
            shared_pace=self.paces["offset"][0],
            random=self.random,
            frozen=self.frozen,
        )


@compiled
def _draw(
    rows: Int64,
    step: int,
    users: Int32,
    items: Int32,
    user_factors: Float32,
    item_factors: Float32,
    pool: Int32,
    drawn: Int64,
    random: Random,
) -> None:
    """Write the item of an event and those set against it to ``drawn``, and have their vectors brought near."""
    bring_near(rows, step, users, items, user_factors, item_factors)
    drawn[0] = items[rows[step]]
    for sample in range(1, len(drawn)):
        drawn[sample] = pool[draw_below(len(pool), random)]
        fetch_row(item_factors, drawn[sample])


@compiled
def learn_events(
    rows: Int64,
    users: Int32,
    items: Int32,
    offset: Float32,
    user_bias: Float32,
    item_bias: Float32,
    user_factors: Float32,
    item_factors: Float32,
    pool: Int32,
    negatives: int,
    rate: np.float32,
    pull: np.float32,
    user_pace: Float32,
    user_bias_pace: Float32,
    item_pace: Float32,
    item_bias_pace: Float32,
    shared_pace: np.float32,
    random: Random,
    frozen: bool,
) -> float:
    """A step for each event and for each of the random items set against it; the sum of their log losses.

    Where everything but the people is ``frozen``, only their biases and vectors change. A pace is what the steps of a
    person (U,), of an item (I,), of the bias of either, or of the offset are multiplied by.
    """
    d = item_factors.shape[1]
    one = np.float32(1)
    c = offset[0]
    loss = 0.0
    drawn = np.empty((2, 1 + negatives), np.int64)  # the items of this event and of the next, which are on their way
    for step in range(len(rows) + 1):
        if step < len(rows):
            _draw(rows, step, users, items, user_factors, item_factors, pool, drawn[step % 2], random)
        if step == 0:
            continue
        u = users[rows[step - 1]]
        p = user_factors[u]
        user_rate = rate * user_pace[u]
        odds = 1.0
        for sample in range(1 + negatives):
            i = drawn[(step - 1) % 2, sample]
            sign = one if sample == 0 else -one
            q = item_factors[i]
            x = c + user_bias[u] + item_bias[i]
            for f in range(d):
                x += p[f] * q[f]
            # The loss is softplus(-margin) = max(-margin, 0) + log(1 + small); small cannot overflow. The factors
            # 1 + small <= 2 are multiplied up: one logarithm an event.
            margin = sign * x
            small = np.exp(-abs(margin))
            loss += max(-margin, np.float32(0))
            odds *= one + small
            error = sign * (small if margin > 0 else one) / (one + small)  # sign * sigmoid(-margin)
            user_bias[u] += rate * user_bias_pace[u] * (error - pull * user_bias[u])
            if frozen:
                for f in range(d):
                    p[f] += user_rate * (error * q[f] - pull * p[f])
                continue
            item_rate = rate * item_pace[i]
            for f in range(d):
                p_f, q_f = p[f], q[f]
                p[f] = p_f + user_rate * (error * q_f - pull * p_f)
                q[f] = q_f + item_rate * (error * p_f - pull * q_f)
            item_bias[i] += rate * item_bias_pace[i] * (error - pull * item_bias[i])
            c += rate * shared_pace * (error - pull * c)
        loss += np.log(odds)
    if not frozen:
        offset[0] = c
    return loss
