"""Two data sets as one: every event once, nobody taken for somebody else."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.transfer.joining import join
from recsys_core.transfer.match import Match
from recsys_core.types import Feedback
from tests import worlds
from tests.transfer.pairs import matched


def made(events: set[tuple[int, int]], people: int, items: int, name: str, value: float) -> Dataset:
    rows = [(user, item, value, 7) for user, item in sorted(events)]
    return worlds.dataset(rows, people, items, name=name, scale=Scale(1.0, 5.0, 1.0))


@st.composite
def two(draw: st.DrawFn) -> tuple[Dataset, Dataset, Match]:
    sizes = [draw(st.integers(1, 6)) for _ in range(4)]
    events = [
        draw(st.sets(st.tuples(st.integers(0, people - 1), st.integers(0, items - 1)), min_size=1))
        for people, items in (sizes[:2], sizes[2:])
    ]
    source, target = made(events[0], *sizes[:2], "source", 2.0), made(events[1], *sizes[2:], "target", 4.0)
    return source, target, matched(*(draw(places(n, of)) for n, of in ((sizes[2], sizes[0]), (sizes[3], sizes[1]))))


def places(n: int, of: int) -> st.SearchStrategy[list[int]]:
    """For each of n its place among so many others, no two the same, −1 where there is none."""
    order = st.permutations([*range(of), *[-1] * n])
    return order.map(lambda places: list(places[:n]))


@given(two())
def test_every_event_is_there_once_and_the_targets_stays(case: tuple[Dataset, Dataset, Match]):
    source, target, match = case
    both = join(source, target, match)
    mine = set(zip(target.interactions.users.tolist(), target.interactions.items.tolist(), strict=True))
    theirs = {
        (int(both.people[user]), int(both.items[item]))
        for user, item in zip(source.interactions.users, source.interactions.items, strict=True)
    }
    events = both.dataset.interactions
    found = dict(
        zip(zip(events.users.tolist(), events.items.tolist(), strict=True), events.values.tolist(), strict=True)
    )
    assert len(found) == len(events)
    assert found == dict.fromkeys(theirs, 2.0) | dict.fromkeys(mine, 4.0)


@given(two())
def test_people_and_items_count_once_and_translate_back(case: tuple[Dataset, Dataset, Match]):
    source, target, match = case
    both = join(source, target, match)
    data = both.dataset
    assert data.n_users == target.n_users + source.n_users - match.n_people
    assert data.n_items == target.n_items + source.n_items - match.n_items
    for places, known, n_target, n_all in (
        (both.people, match.people, target.n_users, data.n_users),
        (both.items, match.items, target.n_items, data.n_items),
    ):
        assert len(set(places.tolist())) == len(places)
        assert set(range(n_target)) | set(places.tolist()) == set(range(n_all))
        shared = np.flatnonzero(known >= 0)
        assert (places[known[shared]] == shared).all()
    assert list(data.user_ids.values[: target.n_users]) == list(target.user_ids.values)
    assert len(set(data.item_ids.values)) == data.n_items
    assert len(set(data.user_ids.values)) == data.n_users


def test_an_id_that_means_something_else_gets_a_mark():
    source, target = made({(0, 0)}, 1, 2, "source", 2.0), made({(0, 0)}, 1, 2, "target", 4.0)
    both = join(source, target, matched([-1], [-1, -1]))
    assert list(both.dataset.user_ids.values) == ["u0", "u0′"]
    assert list(both.dataset.item_ids.values) == ["i0", "i1", "i0′", "i1′"]
    assert list(both.dataset.item_table["title"]) == ["i0", "i1", "i0", "i1"]


def test_ratings_move_to_the_scale_of_the_target():
    source = worlds.dataset([(0, 0, 1.0, 1), (0, 1, 5.0, 1), (0, 2, 10.0, 1)], 1, 3, scale=Scale(1.0, 10.0, 1.0))
    target = worlds.dataset([(0, 0, 3.0, 1)], 1, 1, scale=Scale(1.0, 5.0, 1.0))
    both = join(source, target, matched([-1], [-1])).dataset
    assert both.interactions.values.tolist() == pytest.approx([3.0, 1.0, 1 + 4 * 4 / 9, 5.0])
    assert both.scale == target.scale


def test_where_one_has_no_ratings_all_events_count_as_one():
    source = worlds.dataset([(0, 0, 5.0, 1)], 1, 1)
    target = worlds.dataset([(0, 0, 3.0, 1)], 1, 1, feedback=Feedback.IMPLICIT)
    for one, other in ((source, target), (target, source)):
        both = join(one, other, matched([-1], [-1])).dataset
        assert both.feedback is Feedback.IMPLICIT
        assert both.interactions.values.tolist() == [1.0, 1.0]


def test_where_one_has_no_times_there_are_none():
    source, target = worlds.golden(timed=False), worlds.golden()
    assert join(source, target, matched([-1] * 4, [-1] * 6)).dataset.interactions.times is None
    assert join(target, target, matched([-1] * 4, [-1] * 6)).dataset.interactions.times is not None


def test_attributes_of_one_alone_are_unknown_in_the_other_and_of_different_kinds_left_out():
    source, target = worlds.golden(), worlds.golden()
    source = replace(source, item_table=source.item_table.assign(length=90.0, mood="calm"))
    target = replace(target, item_table=target.item_table.assign(mood=1.0))
    table = join(source, target, matched([-1] * 4, [-1] * 6)).dataset.item_table
    assert "mood" not in table
    assert table["length"].tolist()[6:] == [90.0] * 6
    assert table["length"].isna().tolist() == [True] * 6 + [False] * 6
    assert isinstance(table.index, pd.RangeIndex)
