"""Active people against plain pandas, on invented logs with clocks that are set, and on a real one."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.importing import import_ratings
from recsys_core.engagement.activity import (
    MONTH,
    WEEK,
    active,
    events_a_day,
    growth,
    stickiness,
    usual_unit,
    window_of,
)
from recsys_core.engagement.days import UNITS
from recsys_core.engagement.events import Events, events_of
from recsys_core.engagement.person_days import person_days
from tests.data.files import real
from tests.engagement import by_pandas
from tests.engagement.logs import EDGES, around_the_edges, events

FREQS = {"day": "D", "week": "W-SUN", "month": "M"}  # weeks that end on Sunday begin on Monday
DAY = 86_400


def same_as_pandas(data: Events, zone: str) -> None:
    frame = by_pandas.local(data.people, data.times, zone)
    found = person_days(data, zone)
    assert not found.outside
    counts = active(found)
    assert counts.days.astype("M8[D]").tolist() == [day.date() for day in by_pandas.every_day(frame)]
    for ours, window in ((counts.daily, 1), (counts.weekly, WEEK), (counts.monthly, MONTH)):
        assert ours.tolist() == by_pandas.active_in(frame, window).tolist()
    for unit in UNITS:
        theirs = by_pandas.in_periods(frame, FREQS[unit])
        rows = pd.DataFrame(growth(found, unit).rows())
        assert rows[unit].tolist() == theirs["start"].tolist()
        for name in ("active", "new", "returning", "resurrected", "churned"):
            assert rows[name].tolist() == theirs[name].tolist(), (unit, name)
        assert rows["events"].sum() == len(data.times)


@pytest.mark.parametrize("zone", EDGES)
def test_people_are_counted_as_pandas_does_where_clocks_are_set(zone: str) -> None:
    data = around_the_edges(zone, np.random.default_rng(1), n=1500)
    inside = np.abs(data.times - EDGES[zone][0]) < 46 * DAY  # one stretch, so that every day can be walked
    same_as_pandas(Events(data.people[inside], data.times[inside], data.n_people, "event"), zone)


@pytest.mark.realdata
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_a_real_file_is_counted_as_pandas_does(zone: str) -> None:
    data = events_of(import_ratings(real("ml-latest-small/ratings.csv"), "small").dataset)
    assert len(data.times) == 100_836
    frame = by_pandas.local(data.people, data.times, zone)
    found = person_days(data, zone)
    counts = active(found)
    days = by_pandas.every_day(frame)
    pairs = frame.drop_duplicates(["person", "day"])
    daily = pairs.groupby("day").size().reindex(days, fill_value=0)
    assert counts.daily.tolist() == daily.tolist()
    assert np.median(counts.daily[counts.daily > 0]) >= 1
    for ours, window in ((counts.weekly, WEEK), (counts.monthly, MONTH)):
        spread = pd.concat(
            [pairs.assign(day=pairs["day"] + pd.Timedelta(days=late)) for late in range(window)]
        ).drop_duplicates(["person", "day"])
        assert ours.tolist() == spread.groupby("day").size().reindex(days, fill_value=0).tolist()
    for unit in ("week", "month"):
        theirs = by_pandas.in_periods(frame, FREQS[unit])
        rows = pd.DataFrame(growth(found, unit).rows())
        for name in ("active", "new", "returning", "resurrected", "churned"):
            assert rows[name].tolist() == theirs[name].tolist(), (unit, name)


def test_the_books_of_growth_balance() -> None:
    data = around_the_edges("Europe/Berlin", np.random.default_rng(3))
    for unit in UNITS:
        found = growth(person_days(data), unit)
        assert (found.active == found.new + found.returning + found.resurrected).all()
        gone = found.active[:-1] + found.new[1:] + found.resurrected[1:] - found.churned[1:]
        assert (found.active[1:] == gone).all()
        assert found.new.sum() == len(np.unique(data.people))


def test_stickiness_is_mean_dau_over_mean_mau_with_an_interval_over_people() -> None:
    rng = np.random.default_rng(5)
    habit = rng.uniform(0.05, 0.6, 60)
    there = rng.random((60, 100)) < habit[:, None]
    who, day = np.nonzero(there)
    found = person_days(events(np.repeat(who, 2), np.repeat(day * DAY, 2) + np.tile([60, DAY - 60], len(who))))
    counts = active(found)
    daily, _, monthly = counts.means()
    sticky = stickiness(found)
    assert sticky is not None
    assert sticky.value == pytest.approx(daily / monthly)
    assert counts.daily[27:].mean() == daily
    # people drawn anew, by hand
    covered = np.array([[there[one, max(0, at - 27) : at + 1].any() for at in range(27, 100)] for one in range(60)])
    drawn = rng.integers(0, 60, (2000, 60))
    figures = there[:, 27:].sum(axis=1)[drawn].sum(axis=1) / covered.sum(axis=1)[drawn].sum(axis=1)
    assert (sticky.low, sticky.high) == pytest.approx(np.quantile(figures, (0.025, 0.975)), abs=0.012)
    assert events_a_day(found).value == 2


def test_a_log_of_one_moment_and_one_person() -> None:
    found = person_days(events([0], [1_700_000_000]))
    counts = active(found)
    assert (counts.daily.tolist(), counts.monthly.tolist()) == ([1], [1])
    assert counts.means() == (1, 1, 1)
    assert stickiness(found) is None
    assert events_a_day(found) is not None
    assert events_a_day(found).low is None
    assert growth(found, usual_unit(found)).new.tolist() == [1]
    assert window_of(found) == 1


def test_times_of_1970_and_gaps_of_years_are_left_out_with_a_sentence() -> None:
    start = 1_700_006_400
    good = [start + day * DAY for day in range(40)]
    found = person_days(events([0, 1, *[2] * 40], [0, 5, *good]))
    assert (found.outside, found.n_days, found.n_people) == (2, 40, 3)
    assert "2 events lie more than a year apart" in found.left_out()
    assert "1970" in found.left_out()
    assert found.people.tolist() == [2] * 40
    assert person_days(events([2] * 40, good)).left_out() == ""
    gap = [start, start + 300 * DAY]
    assert person_days(events([0, 0], gap)).n_days == 301


def test_days_that_were_cut_short_count_for_nothing() -> None:
    noon = [day * DAY + DAY // 2 for day in range(30)]
    found = person_days(events([0] * 30, noon))
    assert (found.begins_whole, found.ends_whole, found.last_whole) == (False, False, 28)
    whole = growth(found, "day").whole
    assert not whole[0]
    assert not whole[-1]
    assert whole[1:-1].all()
    found = person_days(events([0] * 32, [60, *noon, 30 * DAY - 60]))
    assert (found.begins_whole, found.ends_whole) == (True, True)


@given(st.integers(0, 2**32), st.integers(1, 60), st.integers(1, 6))
def test_rolling_counts_grow_with_the_window_and_never_pass_the_people(seed: int, n: int, n_people: int) -> None:
    rng = np.random.default_rng(seed)
    data = events(rng.integers(0, n_people, n), rng.integers(0, 60 * DAY, n), n_people)
    counts = active(person_days(data))
    assert (counts.daily <= counts.weekly).all()
    assert (counts.weekly <= counts.monthly).all()
    assert counts.monthly.max() <= n_people
    assert counts.daily.sum() == len(person_days(data))
