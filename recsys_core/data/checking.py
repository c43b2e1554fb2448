"""A table of text -> checked arrays. Every row is kept, rejected or merged, and counted."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Ids, Scale
from recsys_core.data.findings import Finding, Level, counted, quote
from recsys_core.data.interactions import Interactions
from recsys_core.data.reading import RawTable
from recsys_core.data.roles import NO_RATINGS, Columns
from recsys_core.data.times import lack_zone, mixes_units, parse_times
from recsys_core.errors import DataError
from recsys_core.types import Bool, Feedback, Float64, Int64, Strings

__all__ = ["Checked", "Finding", "check"]

FEWEST_USERS, FEWEST_ITEMS, FEWEST_EVENTS = 2, 2, 10
MOST_WORDS = 0.1  # share of ratings that may be words before the column is taken for the wrong one
LONGEST_ID = 1000
LARGEST_RATING = 1e6  # in size; far larger ones overflow in training
_MISSING = frozenset(["", "na", "n/a", "nan", "null", "none", "-", "?", "nat", "\\n"])
_NOT_FINITE = frozenset(["inf", "+inf", "-inf", "infinity", "-infinity", "+infinity"])
_DECIMAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"


@dataclass(frozen=True)
class Checked:
    """Events that can be learned from, and what became of every row.

    Attributes:
        rows: of the file; always ``kept + rejected + merged``.
        kept: rows that became events. rejected: rows left out. merged: rows that repeat a pair of user and item.
    """

    interactions: Interactions
    user_ids: Ids
    item_ids: Ids
    feedback: Feedback
    scale: Scale | None
    rows: int
    kept: int
    rejected: int
    merged: int
    findings: tuple[Finding, ...]


def check(table: RawTable, columns: Columns) -> Checked:
    """Cast and check a table.

    People and items are numbered by first appearance among the rows that are kept, and the events keep the order of
    the file. Of several rows about one pair of user and item the latest is kept.

    Raises:
        DataError: more than half of the rows had to be rejected, the ratings are words, the times cannot be read, or
            too little is left to learn from.
    """
    sieve = _Sieve(table)
    users, user_names = _ids(sieve, columns.user, "user")
    items, item_names = _ids(sieve, columns.item, "item")
    values = np.ones(len(table.frame)) if columns.rating is None else _ratings(sieve, columns.rating)
    times = None if columns.time is None else _times(sieve, columns.time)
    sieve.finish()
    rows = _drop_repeats(sieve, users * len(item_names) + items, values, times)
    user_codes, user_order = pd.factorize(users[rows])
    item_codes, item_order = pd.factorize(items[rows])
    _require_enough(table, len(user_order), len(item_order), len(rows))
    feedback, values = _feedback(sieve, values[rows], columns)
    interactions = Interactions(
        user_codes.astype(np.int32),
        item_codes.astype(np.int32),
        values.astype(np.float32),
        None if times is None else times[rows],
        len(user_order),
        len(item_order),
    )
    rejected = len(table.rejected) + int((~sieve.good).sum())
    return Checked(
        interactions,
        Ids(user_names[user_order]),
        Ids(item_names[item_order]),
        feedback,
        Scale.of(values) if feedback is Feedback.EXPLICIT else None,
        rows=table.rows,
        kept=len(rows),
        rejected=rejected,
        merged=table.rows - rejected - len(rows),
        findings=tuple(sieve.findings),
    )


@dataclass
class _Sieve:
    """The rows of a table that are still good, and what was found so far."""

    table: RawTable
    good: Bool = field(init=False)
    findings: list[Finding] = field(init=False)
    faults: list[tuple[int, str, str]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.good = np.ones(len(self.table.frame), dtype=bool)
        self.findings = list(self.table.findings)
        rejected = self.table.rejected
        if len(rejected):
            lines = ", ".join(f"line {line} {reason}" for line, reason, _ in rejected.head(5).itertuples(index=False))
            self.warn("unreadable-rows", f"{counted(len(rejected), 'row')} could not be read: {lines}.", len(rejected))

    def say(self, level: Level, code: str, message: str, rows: int = 0) -> None:
        self.findings.append(Finding(level, code, message, rows))

    def warn(self, code: str, message: str, rows: int) -> None:
        self.say("warning", code, message + " They were left out.", rows)

    def fault(self, positions: Int64, column: str, what: str) -> str:
        """Where and what is wrong, by the first example."""
        first = int(positions[0])
        value = str(self.table.frame[column].iat[first])
        return f"{self.table.name} {self.table.place(first)}, column {quote(column)}: {quote(value)} {what}."

    def reject(self, bad: Bool, column: str, code: str, what: str, fix: str) -> None:
        """Leave out rows, unless they are already out."""
        positions = np.flatnonzero(bad & self.good)
        if not len(positions):
            return
        self.good[positions] = False
        self.faults.append((len(positions), self.fault(positions, column, what), fix))
        values = self.table.frame[column]
        places = ", ".join(f"{self.table.place(int(row))}: {quote(str(values.iat[row]))}" for row in positions[:5])
        message = f"{counted(len(positions), 'row')}, column {quote(column)}: the value {what} ({places})."
        self.warn(code, message, len(positions))

    def finish(self) -> None:
        """Refuse the table if more than half of its rows are out."""
        left_out = len(self.table.rejected) + int((~self.good).sum())
        if left_out * 2 <= self.table.rows or not self.faults:
            return
        _, message, fix = max(self.faults)
        raise DataError(
            f"{message} In all, {left_out:,} of {self.table.rows:,} rows cannot be used.", fix, "mostly-unusable"
        )


def _ids(sieve: _Sieve, column: str, noun: str) -> tuple[Int64, Strings]:
    """The position of each row's id among the distinct ids; rows without one are rejected."""
    codes, written = pd.factorize(sieve.table.frame[column])
    raw = np.asarray(written, dtype=object)
    trimmed = np.array([text.strip() for text in raw], dtype=object)
    merged_codes, names = pd.factorize(trimmed)
    names = np.asarray(names, dtype=object)
    joined = len(raw) - len(names)
    if joined:
        message = f"{counted(joined, 'id')} in {quote(column)} differed only in blanks around them."
        sieve.say("warning", "ids-trimmed", message + " They were joined.", joined)
    strange = sum(name.lower() in _MISSING for name in names if name)
    if strange:
        message = f"{quote(column)} holds ids such as NA or null; they are taken as ids."
        sieve.say("warning", "ids-like-missing", message, strange)
    result = merged_codes[codes].astype(np.int64)
    fix = f"Fill in the {noun} ids, or choose another column for the {noun}s."
    sieve.reject(np.array([not name for name in names])[result], column, f"missing-{noun}", f"is no {noun} id", fix)
    too_long = np.array([len(name) > LONGEST_ID for name in names])[result]
    sieve.reject(too_long, column, f"long-{noun}", f"is longer than {LONGEST_ID} characters", fix)
    return result, names


def _ratings(sieve: _Sieve, column: str) -> Float64:
    codes, written = pd.factorize(sieve.table.frame[column])
    texts = pd.Series(np.asarray(written, dtype=object), dtype="str").str.strip()
    dialect = sieve.table.dialect
    if dialect is None or dialect.delimiter != ",":
        texts = texts.str.replace(r"^([+-]?\d*),(\d+)$", r"\1.\2", regex=True)
    lower = texts.str.lower()
    numeric = texts.str.fullmatch(_DECIMAL).to_numpy(dtype=bool)
    with np.errstate(over="ignore"):
        numbers = texts.where(numeric).to_numpy(np.float64, na_value=np.nan)
        finite = np.isfinite(numbers.astype(np.float32))
    missing = lower.isin(_MISSING).to_numpy(dtype=bool)
    infinite = lower.isin(_NOT_FINITE).to_numpy(dtype=bool) | (numeric & ~finite)
    huge = numeric & ~infinite & (np.abs(numbers) > LARGEST_RATING)
    words = ~numeric & ~missing & ~infinite
    _refuse_words(sieve, words[codes], column)
    fix = f"Write the ratings as plain numbers, such as 4 or 3.5. {NO_RATINGS}"
    sieve.reject(missing[codes], column, "missing-rating", "is no rating", fix)
    sieve.reject(infinite[codes], column, "infinite-rating", "is not a finite number", fix)
    sieve.reject(huge[codes], column, "huge-rating", f"is beyond ±{LARGEST_RATING:,.0f}", fix)
    sieve.reject(words[codes], column, "rating-not-a-number", "is not a number", fix)
    return numbers[codes]


def _refuse_words(sieve: _Sieve, words: Bool, column: str) -> None:
    positions = np.flatnonzero(words)
    if len(positions) > MOST_WORDS * len(words):
        raise DataError(
            sieve.fault(positions, column, "is not a number")
            + f" {len(positions):,} of {len(words):,} ratings are words.",
            f"Write the ratings as numbers, such as 4 or 3.5. {NO_RATINGS}",
            "ratings-are-words",
        )


def _times(sieve: _Sieve, column: str) -> Int64 | None:
    codes, written = pd.factorize(sieve.table.frame[column])
    texts = np.array([text.strip() for text in written], dtype=object)
    if not any(texts):
        sieve.say("note", "no-times", f"The column {quote(column)} is empty, so the events have no times.")
        return None
    fix = "Write the times as unix seconds or as ISO 8601 (2024-05-01T12:00:00Z), or choose another column."
    seconds, good = parse_times(texts)
    if mixes_units(texts):
        raise DataError(
            f"The column {quote(column)} of {sieve.table.name} mixes unix seconds with milliseconds or finer units.",
            fix,
            "mixed-time-units",
        )
    if lack_zone(texts):
        sieve.say("note", "times-without-zone", f"The times in {quote(column)} name no zone; they are taken as UTC.")
    sieve.reject(~good[codes], column, "bad-time", "is not a time", fix)
    return seconds[codes]


def _drop_repeats(sieve: _Sieve, pairs: Int64, values: Float64, times: Int64 | None) -> Int64:
    """The rows to keep, in file order: of each pair of user and item the last by time, else the last in the file."""
    rows = np.flatnonzero(sieve.good)
    keys = (rows, pairs[rows]) if times is None else (rows, times[rows], pairs[rows])
    ordered = rows[np.lexsort(keys)]
    same_as_next = pairs[ordered[:-1]] == pairs[ordered[1:]]
    kept = ordered[np.append(~same_as_next, True)] if len(ordered) else ordered
    merged = len(rows) - len(kept)
    if merged:
        differing = int((same_as_next & (values[ordered[:-1]] != values[ordered[1:]])).sum())
        sieve.say(
            "warning",
            "repeated-pairs",
            f"{counted(merged, 'row')} whose user and item come again ({differing:,} with another rating); "
            f"the last {'in the file' if times is None else 'by time'} was kept.",
            merged,
        )
    return np.sort(kept)


def _feedback(sieve: _Sieve, values: Float64, columns: Columns) -> tuple[Feedback, Float64]:
    if columns.rating is None:
        sieve.say("note", "implicit", "There are no ratings: the data say who met what (implicit feedback).")
        return Feedback.IMPLICIT, values
    if (values == values[0]).all():
        what = f"All ratings in {quote(columns.rating)} are {values[0]:g}"
        message = what + ", so they only say who met what (implicit feedback)."
        sieve.say("note", "constant-ratings", message, len(values))
        return Feedback.IMPLICIT, np.ones(len(values))
    return Feedback.EXPLICIT, values


def _require_enough(table: RawTable, users: int, items: int, events: int) -> None:
    if users >= FEWEST_USERS and items >= FEWEST_ITEMS and events >= FEWEST_EVENTS:
        return
    raise DataError(
        f"{table.name} is too small to learn from: {counted(users, 'person')}, {counted(items, 'item')} and "
        f"{counted(events, 'event')} in {counted(table.rows, 'row')}.",
        f"Bring at least {FEWEST_USERS} people, {FEWEST_ITEMS} items and {FEWEST_EVENTS} events.",
        "too-small",
    )
