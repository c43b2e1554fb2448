"""Whom an answer is for, and which way it is found."""

import numpy as np
import pytest

from recsys_core.errors import DataError
from recsys_core.serve.people import Way, person
from recsys_core.splitting import SplitRecipe
from tests.serve.served_runs import implicit, served


@pytest.fixture(scope="module")
def run():
    return served("als")


def test_the_model_has_learned_from_them(run):
    found = person(run, "u4", [])
    assert (found.way, found.user, found.told) == (Way.KNOWN, 4, None)
    assert set(found.met) == set(run.known.row(4)[0])


def test_a_history_is_read_where_nobody_is_named_or_known(run):
    for identifier in (None, "nobody"):
        found = person(run, identifier, [(3, 5.0), (7, 2.0)])
        assert found.way is Way.HISTORY
        assert found.told.items.tolist() == [3], "what was rated low is no choice for a model that ranks"
        assert found.met.tolist() == [3, 7]


def test_the_history_of_a_known_person_only_hides(run):
    item = int(np.setdiff1d(np.arange(60), run.known.row(4)[0])[0])
    found = person(run, "u4", [(item, 5.0)])
    assert found.way is Way.KNOWN
    assert item in found.met
    assert set(run.known.row(4)[0]) < set(found.met)


def test_popularity_says_why(run):
    assert person(run, "nobody", []).why == "Popularity, because this person is unknown and no history was given."
    assert person(run, "nobody", [(3, 1.0)]).why == "Popularity, because nothing in the history counts as liked."


def test_somebody_of_the_data_whom_the_model_never_met_is_read_by_what_is_known():
    run = served("als", SplitRecipe(key="user-folds"), implicit())
    stranger = int(run.split.test.strangers[0])
    found = person(run, f"u{stranger}", [])
    assert found.way is Way.HISTORY
    assert found.told.items.tolist() == run.known.row(stranger)[0].tolist()
    assert "has not learned from this person" in found.why
    told = person(run, f"u{stranger}", [(3, None)])
    assert told.told.items.tolist() == [3]


def test_somebody_of_the_data_of_whom_nothing_is_known_gets_what_most_people_met():
    run = served("als", SplitRecipe(key="global-temporal"))
    nothing = np.flatnonzero(run.known.lengths() == 0)
    assert len(nothing), "the world has no such person"
    assert (
        person(run, f"u{nothing[0]}", []).why
        == "Popularity, because nothing is known of this person and no history was given."
    )


def test_what_cannot_be_meant(run):
    with pytest.raises(DataError, match="Nobody is named"):
        person(run, None, [])
    with pytest.raises(DataError, match="outside the scale"):
        person(run, None, [(3, 6.0)])
    with pytest.raises(DataError, match="twice"):
        person(run, None, [(3, 5.0), (3, 4.0)])
