"""Days, weeks and months on the calendar of a time zone, each known by a number."""

from typing import Literal, get_args

import numpy as np

from recsys_core.data.local_time import DAY, local_seconds
from recsys_core.types import Int64

Unit = Literal["day", "week", "month"]
UNITS: tuple[Unit, ...] = get_args(Unit)
_THURSDAY = 3  # 1970 began on one; weeks begin on Mondays, as in ISO 8601


def local_days(times: Int64, zone: str) -> Int64:
    """Int64[E], the day of each unix second on the calendar of a zone, counted from 1 January 1970."""
    return local_seconds(times, zone) // DAY


def period_of(days: Int64, unit: Unit) -> Int64:
    """The week or month that each day lies in, counted from the one in which 1970 began."""
    if unit == "day":
        return days
    if unit == "week":
        return (days + _THURSDAY) // 7
    return days.astype("M8[D]").astype("M8[M]").astype(np.int64)


def start_of(periods: Int64, unit: Unit) -> Int64:
    """The first day of each period."""
    if unit == "day":
        return periods
    if unit == "week":
        return periods * 7 - _THURSDAY
    return periods.astype("M8[M]").astype("M8[D]").astype(np.int64)


def isoformat(days: Int64) -> list[str]:
    """Days as ISO 8601: 2024-03-31."""
    return [str(day) for day in np.datetime_as_string(days.astype("M8[D]"))]
