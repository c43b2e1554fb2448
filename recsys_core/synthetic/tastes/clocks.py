"""When things happen: when people come, how their sessions follow each other, and how events follow in a session."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.synthetic.tastes.margins import Margin
from recsys_core.types import Float64, Int32, Int64

# Seconds without an event, after which a session is over (Halfaker et al., User Session Identification Based on Strong
# Regularities in Inter-activity Time, WWW 2015).
PAUSE = 3600
DAY = 86_400
SEVERAL = 10  # people of whom no single one is told
FAR = DAY // 2  # pauses from here on end at an hour of the day of their own


@dataclass(frozen=True)
class Clock:
    """Times of a data set's kind, in unix seconds.

    Attributes:
        first, last: the first and the last time that there is; unit: times are a multiple of so many seconds apart.
        starts: of the seconds after ``first`` at which people come; breaks: of the share of a person's gaps that are
            pauses.
        gaps: of log(1 + seconds) between events of a session; pauses: of log seconds between sessions.
        hours: of the second of the day at which sessions start.
        appeared: Int64[I], the day from which each item may be met.
    """

    first: int
    last: int
    unit: int
    starts: Margin
    breaks: Margin
    gaps: Margin
    pauses: Margin
    hours: Margin
    appeared: Int64

    @classmethod
    def learn(cls, events: Interactions) -> tuple[Self, Float64]:
        """From events with times.

        Returns:
            The clock, and two traits of each person, Float64[U, 2]: when they came, and the share of pauses.
        """
        assert events.times is not None
        order = np.lexsort((events.times, events.users))
        users, times = events.users[order], events.times[order]
        first, last = int(times.min()), int(times.max())
        is_start = np.diff(users, prepend=-1) != 0
        between = np.diff(times)[~is_start[1:]]
        is_pause = between > PAUSE
        owners = users[1:][~is_start[1:]]
        n_gaps = np.bincount(owners, minlength=events.n_users)
        n_pauses = np.bincount(owners[is_pause], minlength=events.n_users)
        usual = float(is_pause.mean()) if len(is_pause) else 0.0
        breaks = (n_pauses + usual) / (n_gaps + 1)
        starts = (times[is_start] - first).astype(np.float64)
        session_starts = times[is_start | (np.diff(times, prepend=times[0]) > PAUSE)]
        clock = cls(
            first,
            last,
            max(1, int(np.gcd.reduce(times - first))),
            Margin.of(starts),
            Margin.of(breaks),
            _margin(np.log1p(between[~is_pause])),
            _margin(np.log(np.maximum(between[is_pause], 1))),
            Margin.of(session_starts % DAY),
            _appeared(events, first),
        )
        return clock, np.stack([starts, breaks], axis=1)

    def draw(self, starts: Float64, breaks: Float64, counts: Int64, rng: np.random.Generator) -> Int64:
        """Int64[E], the times of people's events, one person after the other, ascending within each.

        Args:
            starts, breaks: Float64[n], 0 to 1, where the people stand among all by when they come and by how often
                they pause. counts: Int64[n], events of each.
        """
        people = np.repeat(np.arange(len(counts)), counts)
        is_start = np.diff(people, prepend=-1) != 0
        is_pause = (rng.random(len(people)) < self.breaks.at(breaks)[people]) & ~is_start
        within = np.where(is_start | is_pause, 0, np.expm1(self.gaps.at(rng.random(len(people)))))
        pauses = np.where(is_pause, np.exp(self.pauses.at(rng.random(len(people)))), 0)
        begun = self.first + self.starts.at(starts)
        room = self.last - begun
        within *= np.minimum(1, room / np.maximum(np.bincount(people, within), 1e-9))[people]
        left = np.maximum(room - np.bincount(people, within), 0)
        pauses *= np.minimum(1, left / np.maximum(np.bincount(people, pauses), 1e-9))[people]
        passed = np.cumsum(within + pauses)
        passed -= np.repeat(passed[is_start], counts)
        times = self._at_their_hours(begun[people] + passed, is_start, pauses, rng)
        times = np.clip(np.rint((times - self.first) / self.unit) * self.unit + self.first, self.first, self.last)
        return times[np.lexsort((times, people))].astype(np.int64)

    def _at_their_hours(
        self, times: Float64, is_start: np.ndarray, pauses: Float64, rng: np.random.Generator
    ) -> Float64:
        """The same times, but sessions after a long pause start at an hour of the day that is usual."""
        moves = is_start | (pauses > FAR)
        day = np.floor(times[moves] / DAY) * DAY
        shifts = day + self.hours.at(rng.random(len(day))) - times[moves]
        latest = np.cumsum(moves) - 1
        return times + shifts[latest]

    def in_order(
        self, items: Int32, parents: Int64, times: Int64, counts: Int64, rng: np.random.Generator
    ) -> tuple[Int32, Int64]:
        """Deal a person's items out to the person's times, none before it appeared.

        Args:
            items: Int32[E], one person after the other. parents: Int64[N], the learned item that each is like.
            times: Int64[E], as :meth:`draw` gives them; some move back where nothing was there yet to be met.

        Returns:
            Items and times, in the order of times within each person.
        """
        people = np.repeat(np.arange(len(counts)), counts)
        shuffled = np.lexsort((rng.random(len(items)), people))
        items = items[shuffled]
        appeared = self.appeared[parents[items]]
        late = np.lexsort((np.maximum(times, appeared), people))
        items, times = items[late], np.maximum(times, appeared[late])
        order = np.lexsort((times, people))
        return items[order], times[order]


def _appeared(events: Interactions, first: int) -> Int64:
    """Int64[I], the day on which an item was first met, where several people met it.

    Of others it is ``first``: their day would tell of a single person, and items that come up together from one day on
    would tell what that person met.
    """
    assert events.times is not None
    met = np.full(events.n_items, np.iinfo(np.int64).max)
    np.minimum.at(met, events.items, events.times)
    days = first + (met - first) // DAY * DAY
    return np.where(events.item_counts() >= SEVERAL, days, first)


def _margin(values: Float64) -> Margin:
    """Of numbers of which there may be none; 0 stands in for them."""
    return Margin.of(values if len(values) else np.zeros(1))
