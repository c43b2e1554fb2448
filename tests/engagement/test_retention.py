"""Who comes back, against plain pandas and in worlds with known answers."""

import numpy as np
import pytest

from recsys_core.data.importing import import_ratings
from recsys_core.engagement.events import events_of
from recsys_core.engagement.person_days import person_days
from recsys_core.engagement.retention import DAYS, cohort_unit, cohorts, retention
from tests.data.files import real
from tests.engagement import by_pandas
from tests.engagement.logs import EDGES, around_the_edges, events

DAY = 86_400


def last_of(data, frame):
    """The last day, or the one before where the log was cut short, as a timestamp."""
    return frame["day"].max() - np.timedelta64(0 if data.ends_whole else 1, "D")


@pytest.mark.parametrize("zone", EDGES)
def test_retention_is_what_pandas_says_where_clocks_are_set(zone: str) -> None:
    made = around_the_edges(zone, np.random.default_rng(2), n=500, n_people=150)
    data = person_days(made, zone)
    frame = by_pandas.local(made.people, made.times, zone)
    found = retention(data, (1, 2, 7, 30, 200))
    for place, k in enumerate(found.days.tolist()):
        exact, later, watched = by_pandas.retained(frame, k, last_of(data, frame))
        assert (found.on_day.hits[place], found.on_day.of[place]) == (exact, watched), k
        assert (found.or_later.hits[place], found.or_later.of[place]) == (later, watched), k


@pytest.mark.realdata
@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata"])
def test_retention_of_a_real_file_is_what_pandas_says(zone: str) -> None:
    made = events_of(import_ratings(real("ml-latest-small/ratings.csv"), "small").dataset)
    data, frame = person_days(made, zone), by_pandas.local(made.people, made.times, zone)
    found = retention(data, DAYS)
    for place, k in enumerate(DAYS):
        exact, later, watched = by_pandas.retained(frame, k, last_of(data, frame))
        assert (found.on_day.hits[place], found.or_later.hits[place], found.on_day.of[place]) == (exact, later, watched)


def test_only_people_who_could_be_watched_count() -> None:
    # Two come on day 0 and one of them again on day 7; one comes on day 9, the last whole one.
    data = person_days(events([0, 0, 1, 2, 2], [60, 7 * DAY, 90, 9 * DAY, 10 * DAY - 60]))
    found = retention(data, DAYS)
    assert found.on_day.hits.tolist() == [0, 1, 0]
    assert found.on_day.of.tolist() == [2, 2, 0]
    assert found.or_later.hits.tolist() == [1, 1, 0]
    rows = found.rows()
    assert rows[2]["on_day"]["share"] is None
    assert rows[1]["on_day"]["low"] < 0.5 < rows[1]["on_day"]["high"]


def test_the_curve_ends_with_the_log_and_falls_for_then_or_later() -> None:
    data = person_days(around_the_edges("UTC", np.random.default_rng(4)))
    found = retention(data)
    assert found.days[-1] == min(90, data.last_whole - data.first)
    assert (np.diff(found.on_day.of) <= 0).all()
    assert (found.on_day.hits <= found.or_later.hits).all()
    short = retention(person_days(events([0], [100])))
    assert short.on_day.of.tolist() == [0]


def test_cohorts_are_counted_one_by_one() -> None:
    made = around_the_edges("Europe/Berlin", np.random.default_rng(6), n=600, n_people=120)
    data = person_days(made, "Europe/Berlin")
    for unit in ("day", "week", "month"):
        found = cohorts(data, unit)
        frame = by_pandas.local(made.people, made.times, "Europe/Berlin")
        periods = frame["day"].dt.to_period({"day": "D", "week": "W-SUN", "month": "M"}[unit])
        born = periods.groupby(frame["person"]).transform("min")
        last = periods.max()
        if last.end_time.normalize() > last_of(data, frame):
            last -= 1
        assert found.sizes.sum() == frame["person"].nunique()
        for place, start in enumerate(sorted(born.unique())):
            mine = born == start
            assert found.sizes[place] == frame.loc[mine, "person"].nunique()
            for later in range(1, min(found.back.shape[1], 8) + 1):
                expected = frame.loc[mine & (periods == start + later), "person"].nunique()
                assert found.back[place, later - 1] == (expected if start + later <= last else -1)
        assert found.after[7].of.sum() == retention(data, [7]).on_day.of.sum()
        assert found.after[7].hits.sum() == retention(data, [7]).on_day.hits.sum()
        assert len(found.rows()) == len(found.sizes)
    assert cohort_unit(data) == "month"
