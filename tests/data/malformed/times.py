"""Times in every spelling, and odd ones among others."""

from collections.abc import Callable
from typing import Any

from tests.data.files import ROWS, text_of
from tests.data.malformed.case import N, accepts, at, changed, quoted, untimed, whole, without


def timed(
    name: str, times: Callable[[int], str], seconds: Callable[[int], int | str] | None = None, **options: Any
) -> None:
    """Times written in another way; ``times`` gets unix seconds."""
    rows = whole(3, lambda row: times(int(row[3])))
    events = whole(3, lambda row: row[3] if seconds is None else str(seconds(int(row[3]))))
    accepts(f"times {name}", quoted(rows), events, **options)


def lone_time(name: str, value: str, kept: int | tuple[int, ...] = N - 1, iso: bool = False, **options: Any) -> None:
    """One odd time in the middle."""
    rows = whole(3, lambda row: written(int(row[3]), "%Y-%m-%d %H:%M:%S") if iso else row[3])
    events = without(17) if kept == N - 1 else changed(17, 3, "")
    accepts(
        f"one time {name}",
        text_of(changed(17, 3, value, rows=rows)),
        events,
        rows=N,
        kept=kept,
        **{"noted": (at(17), "timestamp"), **options},
    )


def written(seconds: int, form: str, offset: int = 0) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(seconds + offset, UTC).strftime(form)


DAY = 86_400
for what, factor in {"milliseconds": 10**3, "microseconds": 10**6, "nanoseconds": 10**9}.items():
    timed(f"in {what}", lambda seconds, factor=factor: str(seconds * factor))
timed("with fractions of seconds", lambda seconds: f"{seconds}.5")
timed("with exponents", lambda seconds: f"{seconds:.8e}", expects="either", words="timestamp")
timed("in ISO 8601 with Z", lambda seconds: written(seconds, "%Y-%m-%dT%H:%M:%SZ"))
timed(
    "in ISO 8601 with offsets mixed",
    lambda seconds: (
        written(seconds, "%Y-%m-%dT%H:%M:%S+02:00", 7200)
        if seconds % 2
        else written(seconds, "%Y-%m-%dT%H:%M:%S-05:00", -18000)
    ),
)
timed("in ISO 8601 without zone", lambda seconds: written(seconds, "%Y-%m-%d %H:%M:%S"), noted="UTC|zone")
timed("in ISO 8601 with microseconds", lambda seconds: written(seconds, "%Y-%m-%dT%H:%M:%S.123456Z"))
timed(
    "of days",
    lambda seconds: written(seconds, "%Y-%m-%d", (seconds % 35) * DAY),
    lambda seconds: (seconds + (seconds % 35) * DAY) // DAY * DAY,
)
timed(
    "of days without dashes",
    lambda seconds: written(seconds, "%Y%m%d", (seconds % 35) * DAY),
    lambda seconds: (seconds + (seconds % 35) * DAY) // DAY * DAY,
)
for form in ("%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y %H:%M:%S"):
    exact = "%H" in form
    timed(
        f"day first {form.replace('%', '')}",
        lambda seconds, form=form: written(seconds, form, (seconds % 35) * DAY),
        lambda seconds, exact=exact: (
            (seconds + (seconds % 35) * DAY) if exact else (seconds + (seconds % 35) * DAY) // DAY * DAY
        ),
    )
timed(
    "month first",
    lambda seconds: written(seconds, "%m/%d/%Y", (seconds % 35) * DAY),
    lambda seconds: (seconds + (seconds % 35) * DAY) // DAY * DAY,
    expects="either",
    words="timestamp",
)
timed(
    "day or month first",
    lambda seconds: f"{1 + seconds % 12:02d}/{1 + seconds % 7:02d}/2024",
    lambda seconds: "",
    expects="either",
    words=("timestamp", "day|month|is not a time"),
    noted="day|month",
)
timed(
    "day and month first mixed",
    lambda seconds: "31/12/2024" if seconds % 2 else "12/31/2024",
    lambda seconds: "",
    expects="either",
    words=("timestamp",),
    rows=N,
    kept=(N, 17, 18),
    noted="row|line",
)
timed(
    "with names of months",
    lambda seconds: written(seconds, "%d %b %Y", (seconds % 35) * DAY),
    lambda seconds: "",
    expects="either",
    words=("timestamp", at(0)),
)
timed(
    "in the year 24",
    lambda seconds: written(seconds, "%d/%m/%y", (seconds % 35) * DAY),
    lambda seconds: "",
    expects="either",
    words=("timestamp", at(0)),
)
timed(
    "as Excel serials",
    lambda seconds: f"{seconds / DAY + 25569:.6f}",
    lambda seconds: "",
    expects="either",
    words="timestamp",
    noted="Excel|serial|1970|days",
)
timed("in words", lambda seconds: "yesterday", expects="refuses", words=(at(0), "timestamp"))
timed(
    "of clocks only",
    lambda seconds: written(seconds, "%H:%M:%S"),
    lambda seconds: "",
    expects="either",
    words=("timestamp", at(0)),
)
timed(
    "of years only",
    lambda seconds: str(1990 + seconds % 30),
    lambda seconds: "",
    expects="either",
    words="timestamp",
    noted="1970|year|doubt",
)
timed(
    "all equal",
    lambda seconds: "978300000",
    lambda seconds: 978_300_000,
    noted="same time|all times|equal|one time|moment",
)
timed("all zero", lambda seconds: "0", lambda seconds: "", noted="1970|zero|same")
timed("all negative", lambda seconds: str(-(seconds % 1000) * DAY), lambda seconds: "", noted="1970|before|negative")
timed("all empty", lambda seconds: "", noted="time", seconds=lambda seconds: "")
timed("all in the future", lambda seconds: str(seconds + 10**10), lambda seconds: seconds + 10**10, noted="future")
timed("of the year 9999", lambda seconds: written(seconds, "9999-%m-%dT%H:%M:%SZ"), lambda seconds: "", noted="future")
timed(
    "in seconds and milliseconds",
    lambda seconds: str(seconds * (1000 if seconds % 2 else 1)),
    expects="refuses",
    words=("timestamp", "milli|unit"),
)
timed(
    "in numbers and dates",
    lambda seconds: str(seconds) if seconds % 2 else written(seconds, "%Y-%m-%d %H:%M:%S"),
    expects="either",
    words=("timestamp", r"(row|line) \d"),
    rows=N,
    kept=(N, 17, 18),
    noted="row|line",
)
lone_time("in milliseconds", "978300017000", (N, N - 1), expects="either", words=("timestamp",))
lone_time("missing", "", (N, N - 1))
lone_time("that is a null", "NULL", (N, N - 1))
lone_time("at 1970", "0", (N, N - 1), noted="1970|zero|" + at(17))
lone_time("below zero", "-5", (N, N - 1), noted="1970|before|negative|" + at(17))
lone_time("in 2262 and later", "99999999999", (N, N - 1), noted="future|" + at(17), expects="either", words="timestamp")
lone_time("too large for 64 bits", "9" * 25, (N, N - 1), expects="either", words="timestamp")
lone_time("infinite", "inf")
lone_time("NaN", "nan", (N, N - 1))
lone_time("of 30 February", "2001-02-30 12:00:00", iso=True)
lone_time("of month 13", "2001-13-01 12:00:00", iso=True)
lone_time("of hour 24", "2001-01-01 24:00:00", (N, N - 1), iso=True, noted="")
lone_time("of hour 25", "2001-01-01 25:00:00", iso=True)
lone_time("of a leap second", "2016-12-31 23:59:60", (N, N - 1), iso=True, noted="")
lone_time("of the year 0", "0000-01-01 00:00:00", (N, N - 1), iso=True, noted="1970|before|" + at(17))
lone_time("of the year 10000", "10000-01-01 00:00:00", iso=True)
lone_time("of the year 9999", "9999-12-31 23:59:59", (N, N - 1), iso=True, noted="future|" + at(17))
lone_time("in a gap of summer time", "2024-03-31 02:30:00", N, iso=True, noted="")
lone_time("in the future", "4102444800", N, noted="future")
accepts(
    "several times missing",
    text_of([(u, i, r, "" if n % 5 == 0 else t) for n, (u, i, r, t) in enumerate(ROWS)]),
    untimed(),
    kept=(N, N - 7),
    noted="timestamp|times",
)
