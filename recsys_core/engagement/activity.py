"""Active people: by day, over the last 7 and 28 days, by period of the calendar, and who of them is new or back."""

from dataclasses import dataclass

import numpy as np

from recsys_core.engagement.days import Unit, isoformat, period_of, start_of
from recsys_core.engagement.person_days import PersonDays
from recsys_core.statistics.estimates import Estimate
from recsys_core.statistics.ratios import ratio
from recsys_core.types import Bool, Int64, Json

WEEK, MONTH = 7, 28  # rolling windows in days: whole weeks, so that each has the same days of the week in it
MOST_PERIODS = 60


@dataclass(frozen=True)
class Active:
    """People who were active, on each of D days of the log.

    Attributes:
        days: Int64[D], counted from 1 January 1970.
        daily: Int64[D], on that day (DAU). weekly, monthly: in the 7, or 28, days that end with it (rolling WAU, MAU).
        sure: the days of which all three are complete: from the 28th day of the log, or the 7th or first of a shorter
            one, to the last whole day.
    """

    days: Int64
    daily: Int64
    weekly: Int64
    monthly: Int64
    sure: slice

    def means(self) -> tuple[float, float, float]:
        """Mean DAU, WAU and MAU over the same days, those that are sure."""
        daily, weekly, monthly = (float(counts[self.sure].mean()) for counts in (self.daily, self.weekly, self.monthly))
        return daily, weekly, monthly

    def rows(self) -> list[Json]:
        columns = (self.daily.tolist(), self.weekly.tolist(), self.monthly.tolist())
        return [
            {"day": day, "dau": dau, "wau_7": wau, "mau_28": mau}
            for day, dau, wau, mau in zip(isoformat(self.days), *columns, strict=True)
        ]


def active(data: PersonDays) -> Active:
    """How many people were active on each day, and in the 7 and 28 days that end with it."""
    daily, weekly, monthly = (_rolling(data, window) for window in (1, WEEK, MONTH))
    low, high = _sure(data)
    return Active(np.arange(data.first, data.last + 1), daily, weekly, monthly, slice(low, high + 1))


def window_of(data: PersonDays) -> int:
    """The longest of 28, 7 and 1 days that the log has."""
    whole = data.last_whole - data.first + 1
    return next((window for window in (MONTH, WEEK) if whole >= window), 1)


def stickiness(data: PersonDays) -> Estimate | None:
    """Mean DAU / mean MAU, over the days that have 28 before them, with its interval over people.

    Of a person the days with an event, over the days on which the person counts as active in 28 days. None for logs of
    fewer days.
    """
    if window_of(data) < MONTH:
        return None
    low, high = (data.first + place for place in _sure(data))
    here = (data.days >= low) & (data.days <= high)
    begins, ends = _reach(data, MONTH)
    counted = np.maximum(np.minimum(ends, high + 1) - np.maximum(begins, low), 0)
    return ratio(data.per_person(here.astype(np.int64)), data.per_person(counted))


def events_a_day(data: PersonDays) -> Estimate | None:
    """Events of an active person on a day of activity, with its interval over people."""
    return ratio(data.per_person(data.events), data.per_person(np.ones(len(data), dtype=np.int64)))


def _sure(data: PersonDays) -> tuple[int, int]:
    """From where to where, in days of the log, the counts of the longest window are complete."""
    high = max(data.last_whole, data.first) - data.first
    return window_of(data) - 1, high


def _reach(data: PersonDays, window: int) -> tuple[Int64, Int64]:
    """From where and up to where a day counts as the latest within the window, Int64[P] each."""
    follows = np.append(np.diff(data.people) == 0, False)
    following = np.where(follows, np.append(data.days[1:], 0), np.iinfo(np.int64).max)
    return data.days, np.minimum(data.days + window, following)


def _rolling(data: PersonDays, window: int) -> Int64:
    """Int64[D], people who were active in the window that ends with each day."""
    begins, ends = _reach(data, window)
    size = data.n_days + 1
    comes = np.bincount(begins - data.first, minlength=size)
    goes = np.bincount(np.minimum(ends - data.first, data.n_days), minlength=size)
    return np.cumsum(comes - goes)[:-1]


@dataclass(frozen=True)
class Growth:
    """Where the active people of T periods of the calendar come from, and who is gone.

    A person who is active in a period is *new* (never seen before), *returning* (active in the period before too), or
    *resurrected* (seen before, but not in the period before). *Churned* are those of the period before who do not
    return. So ``active[t] == active[t - 1] + new[t] + resurrected[t] - churned[t]``.

    Attributes:
        starts: Int64[T], the first day of each period.
        whole: Bool[T], false for a first or last period that the log does not cover.
        events: Int64[T], of all of them.
    """

    unit: Unit
    starts: Int64
    whole: Bool
    active: Int64
    new: Int64
    returning: Int64
    resurrected: Int64
    churned: Int64
    events: Int64

    def rows(self) -> list[Json]:
        names = ("active", "new", "returning", "resurrected", "churned", "events", "whole")
        columns = [getattr(self, name).tolist() for name in names]
        return [
            {self.unit: day} | dict(zip(names, row, strict=True))
            for day, *row in zip(isoformat(self.starts), *columns, strict=True)
        ]


def usual_unit(data: PersonDays) -> Unit:
    """The shortest period of which the log has at most 60; months for very long ones."""
    days = data.n_days
    return "day" if days <= MOST_PERIODS else "week" if days <= 7 * MOST_PERIODS else "month"


def growth(data: PersonDays, unit: Unit) -> Growth:
    """New, returning, resurrected and churned people in each period from the first to the last."""
    ends = period_of(np.array([data.first, data.last]), unit)
    first, n = int(ends[0]), int(ends[1] - ends[0]) + 1
    periods = period_of(data.days, unit) - first
    is_new_pair = (np.diff(data.people, prepend=-1) != 0) | (np.diff(periods, prepend=-1) != 0)
    people, at = data.people[is_new_pair], periods[is_new_pair]
    seen = np.diff(people, prepend=-1) == 0
    returns = seen & (np.diff(at, prepend=0) == 1)

    def count(rows: Bool) -> Int64:
        return np.bincount(at[rows], minlength=n)

    everybody = np.bincount(at, minlength=n)
    returning = count(returns)
    churned = np.append(0, everybody[:-1] - returning[1:])
    starts = start_of(first + np.arange(n + 1), unit)
    return Growth(
        unit,
        starts[:-1],
        _whole(data, starts),
        everybody,
        count(~seen),
        returning,
        count(seen & ~returns),
        churned,
        np.bincount(periods, data.events, minlength=n).astype(np.int64),
    )


def _whole(data: PersonDays, starts: Int64) -> Bool:
    """Which periods the log covers: all but a first and a last one that it begins or ends in."""
    first_whole = data.first if data.begins_whole else data.first + 1
    return (starts[:-1] >= first_whole) & (starts[1:] - 1 <= data.last_whole)
