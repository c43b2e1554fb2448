"""Who is in which slice, from what a split knows of the people."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys_core.comparing.cutting import OTHERS, UNKNOWN
from recsys_core.comparing.slices import cuts
from recsys_core.data.dataset import Dataset, blank_user_table
from recsys_core.splitting import KNOWN, TEST, TRAIN, Split, SplitRecipe
from recsys_core.types import Feedback
from tests import worlds

N = 12


def world(*, feedback: Feedback = Feedback.EXPLICIT, timed: bool = True) -> Dataset:
    """Person u has u + 1 known events and one to find. Items 0..12 are action, the others drama and war; item 20 has no
    genre. Events of person u happen on day u."""
    rows = [(user, item, 4.0, 86_400 * user + item) for user in range(N) for item in range(user + 1)]
    rows += [(user, 20, 5.0, 86_400 * user + 100) for user in range(N)]
    made = worlds.dataset(rows, N, 21, feedback=feedback, timed=timed)
    genres = [("Action",)] * 6 + [("Drama", "War")] * 14 + [()]
    made.item_table["genres"] = pd.Series(genres, dtype=object)
    return made


def split_of(dataset: Dataset) -> Split:
    """What everybody is to find is item 20."""
    roles = np.where(dataset.interactions.items == 20, TEST, TRAIN).astype(np.int8)
    return Split(dataset, roles, SplitRecipe(key="random"))


def cut_of(split: Split, key: str, fewest: int = 2, people: np.ndarray | None = None):
    who = np.arange(N) if people is None else people
    return next((cut for cut in cuts(split, who, fewest) if cut.key == key), None)


def test_activity_counts_what_is_known():
    cut = cut_of(split_of(world()), "activity", 4)
    assert cut.names == ("up to 4 ratings", "5 to 8 ratings", "9 or more ratings")
    assert cut.of.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    few = cut_of(split_of(world()), "activity", 2, np.array([0, 3, 7, 9]))
    assert few.names == ("up to 4 ratings", "8 or more ratings")
    implicit = cut_of(split_of(world(feedback=Feedback.IMPLICIT)), "activity", 6)
    assert implicit.names == ("up to 6 events", "7 or more events")


def test_who_knows_what_few_know_has_a_niche_taste():
    """Person 0 knows only item 0, which all twelve know; person 11 knows all items, on average known to 6.5 of 12."""
    cut = cut_of(split_of(world()), "popularity", 6)
    assert cut.names == ("niche, 54 % to 75 %", "mainstream, 79 % or more") or cut.names[0].startswith("niche, ")
    assert cut.of.tolist() == [1] * 6 + [0] * 6
    assert "mean" in cut.meaning


def test_the_main_genre_is_that_of_most_items():
    """Of n items the first six are action; so from the thirteenth on drama would lead, and both are equal at twelve."""
    cut = cut_of(split_of(world()), "genre", 2)
    assert cut is None  # all twelve know six action films or fewer others
    rows = [(user, item, 4.0, 0) for user in range(N) for item in ([0, 1, 7] if user % 2 else [0, 7, 8])]
    rows += [(user, 20, 4.0, 0) for user in range(N)]
    made = replace(world(), interactions=worlds.dataset(rows, N, 21).interactions)
    cut = cut_of(split_of(made), "genre")
    assert cut.names == ("Action", "Drama")
    assert cut.of.tolist() == [1, 0] * 6


def test_without_genres_nobody_is_cut_by_them():
    made = world()
    made.item_table["genres"] = pd.Series([()] * 21, dtype=object)
    assert cut_of(split_of(made), "genre") is None


def test_last_seen_is_the_last_known_event():
    cut = cut_of(split_of(world()), "last-seen", 6)
    assert cut.names == ("until 6 Jan 1970", "from 7 Jan 1970")
    assert cut.of.tolist() == [0] * 6 + [1] * 6
    assert cut_of(split_of(world(timed=False)), "last-seen") is None


def test_people_the_model_never_met_are_apart_where_there_are_both():
    made = world()
    assert cut_of(split_of(made), "met") is None
    roles = split_of(made).roles.copy()
    roles[(made.interactions.users >= 9) & (roles == TRAIN)] = KNOWN
    cut = cut_of(Split(made, roles, SplitRecipe(key="random")), "met", 3)
    assert cut.names == ("met", "never met")
    assert cut.sizes.tolist() == [9, 3]


def with_people(**columns: object) -> Split:
    table = blank_user_table(N).assign(**columns)
    return split_of(replace(world(), user_table=table))


def test_attributes_of_text_numbers_and_dates_are_cut_each_in_its_way():
    split = with_people(
        job=pd.Series(["smith"] * 5 + ["<b>baker</b>"] * 4 + ["x", "y", ""], dtype=object),
        age=[*np.arange(20.0, 31), np.nan],
        since=pd.to_datetime([f"2020-{month:02}-01" for month in range(1, 12)] + [None]).astype("datetime64[s]"),
    )
    job = cut_of(split, "attribute-job")
    assert (job.title, job.names) == ("Job", ("smith", "<b>baker</b>", OTHERS, UNKNOWN))
    assert job.sizes.tolist() == [5, 4, 2, 1]
    age = cut_of(split, "attribute-age", 5)
    assert age.names == ("up to 25", "26 or more", UNKNOWN)
    since = cut_of(split, "attribute-since", 5)
    assert since.names == ("until 1 Jun 2020", "from 1 Jul 2020", UNKNOWN)


def test_attributes_that_tell_nobody_apart_are_left_out():
    split = with_people(
        same=pd.Series(["a"] * N, dtype=object),
        nothing=[np.nan] * N,
        own=pd.Series([f"id {n}" for n in range(N)], dtype=object),
        absent=pd.Series([None] * N, dtype=object),
    )
    assert not [cut for cut in cuts(split, np.arange(N), 2) if cut.key.startswith("attribute")]


def test_twelve_people_are_too_few_for_slices_of_thirty():
    assert cuts(split_of(world()), np.arange(N)) == []


def test_people_who_are_all_equal_are_not_cut():
    rows = [(user, item, 3.0, 0) for user in range(N) for item in (0, 20)]
    made = worlds.dataset(rows, N, 21)
    assert cuts(split_of(made), np.arange(N), 2) == []


@pytest.mark.parametrize("people", [np.arange(N), np.array([1, 4, 5, 8, 10, 11])], ids=["all", "some"])
def test_everybody_is_in_one_slice_of_each_cut(people):
    split = with_people(job=pd.Series(["a", "b", ""] * 4, dtype=object))
    found = cuts(split, people, 2)
    assert len(found) >= 4
    for cut in found:
        assert cut.of.shape == people.shape
        assert cut.sizes.sum() == len(people)
        assert (cut.sizes >= 2).sum() >= 2
    assert len({cut.key for cut in found}) == len(found)


def test_the_slice_of_a_person_does_not_depend_on_who_else_is_asked_about_where_bins_are_alike():
    split = with_people(job=pd.Series(["a", "b"] * 6, dtype=object))
    some = np.array([0, 1, 6, 7])
    everybody = cut_of(split, "attribute-job")
    few = cut_of(split, "attribute-job", people=some)
    assert [few.names[of] for of in few.of] == [everybody.names[of] for of in everybody.of[some]]
