"""Counts over time: buckets that people can take in, whatever the times are."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.interactions import Interactions
from recsys_core.data.profiling.timeline import DAY, MOST_BUCKETS, Timeline, timeline

YEAR_1, YEAR_9999 = -62_135_596_800, 253_402_300_799


def seconds(*date: int) -> int:
    return int(datetime(*date, tzinfo=UTC).timestamp())


def told(rows: list[tuple[int, int]], n_users: int = 10) -> Timeline:
    """The timeline of events (user, time)."""
    users, times = np.array(rows).T
    found = timeline(
        Interactions(
            users.astype(np.int32),
            np.zeros(len(rows), np.int32),
            np.ones(len(rows), np.float32),
            times.astype(np.int64),
            n_users,
            1,
        )
    )
    assert found is not None
    return found


def test_months_with_their_people():
    line = told(
        [
            (0, seconds(2020, 1, 1)),
            (0, seconds(2020, 1, 1, 9)),
            (1, seconds(2020, 1, 20)),
            (0, seconds(2020, 3, 2)),
            (2, seconds(2020, 3, 3)),
            (2, seconds(2022, 12, 31, 12)),
        ]
    )
    assert line.unit == "month"
    assert len(line.events) == 36
    assert line.events[:4].tolist() == [3, 0, 2, 0]
    assert line.active[:4].tolist() == [2, 0, 2, 0]
    assert line.new[:4].tolist() == [2, 0, 1, 0]
    assert (line.active[-1], line.new[-1]) == (1, 0)
    assert line.labels[0] == "January 2020"
    assert line.whole.all()
    assert (line.days, line.days_with_events) == (1096, 5)
    assert line.active_a_day == pytest.approx(5 / 1096)
    assert line.busiest_day == (seconds(2020, 1, 1), 2)
    assert line.as_json()["starts"][2] == "2020-03-01T00:00:00Z"


@pytest.mark.parametrize(
    ("span", "unit"),
    [
        (0, "minute"),
        (79 * 60, "minute"),
        (4 * 3600, "ten-minute span"),
        (DAY, "hour"),
        (10 * DAY, "six-hour span"),
        (60 * DAY, "day"),
        (500 * DAY, "week"),
        (2000 * DAY, "month"),
        (5000 * DAY, "quarter"),
        (20_000 * DAY, "year"),
        (200_000 * DAY, "decade"),
        (3_000_000 * DAY, "century"),
    ],
)
def test_the_unit_follows_the_span(span, unit):
    start = seconds(1000, 1, 1)
    assert told([(0, start), (1, start + span)]).unit == unit


def test_weeks_begin_on_monday():
    line = told([(0, seconds(2024, 1, 3)), (0, seconds(2025, 3, 3))])
    assert line.unit == "week"
    assert datetime.fromtimestamp(line.edges[0], UTC) == datetime(2024, 1, 1, tzinfo=UTC)
    assert line.labels[0] == "week of 1 Jan 2024"


def test_a_last_month_that_was_cut_off_is_not_whole():
    line = told([(0, seconds(2020, 1, 1)), (0, seconds(2022, 12, 10))])
    assert (line.whole[0], line.whole[-1]) == (True, False)
    assert line.whole[1:-1].all()


def test_a_stray_of_1970_does_not_squeeze_the_rest():
    rows = [(n % 7, seconds(2021, 1, 1) + n * DAY // 10) for n in range(400)]
    line = told([*rows, (9, 0)])
    assert (line.unit, line.outside) == ("day", 1)
    assert (line.events.sum(), line.events.max()) == (400, 10)
    assert (line.days, line.active.max()) == (40, 7)


def test_times_that_spread_evenly_have_no_strays():
    assert told([(0, n * DAY) for n in range(3000)]).outside == 0


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(YEAR_1, YEAR_9999)), min_size=1, max_size=30)
    | st.lists(st.tuples(st.integers(0, 4), st.integers(10**9, 10**9 + 10**6)), min_size=1, max_size=30)
)
def test_every_event_and_every_person_is_counted_once(rows):
    line = told(rows, 5)
    assert 1 <= len(line.events) <= (100 if line.unit == "century" else MOST_BUCKETS)
    assert line.events.sum() + line.outside == len(rows)
    inside = [(user, time) for user, time in rows if line.edges[0] <= time < line.edges[-1]]
    assert line.new.sum() == len({user for user, _ in inside})
    places = [(int(np.searchsorted(line.edges, time, side="right")) - 1, user) for user, time in inside]
    assert line.active.tolist() == [sum(place == at for at, _ in set(places)) for place in range(len(line.events))]
    assert line.active_a_day * line.days == pytest.approx(len({(user, time // DAY) for user, time in inside}))
    assert len(line.labels) == len(line.events)
