"""Sessions: what a person does without a longer break."""

from dataclasses import dataclass

import numpy as np

from recsys_core.engagement.events import Events
from recsys_core.statistics.estimates import Estimate
from recsys_core.statistics.ratios import ratio
from recsys_core.types import Int64, Json

GAP = 30  # minutes without an event that end a session, as web analytics has them


@dataclass(frozen=True)
class Sessions:
    """S sessions, by person, then by time.

    Attributes:
        gap: minutes without an event that end a session.
        people: Int64[S], whose. events: Int64[S], how many. seconds: Int64[S], from the first event to the last.
        n_people: declared; not all of them have any.
    """

    gap: int
    people: Int64
    events: Int64
    seconds: Int64
    n_people: int

    def __len__(self) -> int:
        return len(self.people)

    @property
    def at_once(self) -> float:
        """The share of sessions whose events all came in the same second, so that nobody knows how long they were."""
        return float((self.seconds == 0).mean())

    def minutes(self, part: float = 0.5) -> float | None:
        """A quantile of the lengths that are known; None where none is."""
        known = self.seconds[self.seconds > 0]
        return float(np.quantile(known, part)) / 60 if len(known) else None

    def events_each(self) -> Estimate | None:
        """Events of a session, with the interval over people."""
        return ratio(*(np.bincount(self.people, weights, self.n_people) for weights in (self.events, None)))

    def as_json(self) -> Json:
        each = self.events_each()
        return {
            "gap_minutes": self.gap,
            "sessions": len(self),
            "events_per_session": None if each is None else vars(each),
            "median_events": float(np.median(self.events)),
            "share_at_once": self.at_once,
            "minutes": {name: self.minutes(part) for name, part in (("q25", 0.25), ("median", 0.5), ("q75", 0.75))},
        }


def sessions(events: Events, gap: int = GAP) -> Sessions:
    """What people did without a break.

    Args:
        events: of them.
        gap: minutes without an event, more of which end a session.
    """
    first = int(events.times.min())
    span = int(events.times.max()) - first + 1
    keys = events.people * np.int64(span)
    keys += events.times
    keys -= first
    keys.sort()
    who, when = np.divmod(keys, span)
    starts = np.flatnonzero((np.diff(who, prepend=-1) != 0) | (np.diff(when, prepend=0) > 60 * gap))
    ends = np.append(starts[1:], len(keys)) - 1
    return Sessions(gap, who[starts], ends - starts + 1, when[ends] - when[starts], events.n_people)
