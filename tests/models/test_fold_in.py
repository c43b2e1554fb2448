"""Recommendations for people whom a model never met, from their history, against learning anew with that history.

``pytest -rP tests/models/test_fold_in.py`` prints for each model how well the two agree; ``benchmarks.fold_in`` prints
what the difference costs on real data.
"""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models import MODELS, Ability, Recommender
from recsys_core.models.two_tower_config import TwoTowerConfig
from recsys_core.training.context import FitContext
from recsys_core.types import Feedback, Float32, Int32
from tests import worlds

N_USERS, N_ITEMS = 150, 60
STRANGERS: Int32 = np.arange(120, N_USERS, dtype=np.int32)
SMALL = {"embedding_size": 8, "product_size": 4, "tower": (16,), "hidden_size": 16}
QUICK = {"epochs": 15, "batch_size": 128, "learning_rate": 0.015}  # where learning goes in batches, which is slow
TOWERS = QUICK | {"batch_size": 16}  # people, and layers above what they met
LEAST_AGREEMENT, LEAST_LOSS = 0.75, 0.25  # trainings with two seeds agree by 0.77 or more

Settings = dict[str, Any]


def variants() -> list[Any]:
    """Every model that answers for a history, and once more for ratings where it can learn either."""
    rows = []
    for model in MODELS:
        fields = model.Config.model_fields
        quick = TOWERS if issubclass(model.Config, TwoTowerConfig) else QUICK
        wanted = SMALL | (quick if "batch_size" in fields else {})
        settings = {name: value for name, value in wanted.items() if name in fields}
        if Ability.HISTORY in model.info.abilities:
            rows.append(pytest.param(model, settings, id=model.info.key))
            if "objective" in fields:
                rows.append(pytest.param(model, settings | {"objective": "rating"}, id=f"{model.info.key}-rating"))
    return rows


@cache
def rated_world() -> Dataset:
    """Ratings by biases and two tastes."""
    return worlds.planted_ratings(np.random.default_rng(3), N_USERS, N_ITEMS).dataset


@cache
def chosen_world() -> Dataset:
    """Events by two tastes, and by how popular an item is; texts tell roughly which taste an item is for."""
    rng = np.random.default_rng(3)
    tastes, kinds = rng.normal(0, 1, (N_USERS, 2)), rng.normal(0, 1, (N_ITEMS, 2))
    appeal = 2 * tastes @ kinds.T + rng.normal(0, 0.5, N_ITEMS) - 1.5
    users, items = np.nonzero(rng.random(appeal.shape) < 1 / (1 + np.exp(-appeal)))
    rows = list(
        zip(users.tolist(), items.tolist(), [1.0] * len(users), rng.permutation(len(users)).tolist(), strict=True)
    )
    made = worlds.dataset(rows, N_USERS, N_ITEMS, feedback=Feedback.IMPLICIT, name="planted choices")
    texts = [" ".join(f"taste{side}level{round(kind)}" for side, kind in enumerate(row)) for row in kinds]
    return replace(made, item_table=made.item_table.assign(text=pd.Series(texts, dtype=object)))


def agreement(model: Recommender, known: Histories, scores: Float32, others: Float32) -> float:
    """Correlation of two tables of scores (B, I) over what people do not know: of each person, as only that counts for
    a list, mean over people; of ratings over all people at once, as their level counts too."""
    unknown = known.matrix().toarray() == 0
    if Ability.RATING in model.abilities:
        return float(np.corrcoef(scores[unknown], others[unknown])[0, 1])
    rows = zip(scores, others, unknown, strict=True)
    return float(np.mean([np.corrcoef(one[shown], other[shown])[0, 1] for one, other, shown in rows]))


@pytest.mark.parametrize(("model_class", "settings"), variants())
def test_a_history_is_answered_as_if_it_had_been_learned(model_class: type[Recommender], settings: Settings):
    model, retrained = (model_class(model_class.Config(**settings)) for _ in range(2))
    dataset = rated_world() if model.info.needs_ratings or Ability.RATING in model.abilities else chosen_world()
    events = dataset.interactions
    known = Histories.from_interactions(events).take(STRANGERS)
    model.fit(dataset.with_interactions(events.take(~np.isin(events.users, STRANGERS))), FitContext(seed=1))
    learned = retrained.fit(dataset, FitContext(seed=1)).score(STRANGERS)

    folded = model.score_histories(known)
    agreed = agreement(model, known, folded, learned)
    exchanged = agreement(model, known, np.roll(folded, 1, axis=0), learned)
    print(f"{model.title}: correlation {agreed:.3f}, with somebody else's history {exchanged:.3f}")  # noqa: T201
    assert agreed >= LEAST_AGREEMENT
    if not np.allclose(folded, folded[0]):  # the same for everybody: nothing to exchange
        assert exchanged <= agreed - LEAST_LOSS
