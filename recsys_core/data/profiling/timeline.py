"""When the events happened, and who was there: counts in buckets of time that a person can take in."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.types import Bool, Int32, Int64, Json

MOST_BUCKETS = 80
DAY = 86_400
_MONDAY = -3 * DAY  # 1970 began on a Thursday
_YEAR_1 = -62_135_596_800
_LEAST_COVER = 0.9  # a first or last bucket that the events cover less of is taken for incomplete
_TAIL = 0.005  # the share of the events at each end among which strays are looked for

# The steps of time, their length in seconds (of months and longer: nominal), and the months in one.
_STEPS = {
    "minute": (60, 0),
    "ten-minute span": (600, 0),
    "hour": (3600, 0),
    "six-hour span": (21_600, 0),
    "day": (DAY, 0),
    "week": (7 * DAY, 0),
    "month": (2_629_746, 1),
    "quarter": (7_889_238, 3),
    "year": (31_556_952, 12),
    "decade": (315_569_520, 120),
    "century": (3_155_695_200, 1200),
}


@dataclass(frozen=True)
class Timeline:
    """Events and people in B consecutive buckets of time (UTC).

    Attributes:
        unit: the length of a bucket, from "minute" to "century": the shortest that makes at most 80 buckets; of
            centuries there may be 100, the years 1 to 9999.
        edges: Int64[B + 1] in unix seconds; bucket b is ``edges[b] <= time < edges[b + 1]``.
        events: Int64[B]. Buckets without events are there, with a 0.
        active: Int64[B], people with an event in the bucket; new: those of them whose first event it is.
        whole: Bool[B]: false for a first or last bucket that may be incomplete, because the events begin or end in it.
        outside: the number of events that are not in any bucket: strays that lie farther away in time from all
            others than these spread.
        active_a_day: people with an event on a day, on average over ``days``.
        days, days_with_events: of the days from the first event that is shown to the last.
        busiest_day: its start in unix seconds, and its number of events.
    """

    unit: str
    edges: Int64
    events: Int64
    active: Int64
    new: Int64
    whole: Bool
    outside: int
    active_a_day: float
    days: int
    days_with_events: int
    busiest_day: tuple[int, int]

    @property
    def labels(self) -> list[str]:
        """What people call each bucket: "May 2003"."""
        return [_label(self.unit, start) for start in self.edges[:-1].tolist()]

    def as_json(self) -> Json:
        """Plain data; times in ISO 8601."""
        return {
            "unit": self.unit,
            "starts": isoformat(self.edges[:-1]),
            "events": self.events.tolist(),
            "active_people": self.active.tolist(),
            "new_people": self.new.tolist(),
            "returning_people": (self.active - self.new).tolist(),
            "whole": self.whole.tolist(),
            "events_outside": self.outside,
            "active_people_a_day": self.active_a_day,
            "days": self.days,
            "days_with_events": self.days_with_events,
            "busiest_day": {"start": isoformat(np.array([self.busiest_day[0]]))[0], "events": self.busiest_day[1]},
        }


def timeline(events: Interactions) -> Timeline | None:
    """The timeline of at least one event; None where there are no times."""
    if events.times is None:
        return None
    times, users, n_users = events.times, events.users, events.n_users
    origin = int(times.min()) // DAY
    per_day = np.bincount(times // DAY - origin)
    busiest = int(per_day.argmax())
    busiest_day = (origin + busiest) * DAY, int(per_day[busiest])
    low, high = _without_strays(per_day)
    if low > 0 or high < len(per_day) - 1:
        inside = (times >= (origin + low) * DAY) & (times < (origin + high + 1) * DAY)
        times, users = times[inside], users[inside]
        origin, per_day = origin + low, per_day[low : high + 1]
    first, last = int(times.min()), int(times.max())
    unit, edges = _buckets(first, last)
    n = len(edges) - 1

    days = times // DAY
    days -= origin
    if _STEPS[unit][0] < DAY:
        buckets = (times - edges[0]) // _STEPS[unit][0]
    else:
        starts = (origin + np.arange(len(per_day))) * DAY
        buckets = (np.searchsorted(edges, starts, side="right") - 1)[days]
    counts = np.bincount(buckets, minlength=n)
    met = _meetings(buckets, users, n, n_users)
    return Timeline(
        unit,
        edges,
        counts,
        met.sum(axis=1),
        np.bincount(met.argmax(axis=0)[met.any(axis=0)], minlength=n),
        _whole(edges, first, last),
        len(events) - len(times),
        _distinct_pairs(days, users, n_users) / len(per_day),
        len(per_day),
        int((per_day > 0).sum()),
        busiest_day,
    )


def isoformat(seconds: Int64) -> list[str]:
    """Unix seconds as ISO 8601 in UTC."""
    return [str(moment) for moment in np.datetime_as_string(seconds.astype("datetime64[s]"), timezone="UTC")]


def _without_strays(per_day: Int64) -> tuple[int, int]:
    """The first and the last day to show.

    A single event of 1970 among those of last year would squeeze these into one bar. So the days are left out that
    lie farther from the middle 99 % of the events than these spread, or than one day.
    """
    reached = np.cumsum(per_day) / per_day.sum()
    low, high = int(np.searchsorted(reached, _TAIL)), int(np.searchsorted(reached, 1 - _TAIL))
    spread = max(1, high - low)
    days = np.flatnonzero(per_day[max(0, low - spread) : high + spread + 1]) + max(0, low - spread)
    return int(days[0]), int(days[-1])


def _buckets(first: int, last: int) -> tuple[str, Int64]:
    """The unit of the buckets from the first moment to the last, and their edges."""
    for unit, (seconds, _) in _STEPS.items():
        if (last - first) / seconds <= MOST_BUCKETS + 1:
            edges = _edges(unit, first, last)
            if len(edges) <= MOST_BUCKETS + 1:
                return unit, edges
    return "century", _edges("century", first, last)


def _edges(unit: str, first: int, last: int) -> Int64:
    seconds, months = _STEPS[unit]
    if not months:
        offset = _MONDAY if unit == "week" else 0
        return np.arange((first - offset) // seconds, (last - offset) // seconds + 2) * seconds + offset
    ends = np.array([first, last], "M8[s]").astype("M8[M]").astype(np.int64) + 1970 * 12
    low, high = (ends // months).tolist()
    starts = np.arange(low, high + 2) * months - 1970 * 12
    return starts.astype("M8[M]").astype("M8[s]").astype(np.int64)


def _whole(edges: Int64, first: int, last: int) -> Bool:
    whole = np.ones(len(edges) - 1, dtype=bool)
    whole[0] &= bool(edges[1] - first >= _LEAST_COVER * (edges[1] - edges[0]))
    whole[-1] &= bool(last - edges[-2] >= _LEAST_COVER * (edges[-1] - edges[-2]))
    return whole


def _meetings(buckets: Int64, users: Int32, n: int, n_users: int) -> Bool:
    """Bool[B, U], whether a person has an event in a bucket; B is at most 100."""
    met = np.zeros(n * n_users, dtype=bool)
    places = buckets * np.int64(n_users)
    places += users
    met[places] = True
    return met.reshape(n, n_users)


def _distinct_pairs(days: Int64, users: Int32, n_users: int) -> int:
    """The number of different pairs of day and user."""
    keys = days * np.int64(n_users)
    keys += users
    keys.sort()
    return 1 + int((keys[1:] != keys[:-1]).sum())


def _label(unit: str, start: int) -> str:
    day = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=max(start, _YEAR_1))
    if _STEPS[unit][0] < DAY:
        return f"{day.day} {day:%b} {day.year}, {day:%H:%M}"
    if unit in {"day", "week"}:
        return ("week of " if unit == "week" else "") + f"{day.day} {day:%b} {day.year}"
    if unit == "month":
        return f"{day:%B} {day.year}"
    if unit == "quarter":
        return f"{day:%b} to {(day + timedelta(days=70)):%b} {day.year}"
    return f"{day.year}" if unit == "year" else f"{day.year} to {day.year + _STEPS[unit][1] // 12 - 1}"
