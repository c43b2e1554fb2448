"""A point of a learning curve: what fails does not count, and who knows nothing says nothing."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.errors import ModelError
from recsys_core.models import GMF, Popularity
from recsys_core.splitting import SplitRecipe, split
from recsys_core.training.context import FitContext
from recsys_core.transfer.measuring import SCRATCH, TRANSFER, Attempt, figures, ignorant, measure
from tests import worlds

NOBODY = np.empty(0, dtype=np.int64)
PARTS = split(worlds.two_camps(40).dataset, SplitRecipe(key="random"))


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
    assert len(per_user["ndcg@10"].users) == len(PARTS.test.warm_users)
