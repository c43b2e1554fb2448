"""What is known about the items: an item file, cleaned, typed and joined by id."""

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from recsys_core.data import column_names
from recsys_core.data.dataset import Ids
from recsys_core.data.findings import Finding, listing, quote
from recsys_core.data.formula_guard import unguard
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.side.attributes import read_attributes
from recsys_core.data.side.clean_text import LONGEST_TEXT, LONGEST_TITLE, clean, clean_column
from recsys_core.data.side.columns import ItemColumns, guess_item_columns
from recsys_core.data.side.joining import Joined, SideTable, join_ids, side_table
from recsys_core.data.side.listed import separator_of, words_of
from recsys_core.errors import DataError
from recsys_core.types import Bool, Strings

_NO_GENRES = frozenset(["", "(no genres listed)", "unknown", "nan", "none"])
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_YEAR_IN_TITLE = re.compile(r"\((1[5-9]\d\d|20\d\d)(?:[-\u2013]\d*)?\)(?:\s*\([A-Z]+\))?\s*$")


def describe_items(table: RawTable, ids: Ids, roles: Mapping[str, str | None] | None = None) -> SideTable:
    """What an item file says about the items of the ratings, and about others.

    The file may have a header or none, as MovieLens' ``u.item`` (24 columns, genres as flags) and ``movies.dat``.
    Of several rows with one id the first wins.

    Args:
        ids: of the items with ratings.
        roles: what columns mean, as far as chosen by hand; see :func:`guess_item_columns`.

    Raises:
        DataError: a chosen column does not exist, no column holds the ids, nothing else is said about the items, or no
            row fits any item.
    """
    columns = guess_item_columns(table, ids, roles)
    joined = join_ids(table, columns.id, ids, "item")
    frame = joined.frame
    if table.dialect is not None:
        frame = frame.apply(unguard)
    described, findings = _describe(table, frame, columns, joined)
    references = np.full(len(frame), "", dtype=object)
    if columns.image is not None:
        references = frame[columns.image].str.strip().to_numpy(dtype=object)
    made = side_table(ids, joined, described, references)
    made.findings[:0] = table.findings
    made.findings.extend([*_guess_notes(table, columns, roles), *findings])
    return made


def _describe(
    table: RawTable, frame: pd.DataFrame, columns: ItemColumns, joined: Joined
) -> tuple[pd.DataFrame, list[Finding]]:
    """The standard columns and the attributes of each row."""
    is_log = joined.repeats >= 2  # then a row says something about an event rather than about an item
    attributes = read_attributes(frame, {} if is_log else columns.attributes, table.name)
    standard = [columns.title, columns.genres, columns.year, columns.text, columns.image]
    if not columns.flags and not any(standard) and attributes.frame.empty:
        raise DataError(
            f"{table.name} says nothing about the items: none of its columns {listing(table.columns)} holds titles, "
            "genres, years, texts, images or other traits of items.",
            "Choose the file that describes the items, and call its columns title, genres, year, text or image.",
            "no-item-details",
        )
    blank = pd.Series("", index=frame.index, dtype="str")
    titles = clean_column(blank if columns.title is None else frame[columns.title], LONGEST_TITLE)
    years = _years(blank if columns.year is None else frame[columns.year], _YEAR)
    in_titles = _years(pd.Series(titles, dtype="str"), _YEAR_IN_TITLE)
    first, second = (in_titles, years) if columns.year in columns.attributes else (years, in_titles)
    described = pd.DataFrame(
        {
            "title": pd.Series(titles, dtype=object),
            "genres": pd.Series(_genres(frame, columns), dtype=object),
            "year": first.fillna(second),
            "text": pd.Series(clean_column(blank if columns.text is None else frame[columns.text], LONGEST_TEXT)),
            "image": blank,
        }
    ).astype({"text": object, "image": object})
    return pd.concat([described, attributes.frame], axis=1), attributes.findings


def _guess_notes(table: RawTable, columns: ItemColumns, roles: Mapping[str, str | None] | None) -> list[Finding]:
    """A word on columns whose names do not speak."""
    found = {"id": columns.id, "title": columns.title, "genres": columns.genres, "text": columns.text}
    told = {"id": "item"}
    guessed = [
        f"{role} = {quote(name)}"
        for role, name in found.items()
        if name is not None and role not in (roles or {}) and not column_names.fit(told.get(role, role), name)
    ]
    if not guessed:
        return []
    message = f"{table.name}: columns were told by their values: {', '.join(guessed)}. Check them."
    return [Finding("note", "item-columns-guessed", message)]


def _genres(frame: pd.DataFrame, columns: ItemColumns) -> Strings:
    """Object[n], a tuple of text for each row."""
    if columns.flags:
        marks: Bool = (frame[list(columns.flags)] == "1").to_numpy(dtype=bool, copy=True)
        labels = list(columns.flags.values())
        rows = [
            tuple(label for label, on in zip(labels, row, strict=True) if on and label != "unknown") for row in marks
        ]
        return _tuples(rows)
    if columns.genres is None:
        return _tuples([()] * len(frame))
    codes, distinct = pd.factorize(frame[columns.genres])
    texts: Strings = distinct.to_numpy(dtype=object)
    separator = " " if columns.genres.endswith(":token_seq") else separator_of(texts)
    return _tuples([_split_genres(text, separator) for text in texts])[codes]


def _tuples(rows: list[tuple[str, ...]]) -> Strings:
    result = np.empty(len(rows), dtype=object)
    result[:] = rows
    return result


def _split_genres(text: str, separator: str) -> tuple[str, ...]:
    if text.strip().lower() in _NO_GENRES:
        return ()
    parts = [clean(part, LONGEST_TITLE) for part in words_of(text, separator)]
    return tuple(dict.fromkeys(part for part in parts if part))


def _years(texts: pd.Series, pattern: re.Pattern[str]) -> pd.Series:
    """Int64, the year in each text."""
    codes, distinct = pd.factorize(texts)
    found = [pattern.search(text) for text in distinct.to_numpy(dtype=object)]
    years = pd.array([int(match[1]) if match else pd.NA for match in found], dtype="Int64")
    return pd.Series(years[codes])
