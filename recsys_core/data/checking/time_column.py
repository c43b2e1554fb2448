"""A column of times, and what is odd about them."""

import time

import numpy as np

from recsys_core.data.checking.sieve import Sieve
from recsys_core.data.checking.times import EARLIEST, Times, Unit, read_times
from recsys_core.data.findings import Fix, counted, quote
from recsys_core.data.recipe import Recipe
from recsys_core.errors import DataError
from recsys_core.types import Int64

_DAY = 86_400
_HOW = (
    "Write the times as unix seconds or as ISO 8601 (2024-05-01T12:00:00Z), or choose another column, or none, for "
    "the times."
)
_SERIAL = (20_000, 80_000)  # days since 1899 of the years 1954 to 2119


def read_time_column(sieve: Sieve, column: str, recipe: Recipe) -> Int64 | None:
    """Int64[N], unix seconds of each row; rows without one are rejected. None where the whole column is empty."""
    read = sieve.table.column(column)
    if not read.texts.str.contains(r"\S").any():
        sieve.say("note", "no-times", f"The column {quote(column)} is empty, so the events have no times.")
        return None
    times = read_times(read.texts, recipe.time_unit, recipe.day_first)
    if times.mixed:
        raise DataError(
            f"The column {quote(column)} of {sieve.table.name} mixes unix seconds with milliseconds or finer units.",
            _HOW,
            "mixed-time-units",
        )
    if times.day_first is not None and not times.ambiguous:
        sieve.decided["day_first"] = times.day_first
    if not times.zoned:
        sieve.say("note", "times-without-zone", f"The times in {quote(column)} name no zone; they are taken as UTC.")
    if times.ambiguous:
        _say_ambiguous(sieve, column, recipe)
    if not times.good.all():
        sieve.reject(read.spread(~times.good), column, "bad-time", "is not a time", _HOW)
    seconds = read.spread(times.seconds)
    kept = seconds[sieve.good]
    if len(kept):
        _remark(sieve, column, seconds, kept, times, recipe)
    return seconds


def _say_ambiguous(sieve: Sieve, column: str, recipe: Recipe) -> None:
    first = recipe.day_first is not False
    order, other = ("day", "month") if first else ("month", "day")
    sieve.say(
        "warning",
        "ambiguous-dates",
        f"The dates in {quote(column)} can be read with the day or with the month first; they were read with the "
        f"{order} first.",
        0,
        Fix(f"The {other} comes first", {"day_first": not first}),
    )


def _remark(sieve: Sieve, column: str, seconds: Int64, kept: Int64, times: Times, recipe: Recipe) -> None:
    if kept.min() == kept.max():
        message = f"All times in {quote(column)} are the same, so they tell no order: a split by time is not possible."
        sieve.say("warning", "same-times", message, len(kept))
    if times.unit is not None and recipe.time_unit is None and float(np.median(kept)) < EARLIEST:
        low, high = _SERIAL
        if low <= np.median(kept) <= high:
            fixes = [Fix("They are a spreadsheet's days", {"time_unit": Unit.DAYS.value})]
            doubt = "They look like the day numbers of a spreadsheet."
        else:
            fixes = []
            doubt = "Their order is used; as dates they mean nothing."
        sieve.say(
            "note",
            "times-small",
            f"The times in {quote(column)} run from {kept.min():,} to {kept.max():,}: as seconds that is about 1970. "
            + doubt,
            0,
            *fixes,
        )
        return
    odd = (seconds < _DAY * 365) | (seconds > time.time() + _DAY)
    count = int((odd & sieve.good).sum())
    if not count:
        return
    if not recipe.odd_times:
        sieve.leave_out(
            odd,
            "has a time of 1970 or of the future",
            "odd-times",
            lambda n: (
                f"{counted(n, 'row')} with a time in {quote(column)} of 1970 or earlier, or of the future. They were "
                "left out."
            ),
        )
        return
    examples = sieve.examples(odd, column)
    sieve.say(
        "warning",
        "odd-times",
        f"{counted(count, 'row')} with a time in {quote(column)} of 1970 or earlier, or of the future ({examples[0]}). "
        "They are kept.",
        count,
        Fix("Leave them out", {"odd_times": False}),
        examples=examples,
    )
