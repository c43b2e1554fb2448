"""Laws of events and of histories."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.interactions import Histories, Interactions

N_USERS, N_ITEMS = 5, 7
event = st.tuples(
    st.integers(0, N_USERS - 1),
    st.integers(0, N_ITEMS - 1),
    st.sampled_from([0.0, 0.5, 1.0, 3.0, 5.0]),
    st.integers(-10, 10),
)


def build(rows: list[tuple[int, int, float, int]], timed: bool = True) -> Interactions:
    columns = np.array(rows, dtype=float).reshape(-1, 4)
    return Interactions(
        columns[:, 0].astype(np.int32),
        columns[:, 1].astype(np.int32),
        columns[:, 2].astype(np.float32),
        columns[:, 3].astype(np.int64) if timed else None,
        N_USERS,
        N_ITEMS,
    )


def rows_of(events: Interactions) -> list[tuple[float, ...]]:
    times = events.times if events.times is not None else np.zeros(len(events))
    return [tuple(row) for row in np.column_stack([events.users, events.items, events.values, times]).tolist()]


interactions = st.builds(build, st.lists(event, max_size=25), st.booleans())


@given(interactions, st.data())
def test_a_mask_and_its_positions_take_the_same_events(events: Interactions, data: st.DataObject):
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(events), max_size=len(events))), dtype=bool)
    expected = [row for row, kept in zip(rows_of(events), mask, strict=True) if kept]
    assert rows_of(events.take(mask)) == expected
    assert rows_of(events.take(np.flatnonzero(mask))) == expected


@given(interactions)
def test_a_subset_keeps_declared_sizes_and_types(events: Interactions):
    none = events.take(np.zeros(len(events), dtype=bool))
    assert (len(none), none.n_users, none.n_items) == (0, N_USERS, N_ITEMS)
    assert (none.users.dtype, none.items.dtype, none.values.dtype) == (np.int32, np.int32, np.float32)
    assert (none.times is None) == (events.times is None)


@given(interactions)
def test_the_matrix_holds_every_value_at_its_place(events: Interactions):
    expected = np.zeros((N_USERS, N_ITEMS), dtype=np.float32)
    for user, item, value, _ in rows_of(events):
        expected[int(user), int(item)] += value
    matrix = events.matrix()
    assert matrix.shape == (N_USERS, N_ITEMS)
    assert matrix.dtype == np.float32
    assert np.array_equal(matrix.toarray(), expected)
    assert np.array_equal(Histories.from_interactions(events).matrix().toarray(), expected)


@given(interactions)
def test_counts_are_of_all_declared_users_and_items(events: Interactions):
    assert events.user_counts().tolist() == [events.users.tolist().count(user) for user in range(N_USERS)]
    assert events.item_counts().tolist() == [events.items.tolist().count(item) for item in range(N_ITEMS)]


@pytest.mark.parametrize(("user", "item"), [(5, 0), (-1, 0), (0, 7), (0, -1)])
def test_an_index_outside_the_declared_sizes_is_refused(user: int, item: int):
    with pytest.raises(ValueError, match="outside"):
        build([(user, item, 1.0, 0)])


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="different lengths"):
        Interactions(np.zeros(2, np.int32), np.zeros(1, np.int32), np.zeros(2, np.float32), None, 3, 3)


@given(interactions)
def test_a_history_is_in_time_order_and_equal_times_stay_in_file_order(events: Interactions):
    histories = Histories.from_interactions(events)
    assert len(histories) == N_USERS
    for user in range(N_USERS):
        rows = [row for row in rows_of(events) if row[0] == user]
        rows.sort(key=lambda row: row[3])  # stable, like the law
        items, values = histories.row(user)
        assert items.tolist() == [row[1] for row in rows]
        assert values.tolist() == [row[2] for row in rows]


@given(interactions)
def test_histories_hold_the_times_of_their_events(events: Interactions):
    histories = Histories.from_interactions(events)
    if events.times is None:
        assert histories.times is None
    else:
        assert histories.times is not None
        assert sorted(zip(histories.people(), histories.items, histories.times, strict=True)) == sorted(
            zip(events.users, events.items, events.times, strict=True)
        )


@given(interactions, st.lists(st.integers(0, N_USERS - 1), max_size=12))
def test_take_gives_the_rows_asked_for_in_that_order_and_as_often(events: Interactions, wanted: list[int]):
    histories = Histories.from_interactions(events)
    taken = histories.take(np.array(wanted, dtype=np.int64))
    assert len(taken) == len(wanted)
    for place, user in enumerate(wanted):
        for got, expected in zip(taken.row(place), histories.row(user), strict=True):
            assert got.tolist() == expected.tolist()
        if histories.times is not None:
            assert taken.times is not None
            span = slice(histories.indptr[user], histories.indptr[user + 1])
            assert taken.times[taken.indptr[place] : taken.indptr[place + 1]].tolist() == histories.times[span].tolist()


@given(interactions, st.integers(1, N_USERS + 2))
def test_batches_together_are_the_whole(events: Interactions, size: int):
    histories = Histories.from_interactions(events)
    batches = list(histories.batches(size))
    assert [len(batch) for batch in batches[:-1]] == [size] * (len(batches) - 1)
    assert sum(len(batch) for batch in batches) == N_USERS
    assert np.concatenate([batch.items for batch in batches]).tolist() == histories.items.tolist()
    assert np.concatenate([batch.lengths() for batch in batches]).tolist() == histories.lengths().tolist()


def test_rows_written_by_hand_may_be_empty_and_keep_zeros():
    histories = Histories.of([([2, 0], [0.0, 4.0]), ([], []), ([1], [5.0])], n_items=3)
    assert histories.lengths().tolist() == [2, 0, 1]
    assert histories.people().tolist() == [0, 0, 2]
    assert histories.row(0)[1].tolist() == [0.0, 4.0]
    assert histories.row(1)[0].tolist() == []
    assert histories.matrix().toarray().tolist() == [[4.0, 0.0, 0.0], [0.0, 0.0, 0.0], [0.0, 5.0, 0.0]]


def test_nobody_at_all_is_a_legal_set_of_histories():
    histories = Histories.of([], n_items=3)
    assert len(histories) == 0
    assert histories.matrix().shape == (0, 3)
    assert list(histories.batches(4)) == []


@pytest.mark.parametrize(("times", "told"), [(None, False), ([5, 5], False), ([5, 6], True)])
def test_only_times_that_differ_tell_an_order(times, told):
    columns = np.zeros(2, np.int32), np.array([0, 1], np.int32), np.ones(2, np.float32)
    events = Interactions(*columns, None if times is None else np.array(times), 1, 2)
    assert events.has_order is told
