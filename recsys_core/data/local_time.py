"""What clocks in a time zone showed: unix seconds to local ones, daylight saving included."""

from datetime import UTC, datetime
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from recsys_core.errors import ConfigError
from recsys_core.types import Int64

DAY = 86_400
_FIRST, _LAST = -62_135_510_400, 253_402_214_400  # a day inside the years 1 to 9999, which calendars of Python know


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """The names of all time zones, UTC first."""
    return ("UTC", *sorted(available_timezones() - {"UTC", "localtime"}))


def find_zone(name: str) -> ZoneInfo:
    """A time zone by its IANA name.

    Raises:
        ConfigError: there is none; it names similar ones.
    """
    if name in zones():
        return ZoneInfo(name)
    last = {zone.rsplit("/", 1)[-1].lower(): zone for zone in zones()}
    near = get_close_matches(name.rsplit("/", 1)[-1].strip().replace(" ", "_").lower(), last, n=3, cutoff=0.75)
    fix = f"Did you mean {' or '.join(last[one] for one in near)}?" if near else "Write one such as Europe/Berlin."
    raise ConfigError(f"There is no time zone called {name!r}.", fix, "unknown-zone")


def local_seconds(times: Int64, zone: str) -> Int64:
    """Int64[E], what clocks in a zone showed, in seconds since 1970 began on them.

    Clocks are read at both ends of each day of UTC on which something happened; where they were set in between, the
    moment is looked for. So a year costs a few hundred readings, however many events it has.

    Args:
        times: Int64[E], unix seconds of the years 1 to 9999.
        zone: IANA name; raises as :func:`find_zone`.
    """
    clock = find_zone(zone)
    if not len(times) or zone == "UTC":
        return times
    days = times // DAY
    first = int(days.min())
    days -= first
    seen = np.flatnonzero(np.bincount(days))
    starts = (first + seen) * DAY
    offsets = [(_offset(start, clock), _offset(start + DAY, clock)) for start in starts.tolist()]
    set_at = [
        start + DAY if old == new else _when_set(start, start + DAY, new, clock)
        for start, (old, new) in zip(starts.tolist(), offsets, strict=True)
    ]
    table = np.zeros((3, seen[-1] + 1), dtype=np.int64)
    table[:, seen] = np.column_stack([set_at, offsets]).T
    moments, before, after = table
    return times + np.where(times < moments.take(days), before.take(days), after.take(days))


def _when_set(before: int, after: int, new: int, clock: ZoneInfo) -> int:
    """The first second of the new offset, by halving."""
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if _offset(middle, clock) == new else (middle, after)
    return after


def _offset(second: int, clock: ZoneInfo) -> int:
    """Seconds that a clock is ahead of UTC."""
    moment = datetime.fromtimestamp(min(max(second, _FIRST), _LAST), UTC).astimezone(clock)
    offset = moment.utcoffset()
    assert offset is not None  # every zone has one
    return round(offset.total_seconds())
