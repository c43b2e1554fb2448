"""A point of a learning curve: what fails does not count, and who knows nothing says nothing."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.errors import ModelError
from recsys_core.models import GMF, Popularity, Recommender
from recsys_core.models.als import ALS
from recsys_core.models.ease import EASE
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.training.context import FitContext
from recsys_core.transfer.adapting import Source
from recsys_core.transfer.measuring import (
    EASE_ARM,
    JUDGED_BY,
    POPULARITY,
    SCRATCH,
    TRANSFER,
    Attempt,
    attempts,
    figures,
    ignorant,
    measure,
)
from recsys_core.transfer.plan import Plan, Way
from tests import worlds
from tests.transfer import pairs

NOBODY = np.empty(0, dtype=np.int64)
RANDOM = SplitRecipe(key="random")
PARTS = split(worlds.two_camps(40).dataset, RANDOM)


def fails(*_):
    raise ModelError("It does not fit.", "", "does-not-fit")


BROKEN = Attempt("broken", fails)
POPULAR = Attempt("popular", lambda parts, _: Popularity().fit(parts.train))
LEARNS = Attempt("learns", lambda parts, context: GMF(GMF.Config(epochs=3)).fit(parts.train, context))


def test_an_attempt_that_fails_is_noted_and_the_next_one_is_taken():
    about, per_user, lists = measure(SCRATCH, [BROKEN, POPULAR], PARTS, 1.0, 0, FitContext(), NOBODY)
    assert (about.chosen, about.tried["broken"]) == ("popular", None)
    assert about.tried["popular"] is not None
    assert lists.shape == (len(per_user["ndcg@10"].users), 10)
    with pytest.raises(ModelError, match="does not fit"):
        measure(SCRATCH, [BROKEN, BROKEN], PARTS, 1.0, 0, FitContext(), NOBODY)


def test_with_nothing_to_validate_on_the_first_that_does_not_fail_is_taken():
    about, _, _ = measure(TRANSFER, [BROKEN, POPULAR, LEARNS], replace_valid(), 1.0, 0, FitContext(), NOBODY)
    assert (about.chosen, dict(about.tried)) == ("popular", {"broken": None, "popular": None})


def replace_valid():
    """The split without validation events."""
    return replace(PARTS, roles=np.where(PARTS.roles == 1, 0, PARTS.roles).astype(np.int8))


def test_epochs_are_those_of_what_was_chosen_and_the_curve_that_of_what_races():
    longer = Attempt("longer", lambda parts, context: GMF(GMF.Config(epochs=4)).fit(parts.train, context), races=True)
    about, _, _ = measure(SCRATCH, [LEARNS, POPULAR], PARTS, 1.0, 0, FitContext(), NOBODY)
    assert len(about.curve) == 0
    about, _, _ = measure(SCRATCH, [replace(LEARNS, races=True), longer], PARTS, 1.0, 0, FitContext(), NOBODY)
    assert len(about.curve) == 3
    assert about.epochs == (3 if about.chosen == "learns" else 4)
    seconds = [one for one, _ in about.curve]
    assert seconds == sorted(seconds)


def test_who_knows_nothing_does_as_chance_does():
    """Of 20 items each person is shown ten of those that are left, in random order."""
    per_user, _ = figures(ignorant(PARTS), PARTS, PARTS, NOBODY)
    recall = per_user["recall@10"]
    left = 20 - PARTS.test.hidden.lengths()[recall.users]
    assert np.allclose(recall.numerator, np.minimum(1, 10 / left))


def test_without_an_event_only_a_transfer_makes_its_attempts():
    about, per_user, _ = measure(SCRATCH, [BROKEN], PARTS, 0.0, 0, FitContext(), NOBODY)
    assert (about.chosen, about.events) == ("nothing known", 0)
    with pytest.raises(ModelError):
        measure(TRANSFER, [BROKEN], PARTS, 0.0, 0, FitContext(), NOBODY)
    for arm, chosen in ((POPULARITY, "nothing known"), (TRANSFER, "made")):
        assert measure(arm, [always(1.0)], PARTS, 0.0, 0, FitContext(), NOBODY)[0].chosen == chosen
    assert len(per_user["ndcg@10"].users) == len(PARTS.test.warm_users)


def always(levels: float, name: str = "made") -> Attempt:
    """A model that puts items in the order of their popularity in the whole world, times a level."""

    def make(parts: Split, context: FitContext) -> Recommender:
        model = ignorant(parts)
        model.counts = (levels * parts.dataset.interactions.item_counts()).astype(np.float32)  # type: ignore[attr-defined]
        return model

    return Attempt(name, make)


def stray_target() -> Split:
    return split(pairs.shared_items(stray=True).target, RANDOM)


def test_what_is_clearly_better_on_the_validation_events_is_chosen_and_what_fails_is_not():
    full = split(pairs.shared_items().target, RANDOM)
    good = attempts(EASE_ARM, Source(EASE(), {}, (), full.train, 0), pairs.shared_items().match, [Plan()])[0]
    about = measure(SCRATCH, [always(1.0), BROKEN, good], full, 1.0, 0, FitContext(), NOBODY)[0]
    assert about.chosen == good.title
    assert about.tried["broken"] is None
    assert about.tried[good.title] > about.tried["made"]  # type: ignore[operator]
    with pytest.raises(ModelError, match="does not fit"):
        measure(SCRATCH, [BROKEN], full, 1.0, 0, FitContext(), NOBODY)


def test_what_is_as_good_does_not_replace_what_came_first():
    tries = [always(1.0, "first"), always(2.0, "second")]
    assert measure(SCRATCH, tries, stray_target(), 1.0, 0, FitContext(), NOBODY)[0].chosen == "first"


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
