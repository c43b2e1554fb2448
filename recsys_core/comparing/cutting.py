"""People cut into slices by an amount or by a value, and what the slices are called."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np
import pandas as pd

from recsys_core.types import Float64, Int64, Strings

MOST_BINS, MOST_VALUES = 5, 8
_YEAR_1, _YEAR_9999 = -62_135_596_800, 253_402_300_799  # seconds; calendars of Python know no other years
UNKNOWN, OTHERS = "not known", "all others"

Write = Callable[[float], str]
Words = tuple[str, str, str]  # for the first bin, for one in the middle, for the last

UP_TO: Words = ("up to {high}", "{low} to {high}", "{low} or more")
UNTIL: Words = ("until {high}", "{low} to {high}", "from {low}")


@dataclass(frozen=True)
class Cut:
    """People cut into slices: everybody is in exactly one.

    Attributes:
        key: short and always the same, for an address.
        title: what they are cut by.
        names: of the slices, in the order in which they are shown.
        of: Int64[n], the slice of each person.
        meaning: how people were cut, in one sentence; "" where the title says it.
    """

    key: str
    title: str
    names: tuple[str, ...]
    of: Int64
    meaning: str = ""

    @cached_property
    def sizes(self) -> Int64:
        """Int64[slices], people in each."""
        return np.bincount(self.of, minlength=len(self.names))

    @property
    def n_bins(self) -> int:
        """Slices of people of whom the amount is known."""
        return len(self.names) - (self.names[-1] == UNKNOWN)

    def ends_called(self, first: str, last: str) -> Self:
        """With a word before the names of the first and the last bin of several."""
        names = list(self.names)
        if self.n_bins > 1:
            for place, word in ((0, first), (self.n_bins - 1, last)):
                names[place] = f"{word}, {names[place]}"
        return replace(self, names=tuple(names))


def _number(places: int, unit: str = "") -> Write:
    def write(value: float) -> str:
        value = round(value, places) + 0.0  # no -0
        return (f"{value:,.{places}f}" if abs(value) >= 10_000 else f"{value:.{places}f}") + unit

    return write


def _date(form: str) -> Write:
    def write(seconds: float) -> str:
        return datetime.fromtimestamp(min(max(seconds, _YEAR_1), _YEAR_9999), UTC).strftime(form).lstrip("0")

    return write


# Ways to write an amount, from coarse to fine.
NUMBERS: tuple[Write, ...] = (*(_number(places) for places in range(4)), "{:.6g}".format, "{!r}".format)
PERCENTS: tuple[Write, ...] = tuple(_number(places, " %") for places in range(5))
DATES: tuple[Write, ...] = tuple(map(_date, ("%d %b %Y", "%d %b %Y %H:%M", "%d %b %Y %H:%M:%S")))


def by_amount(
    key: str,
    title: str,
    amounts: Float64,
    fewest: int,
    writes: Sequence[Write],
    *,
    words: Words = UP_TO,
    noun: str = "",
) -> Cut:
    """At most five bins with about as many people each, and one of those of whom the amount is not known.

    People with equal amounts stay together, and a bin with fewer than ``fewest`` people is joined with the next.

    Args:
        amounts: Float64[n]; what is not finite is not known.
        fewest: people in a bin, as far as there are so many.
        writes: ways to write an amount; the first that gives every bin a name of its own is taken.
        words: what bins are called.
        noun: what is counted, in the singular; stands behind every name.
    """
    known = np.isfinite(amounts)
    levels, counts = np.unique(amounts[known], return_counts=True)
    ends = _ends(counts, fewest)
    highs = levels[ends]
    lows = levels[np.concatenate([[0], ends[:-1] + 1])] if len(ends) else highs
    of = np.where(known, np.searchsorted(highs, amounts), len(highs)).astype(np.int64)
    names = [_with_noun(name, noun) for name in _spans(lows, highs, writes, words)]
    return Cut(key, title, (*names, *([] if known.all() else [UNKNOWN])), of)


def _ends(counts: Int64, fewest: int) -> Int64:
    """The last level of each bin, where Int64[levels] people have each level."""
    reached = np.cumsum(counts)
    if not len(counts):
        return np.empty(0, dtype=np.int64)
    n_bins = int(np.clip(reached[-1] // max(1, fewest), 1, MOST_BINS))
    ends, done = [], 0
    for end in np.unique(np.searchsorted(reached, reached[-1] * np.arange(1, n_bins + 1) / n_bins)):
        if reached[end] - done >= fewest:
            ends.append(end)
            done = reached[end]
    return np.array([*ends[:-1], len(counts) - 1], dtype=np.int64)  # what is left over joins the last


def _spans(lows: Float64, highs: Float64, writes: Sequence[Write], words: Words) -> list[str]:
    """What bins from ``lows`` to ``highs`` are called, by the first writing in which none begins where another ends."""
    names: list[str] = []
    for write in writes:
        ends = [(write(low), write(high)) for low, high in zip(lows.tolist(), highs.tolist(), strict=True)]
        names = [_span(low, high, _form(place, len(ends), words)) for place, (low, high) in enumerate(ends)]
        if all(high != low for (_, high), (low, _) in pairwise(ends)):
            break
    return names


def _form(place: int, n_bins: int, words: Words) -> str:
    first, middle, last = words
    if n_bins == 1 or 0 < place < n_bins - 1:
        return middle
    return last if place else first


def _span(low: str, high: str, form: str) -> str:
    return low if low == high else form.format(low=low, high=high)


def _with_noun(name: str, noun: str) -> str:
    """ "1 rating", "up to 20 ratings" """
    if not noun:
        return name
    return f"{name} {noun}" if name == "1" else f"{name} {noun}s"


def by_value(key: str, title: str, values: Strings, fewest: int) -> Cut:
    """The values that most people have, all others together, and those of whom it is not known ("").

    Args:
        values: text of each of n people.
        fewest: people in a slice of its own.
    """
    codes, distinct = pd.factorize(values, sort=True)
    counts = np.bincount(codes, minlength=len(distinct))
    order = np.argsort(-counts, kind="stable")
    order = order[distinct[order] != ""]
    large = order[counts[order] >= fewest][:MOST_VALUES]
    rest = order[~np.isin(order, large)]
    if len(rest) == 1:  # has a name too
        large, rest = np.append(large, rest), rest[:0]
    place = np.full(len(distinct), len(large), dtype=np.int64)
    place[large] = np.arange(len(large))
    names = [*distinct[large], *([OTHERS] if len(rest) else [])]
    missing = np.flatnonzero(distinct == "")
    place[missing] = len(names)
    return Cut(key, title, (*names, *([UNKNOWN] if len(missing) else [])), place[codes])


def by_attribute(name: str, column: pd.Series, fewest: int) -> Cut:
    """By a typed column of a table, a row each: dates and numbers as amounts, texts as values.

    Args:
        name: of the attribute.
        column: Float64, datetime or text; what is missing is not known.
        fewest: of them in a slice.
    """
    key, title = f"attribute-{name}", name[:1].upper() + name[1:]
    if pd.api.types.is_datetime64_any_dtype(column):
        seconds = column.to_numpy("datetime64[s]")
        moments = np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64).astype(np.float64))
        return by_amount(key, title, moments, fewest, DATES, words=UNTIL)
    if pd.api.types.is_numeric_dtype(column):
        return by_amount(key, title, column.to_numpy(np.float64, na_value=np.nan), fewest, NUMBERS)
    return by_value(key, title, column.fillna("").astype(str).to_numpy(dtype=object), fewest)
