"""A transfer helps in worlds where something carries over, and is not said to help in those where nothing does."""

from collections.abc import Sequence

import numpy as np
import pytest

from recsys_core.errors import ModelError
from recsys_core.models import Recommender
from recsys_core.models.als import ALS
from recsys_core.models.content_model import ContentModel
from recsys_core.models.ease import EASE
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.training.context import FitContext
from recsys_core.transfer.adapting import Source, plans_to_try
from recsys_core.transfer.evidence import Evidence, Point
from recsys_core.transfer.measuring import (
    ARMS,
    EASE_ARM,
    JUDGED_BY,
    POPULARITY,
    SCRATCH,
    TRANSFER,
    Attempt,
    attempts,
    ignorant,
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


def always(levels: float, name: str = "made") -> Attempt:
    """A model that puts items in the order of their popularity in the whole world, times a level."""

    def make(parts: Split, context: FitContext) -> Recommender:
        model = ignorant(parts)
        model.counts = (levels * parts.dataset.interactions.item_counts()).astype(np.float32)  # type: ignore[attr-defined]
        return model

    return Attempt(name, make)


def fails(parts: Split, context: FitContext) -> Recommender:
    raise ModelError("It does not fit.", "Take another.", "does-not-fit")


def stray_target() -> Split:
    return split(pairs.shared_items(stray=True).target, RANDOM)


def test_what_is_clearly_better_on_the_validation_events_is_chosen_and_what_fails_is_not():
    full = split(pairs.shared_items().target, RANDOM)
    good = attempts(EASE_ARM, Source(EASE(), {}, (), full.train, 0), pairs.shared_items().match, [Plan()])[0]
    about = measure(SCRATCH, [always(1.0), Attempt("broken", fails), good], full, 1.0, 0, FitContext(), NOBODY)[0]
    assert about.chosen == good.title
    assert about.tried["broken"] is None
    assert about.tried[good.title] > about.tried["made"]  # type: ignore[operator]
    with pytest.raises(ModelError, match="It does not fit"):
        measure(SCRATCH, [Attempt("broken", fails)], full, 1.0, 0, FitContext(), NOBODY)


def test_what_is_as_good_does_not_replace_what_came_first():
    tries = [always(1.0, "first"), always(2.0, "second")]
    assert measure(SCRATCH, tries, stray_target(), 1.0, 0, FitContext(), NOBODY)[0].chosen == "first"


def test_without_any_event_only_a_transfer_knows_something():
    full = stray_target()
    for arm, chosen in ((SCRATCH, "nothing known"), (POPULARITY, "nothing known"), (TRANSFER, "made")):
        about = measure(arm, [always(1.0)], full, 0.0, 0, FitContext(), NOBODY)[0]
        assert (about.chosen, about.events) == (chosen, 0)


def test_every_share_judges_the_same_people_on_the_same_events():
    full = stray_target()
    whole, part = (measure(SCRATCH, [always(1.0)], full, share, 0, FitContext(), NOBODY)[1] for share in (1.0, 0.1))
    assert (whole[JUDGED_BY].users == full.test.warm_users).all()
    assert (whole[JUDGED_BY].numerator == part[JUDGED_BY].numerator).all()  # a model that learns nothing from events


def test_training_from_scratch_has_as_many_attempts_as_the_transfer():
    source = Source(ALS(), {}, (), stray_target().train, 5)
    for number in (1, 2, 3):
        plans = [Plan(way=way) for way in (Way.FULL, Way.AS_IT_IS, Way.JOINT)][:number]
        match = pairs.shared_items().match
        assert [len(attempts(arm, source, match, plans)) for arm in (TRANSFER, SCRATCH, EASE_ARM)] == [number] * 3
