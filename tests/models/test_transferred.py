"""Popularity from here and tastes from elsewhere add up as is said, stay as they are on disk, and damage is refused."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models import Recommender
from recsys_core.models.ease import EASE
from recsys_core.models.mf import MF
from recsys_core.models.transferred import Taste, Transferred
from tests import worlds

HERE = worlds.golden()
ITEMS = np.array([3, -1, 0, 7, 1, -1])  # of the six items here, in what was learned from
PEOPLE = np.array([2, -1, -1, 0])
PRIOR = np.log(np.arange(1, 7)).astype(np.float32)
USUAL = np.array([0.1, 0.0, 0.2, 0.3, 0.0, 0.0], dtype=np.float32)
HISTORIES = Histories.of([([], []), ([1], [5.0]), ([0, 3], [4.0, 2.0])], 6)
EVERYBODY = np.arange(4, dtype=np.int32)


@cache
def elsewhere(kind: type[Recommender]) -> Recommender:
    settings = {"epochs": 2, "embedding_size": 4} if kind is MF else {}
    return kind(kind.Config.parse(settings)).fit(worlds.two_camps(12).dataset)


def made(kind: type[Recommender] = EASE) -> Transferred:
    model = elsewhere(kind)
    taste = Taste(model, model.n_items, ITEMS, PEOPLE, USUAL, 2.0)
    return Transferred.of([taste], PRIOR, [0.5], Histories.from_interactions(HERE.interactions))


def test_scores_are_the_prior_and_half_of_the_lift_in_units():
    theirs = elsewhere(EASE).score(np.array([2], dtype=np.int32))[0]
    met = ITEMS >= 0
    wanted = PRIOR.copy()
    wanted[met] += 0.5 * (theirs[ITEMS[met]] - USUAL[met]) / 2.0
    assert made().score(EVERYBODY)[0] == pytest.approx(wanted, abs=1e-5)


def test_whoever_is_not_known_elsewhere_is_told_by_what_was_met_here():
    mine, model = made(), elsewhere(EASE)
    own = Histories.from_interactions(HERE.interactions).take(np.array([1]))
    theirs = model.score_histories(own.translated(ITEMS, model.n_items))[0]
    met = ITEMS >= 0
    wanted = PRIOR.copy()
    wanted[met] += 0.5 * (theirs[ITEMS[met]] - USUAL[met]) / 2.0
    assert mine.score(EVERYBODY)[1] == pytest.approx(wanted, abs=1e-5)
    assert mine.score_histories(own)[0] == pytest.approx(wanted, abs=1e-5)


def test_of_whom_nothing_is_known_that_says_something_popularity_is_left():
    scores = made().score_histories(HISTORIES)
    assert (scores[0] == PRIOR).all()
    assert (scores[1] == PRIOR).all()  # the item that was met is not known elsewhere
    assert (scores[2] != PRIOR).any()


def test_some_items_are_a_part_of_all():
    some = np.array([5, 0], dtype=np.int32)
    assert (made().score(EVERYBODY, some) == made().score(EVERYBODY)[:, some]).all()
    assert (made().score_histories(HISTORIES, some) == made().score_histories(HISTORIES)[:, some]).all()


def test_it_is_not_trained_by_itself():
    with pytest.raises(ModelError, match="is not trained by itself"):
        made().fit(HERE)


@pytest.mark.parametrize("kind", [EASE, MF])
def test_saved_and_read_again_it_is_the_same_bit_by_bit(kind: type[Recommender], tmp_path: Path):
    mine = made(kind)
    mine.save(tmp_path)
    again = Transferred.load(tmp_path)
    assert np.array_equal(again.score(EVERYBODY), mine.score(EVERYBODY))
    assert np.array_equal(again.score_histories(HISTORIES), mine.score_histories(HISTORIES))
    assert again.title == mine.title
    for name, array in mine.arrays().items():
        assert np.array_equal(again.arrays()[name], array), name


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("items", 0, 20),
        ("items", 0, -2),
        ("people", 0, 99),
        ("told.items", 0, 6),
        ("told.items", 0, -1),
        ("told.indptr", 1, 99),
        ("told.indptr", 0, 1),
        ("unit", 0, 0.0),
    ],
)
def test_damaged_arrays_are_refused_in_words(name: str, place: int, value: float):
    mine = made()
    arrays = {key: array.copy() for key, array in mine.arrays().items()}
    arrays[name if name in arrays else f"0.{name}"][place] = value
    with pytest.raises(ModelError, match=f"The array '{name}' of the saved model cannot be used"):
        mine.restore(arrays)


@pytest.mark.parametrize("name", ["prior", "told.indptr", "0.model", "0.unit"])
def test_missing_arrays_are_named(name: str):
    mine = made()
    arrays = mine.arrays()
    name = name if name in arrays else next(key for key in arrays if key.startswith(name))
    arrays.pop(name)
    with pytest.raises(ModelError, match="missing from the saved model"):
        mine.restore(arrays)
