"""A transfer helps in worlds where something carries over, and is not said to help in those where nothing does."""

from collections.abc import Sequence

import numpy as np

from recsys_core.models import Recommender
from recsys_core.models.als import ALS
from recsys_core.models.content_model import ContentModel
from recsys_core.models.ease import EASE
from recsys_core.splitting import SplitRecipe, split
from recsys_core.training.context import FitContext
from recsys_core.transfer.adapting import Source, plans_to_try
from recsys_core.transfer.evidence import Evidence, Point
from recsys_core.transfer.measuring import (
    ARMS,
    attempts,
    measure,
)
from recsys_core.transfer.plan import Plan, Way
from tests.transfer import pairs
from tests.transfer.pairs import Pair

RANDOM = SplitRecipe(key="random")
NOBODY = np.empty(0, dtype=np.int64)
READS = ContentModel.Config(embedding_size=8, content_size=16, epochs=10, learning_rate=0.02)


def measured(
    pair: Pair, model: Recommender, shares: Sequence[float], plans: list[Plan] | None = None, seeds: int = 3
) -> Evidence:
    source = Source.of(model.fit(pair.source, FitContext(seed=1)), pair.source)
    full = split(pair.target, RANDOM)
    plans = plans or plans_to_try(source, pair.match, full.train)
    known = np.flatnonzero(pair.match.people >= 0)
    return Evidence(
        [
            Point(*measure(arm, attempts(arm, source, pair.match, plans), full, share, seed, FitContext(), known))
            for share in shares
            for seed in range(seeds)
            for arm in ARMS
        ]
    )


def test_tastes_carry_over_by_shared_items():
    found = measured(pairs.shared_items(), EASE(), (0.1,))
    assert found.helps() == [0.1], found.lead(0.1, found.rival(0.1))


def test_tastes_carry_over_by_shared_people():
    found = measured(pairs.shared_people(), ALS(ALS.Config(embedding_size=8, epochs=5)), (0.3,))
    assert found.helps() == [0.3], found.lead(0.3, found.rival(0.3))


def test_tastes_carry_over_by_what_is_written_alone():
    found = measured(pairs.shared_words(), ContentModel(READS), (0.1,), [Plan(way=Way.AS_IT_IS)], seeds=5)
    assert found.helps() == [0.1], found.lead(0.1, found.rival(0.1))


def test_where_nothing_carries_over_nothing_is_gained():
    assert not measured(pairs.shared_items(stray=True), EASE(), (0.0, 0.1, 0.5)).helps()
    assert not measured(pairs.other_words(), ContentModel(READS), (0.1,), [Plan(way=Way.AS_IT_IS)]).helps()
