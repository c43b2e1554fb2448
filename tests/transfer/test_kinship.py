"""How much two data sets have in common."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.content import static_text
from recsys_core.data.dataset import Dataset, Scale
from recsys_core.errors import ContentError
from recsys_core.transfer.kinship import Kinship, kinship, profile_likeness
from recsys_core.transfer.matching import match
from recsys_core.types import Feedback
from tests import worlds
from tests.transfer.catalogues import LAW, SEA, catalogue, numbered

COUNTS = st.lists(st.integers(0, 60), min_size=1, max_size=40).map(np.array)
SHARES = st.floats(0, 1)
MAYBE = st.none() | SHARES


def kin(source: Dataset, target: Dataset) -> Kinship:
    return kinship(source, target, match(source, target))


def made(
    items: float = 0.5,
    people: float = 0.0,
    texts: float | None = None,
    pictures: float | None = None,
    activity: float = 0.8,
    popularity: float = 0.8,
    scales: tuple[str, str] = ("events without ratings", "events without ratings"),
) -> Kinship:
    return Kinship(3, 10, people, 5, 10, items, texts, pictures, activity, popularity, scales)


def test_the_same_data_are_the_nearest_kin():
    found = kin(worlds.golden(), worlds.golden())
    assert found.score == 1
    assert found.reasons[0] == "6 of 6 items are the same: 100 % of the events."
    assert found.reasons[1] == "4 of 4 people are the same: 100 % of the events."


def test_data_that_share_nothing_are_hardly_kin():
    other = replace(catalogue(["Emma", "Persuasion"], events=[4, 2]), feedback=Feedback.IMPLICIT, scale=None)
    found = kin(other, worlds.golden())
    assert found.score < 0.15
    assert found.reasons[0] == "No item is known to be in both."
    assert found.reasons[1] == "No person is known to be in both."


def test_shares_are_of_the_events_of_the_target():
    source = catalogue(["Heat (1995)"], events=[1], name="source")
    target = catalogue(["Heat (1995)", "Babe (1995)", "Fargo (1996)"], events=[6, 2, 2], name="target")
    found = kin(source, target)
    assert (found.items, found.of_items, found.items_events) == (1, 3, 0.6)
    assert found.reasons[0] == "1 of 3 items is the same: 60 % of the events."


def test_other_scales_are_told():
    halves = replace(worlds.golden(), scale=Scale(0.5, 5, 0.5))
    found = kin(halves, worlds.golden())
    assert not found.same_scale
    assert (
        "The source has ratings from 0.5 to 5 in steps of 0.5, this data set ratings from 1 to 5 in steps of 1."
        in found.reasons
    )
    assert found.score < 1
    assert "Both have events without ratings." in kin(*[worlds.golden(feedback=Feedback.IMPLICIT)] * 2).reasons


def test_without_texts_it_is_said_that_they_cannot_be_compared():
    found = kin(numbered(30), numbered(30, seed=1))
    assert found.texts is None
    assert "What is written about the items cannot be compared." in found.reasons


def test_without_the_encoder_texts_are_not_compared(monkeypatch: pytest.MonkeyPatch):
    def missing(*_: object) -> None:
        raise ContentError("it is not installed", "install it")

    monkeypatch.setattr(static_text, "file_of", missing)
    titles = [f"Film {number}" for number in range(40)]
    assert kin(catalogue(titles), catalogue(titles)).texts is None


def test_an_empty_data_set_is_no_kin_and_no_crash():
    nothing = worlds.dataset([], 0, 0)
    for one, other in ((nothing, worlds.golden()), (worlds.golden(), nothing), (nothing, nothing)):
        assert 0 <= kin(one, other).score <= 1


def test_items_and_people_count_most():
    alike = made(0.0, texts=1.0, pictures=1.0, activity=1.0, popularity=1.0)
    assert made(0.6, activity=0, popularity=0, scales=("a", "b")).score > alike.score
    assert made(0.0, people=0.9, activity=0, popularity=0, scales=("a", "b")).score > alike.score


@given(SHARES, SHARES, MAYBE, MAYBE, SHARES, SHARES, st.booleans())
def test_the_score_is_a_share_and_whole_for_the_same_data(
    items: float,
    people: float,
    texts: float | None,
    pictures: float | None,
    activity: float,
    popularity: float,
    same: bool,
):
    found = made(items, people, texts, pictures, activity, popularity, ("a", "a" if same else "b"))
    assert 0 <= found.score <= 1 + 1e-12
    assert replace(found, items_events=1.0).score >= found.score
    assert replace(found, people_events=1.0).score >= found.score
    assert all(reason.endswith(".") and "nan" not in reason for reason in found.reasons)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), min_size=1, max_size=60, unique=True))
def test_any_data_are_their_own_nearest_kin(cells: list[tuple[int, int]]):
    data = worlds.dataset([(user, item, 3.0, 0) for user, item in cells], 9, 9)
    assert kin(data, data).score == pytest.approx(1)


@given(COUNTS, COUNTS)
def test_likeness_of_profiles_is_a_share_and_the_same_both_ways(one: np.ndarray, other: np.ndarray):
    found = profile_likeness(one, other)
    assert 0 <= found <= 1 + 1e-12
    assert found == pytest.approx(profile_likeness(other, one))
    assert profile_likeness(one, one) == 1


def test_profiles_are_relative_to_the_mean():
    counts = np.arange(100, 400)
    assert profile_likeness(counts, 10 * counts) > 0.99
    assert profile_likeness(np.full(50, 7), np.full(90, 1000)) > 0.4
    steep = np.geomspace(1, 1000, 300).astype(int)
    assert profile_likeness(counts, steep) < 0.7


def test_near_means_of_small_counts_are_near():
    """Two data sets of few events a person, where a step of 1 is as much as the mean."""
    rng = np.random.default_rng(0)
    assert profile_likeness(1 + rng.poisson(1.0, 2000), 1 + rng.poisson(1.1, 2000)) > 0.9


def test_it_is_kept_and_read_again():
    found = made(0.58, texts=0.5)
    assert Kinship.from_json(found.as_json()) == found
    assert found.as_json()["score"] == found.score
    with pytest.raises((KeyError, ValueError, TypeError)):
        Kinship.from_json({"people": 1})


def test_percents_do_not_round_to_nothing_or_all():
    assert "less than 1 % of the events" in made(0.001).reasons[0]
    assert "99 % of the events" in made(0.9999).reasons[0]
    assert "100 % of the events" in made(1.0).reasons[0]


def described(words: tuple[str, ...], n: int, seed: int) -> Dataset:
    """Items without titles, each with a text of eight of these words."""
    rng = np.random.default_rng(seed)
    texts = [" ".join(rng.choice(words, 8)) for _ in range(n)]
    made = catalogue([""] * n, name=str(seed))
    return replace(made, item_table=made.item_table.assign(text=pd.Series(texts, dtype=object)))


def test_texts_of_one_world_mix_and_those_of_two_do_not():
    one, same, other = described(SEA, 100, 0), described(SEA, 70, 1), described(LAW, 100, 2)
    near, far = kin(one, same), kin(one, other)
    assert near.texts is not None
    assert near.texts > 0.7
    assert far.texts == 0
    assert near.score > far.score
    assert kin(same, one).texts == near.texts
