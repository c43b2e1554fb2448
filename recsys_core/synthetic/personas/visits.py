"""When people come: sessions over days and hours, and the lists that they look at in each."""

from dataclasses import dataclass

import numpy as np

from recsys_core.synthetic.personas.kinds import Crowd
from recsys_core.types import Float64, Int32, Int64

DAY = 86_400
AGAIN = 0.45  # probability that a session follows the one before within a few days
GAP = 1.5  # days between such sessions, on average, beyond the first
# Times of the day at which people come: hour, spread in hours, share. The weights of Monday to Sunday.
HOURS = {
    "evenings": ((7.8, 1.0, 0.15), (12.7, 1.3, 0.2), (20.3, 2.2, 0.65)),
    "working hours": ((10.2, 1.4, 0.45), (14.6, 1.8, 0.45), (20.5, 1.8, 0.1)),
    "round the clock": ((9.0, 4.0, 0.4), (17.5, 4.5, 0.6)),
}
WEEKDAYS = {
    "evenings": (0.9, 0.85, 0.9, 0.95, 1.1, 1.25, 1.3),
    "working hours": (1.15, 1.2, 1.2, 1.1, 1.0, 0.55, 0.6),
    "round the clock": (1.0, 0.97, 0.98, 1.0, 1.02, 1.03, 1.0),
}
LONG_NIGHTS = 0.15  # how much more people come at the turn of the year, where there are seasons


@dataclass(frozen=True)
class Calendar:
    """The days of a log.

    Attributes:
        start: unix seconds of its first midnight, UTC.
        steps: Float64[days + 1], how much of all activity lies before each day, of people who are there all along.
        hours: key of ``HOURS``. pause: seconds between two lists of a session, median.
    """

    start: int
    steps: Float64
    hours: str
    pause: float

    @property
    def days(self) -> int:
        return len(self.steps) - 1


@dataclass(frozen=True)
class Visits:
    """L lists that people looked at, ordered by people, then by time.

    Attributes:
        users: Int32[L], rows of a crowd. times: Int64[L], unix seconds. days: Int32[L], of the log, in UTC.
    """

    users: Int32
    times: Int64
    days: Int32

    def __len__(self) -> int:
        return len(self.users)


def make_calendar(year: int, days: int, hours: str, pause: float, season: float, rng: np.random.Generator) -> Calendar:
    """From the first of January: weekdays differ, some days are better than others, winters than summers."""
    start = np.datetime64(f"{year}-01-01", "D")
    number = start.astype(int) + np.arange(days)
    week = np.array(WEEKDAYS[hours])[(number + 3) % 7]  # 1970 began on a Thursday
    winter = 1 + min(season, 1.0) * LONG_NIGHTS * np.cos(2 * np.pi * np.arange(days) / 365.25)
    weights = week * winter * np.exp(0.07 * rng.standard_normal(days))
    steps = np.concatenate([[0.0], np.cumsum(weights)])
    return Calendar(int(start.astype("datetime64[s]").astype(np.int64)), steps, hours, pause)


def draw_visits(crowd: Crowd, calendar: Calendar, rng: np.random.Generator) -> Visits:
    """Sessions come in bursts: some stand alone, others follow one within days. Who joins comes on that day."""
    users = np.repeat(np.arange(len(crowd), dtype=np.int32), crowd.sessions)
    start = _local_starts(users, crowd, calendar, rng) - 3600 * crowd.offset[users]
    start += DAY * ((start < 0).astype(int) - (start >= DAY * calendar.days))  # clocks elsewhere are in another day
    each = rng.geometric(1 / np.maximum(crowd.lists[users], 1.0))
    pauses = calendar.pause * np.exp(0.8 * rng.standard_normal(int(each.sum())))
    waited = np.cumsum(pauses)
    ends = np.cumsum(each)
    of_list = np.repeat(np.arange(len(users)), each)
    waited -= waited[(ends - each)[of_list]]  # nobody waits before the first list
    people, seconds = users[of_list], (start[of_list] + waited).astype(np.int64)
    order = np.lexsort((seconds, people))
    people, seconds = people[order], seconds[order]
    days = np.minimum(seconds // DAY, calendar.days - 1).astype(np.int32)
    return Visits(people, calendar.start + seconds, days)


def _local_starts(users: Int32, crowd: Crowd, calendar: Calendar, rng: np.random.Generator) -> Float64:
    """Float64[S], when each session begins on the person's clock, in seconds since the log does."""
    n = len(users)
    low, high = calendar.steps[crowd.first[users]], calendar.steps[crowd.last[users] + 1]
    anchor = np.searchsorted(calendar.steps, low + (high - low) * rng.random(n), side="right") - 1
    anchor = np.clip(anchor, crowd.first[users], crowd.last[users])
    opens = np.ones(n, dtype=bool)
    opens[1:] = users[1:] != users[:-1]
    anchor = np.where(opens & (crowd.since[users] == 0), crowd.first[users], anchor)
    alone = opens | (rng.random(n) >= AGAIN)
    lead = np.maximum.accumulate(np.where(alone, np.arange(n), 0))  # the session that began the burst
    gone = np.cumsum(np.where(alone, 0, 1 + rng.poisson(GAP, n)))
    day = anchor[lead] + gone - gone[lead]
    day = np.where(day <= crowd.last[users], day, anchor)  # those that would come too late stand alone
    hours, spreads, shares = np.array(HOURS[calendar.hours]).T
    peak = rng.choice(len(hours), n, p=shares / shares.sum())
    hour = (hours[peak] + spreads[peak] * rng.standard_normal(n) + crowd.hour[users]) % 24
    return DAY * day + 3600 * hour
