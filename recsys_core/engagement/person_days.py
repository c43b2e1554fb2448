"""Who was active on which day: what all figures of activity are counted from."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from recsys_core.data.local_time import DAY, local_seconds
from recsys_core.engagement.days import isoformat
from recsys_core.engagement.events import Events
from recsys_core.types import Bool, Int64

LONGEST_GAP = 366  # days on which nobody came; a longer one parts a log
_WHOLE = 0.9  # a first or last day of which the events cover less is taken for cut short


@dataclass(frozen=True)
class PersonDays:
    """P pairs of a person and a day on which the person did something, by person, then by day.

    Attributes:
        people: Int64[P], positions of people. days: Int64[P], counted from 1 January 1970 on the calendar of ``zone``.
        events: Int64[P], how many.
        n_people: declared; not all of them did something.
        first, last: the first and the last day of the log, whoever it is about.
        begins_whole, ends_whole: whether the events cover these two days, at least nine tenths of each.
        outside: events that are left out, because they lie beyond a gap of more than a year.
        zone: whose midnight parts days.
    """

    people: Int64
    days: Int64
    events: Int64
    n_people: int
    first: int
    last: int
    begins_whole: bool
    ends_whole: bool
    outside: int
    zone: str

    def __len__(self) -> int:
        return len(self.people)

    @property
    def n_days(self) -> int:
        """From the first day of the log to the last."""
        return self.last - self.first + 1

    @property
    def last_whole(self) -> int:
        """Until which day people were watched."""
        return self.last if self.ends_whole else self.last - 1

    def among(self, who: Bool) -> "PersonDays":
        """What these people did, Bool[U]; the log is as long as before."""
        rows = who[self.people]
        return replace(self, people=self.people[rows], days=self.days[rows], events=self.events[rows])

    @cached_property
    def starts(self) -> Int64:
        """Int64[A], the first row of each person who did anything."""
        return np.flatnonzero(np.diff(self.people, prepend=-1))

    @cached_property
    def ages(self) -> Int64:
        """Int64[P], days since the first day on which the person was seen."""
        return self.days - np.repeat(self.days[self.starts], np.diff(np.append(self.starts, len(self))))

    def per_person(self, values: Int64) -> Int64:
        """Int64[U], sums over the days of each person."""
        return np.bincount(self.people, values, minlength=self.n_people).astype(np.int64)

    def left_out(self) -> str:
        """What is to be said of events outside; nothing where there are none."""
        if not self.outside:
            return ""
        start, end = isoformat(np.array([self.first, self.last]))
        return (
            f"{self.outside:,} events lie more than a year apart from all others and are left out: this is about "
            f"{start} to {end}. Such times are mostly wrong ones, as 1970 for not known."
        )


def person_days(events: Events, zone: str = "UTC") -> PersonDays:
    """Who was active on which day of a time zone, by its IANA name.

    Of a log that has a gap of more than a year, the part with the most events.

    Raises:
        ConfigError: there is no such zone.
    """
    people, times = events.people, events.times
    clock = local_seconds(times, zone)
    days = clock // DAY
    first = int(days.min())
    span = int(days.max()) - first + 1
    low, high = _main_part(np.bincount(days - first))
    begins, ends = (first + low) * DAY, (first + high + 1) * DAY
    inside = None if (low, high) == (0, span - 1) else (clock >= begins) & (clock < ends)
    if inside is not None:
        clock, days, people = clock[inside], days[inside], people[inside]
    codes, keys = pd.factorize(people * np.int64(span) + (days - first))
    order = np.argsort(keys)
    keys, counts = keys[order], np.bincount(codes)[order]
    return PersonDays(
        keys // span,
        keys % span + first,
        counts,
        events.n_people,
        first + low,
        first + high,
        bool(clock.min() <= begins + (1 - _WHOLE) * DAY),
        bool(clock.max() >= ends - (1 - _WHOLE) * DAY),
        len(times) - len(clock),
        zone,
    )


def _main_part(per_day: Int64) -> tuple[int, int]:
    """The first and the last day of the part with the most events, where gaps of more than a year part days."""
    days = np.flatnonzero(per_day)
    edges = np.flatnonzero(np.diff(days) > LONGEST_GAP)
    starts, ends = np.concatenate([[0], edges + 1]), np.concatenate([edges, [len(days) - 1]])
    events = np.add.reduceat(per_day[days], starts)
    most = int(events.argmax())
    return int(days[starts[most]]), int(days[ends[most]])
