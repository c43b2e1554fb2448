"""What is known about items and people: side files, cleaned and joined by id."""

import re
import unicodedata
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np
import pandas as pd

from recsys_core.data import column_names
from recsys_core.data.dataset import Ids, blank_item_table, blank_user_table
from recsys_core.data.findings import Finding, counted, listing, quote
from recsys_core.data.reading import RawTable
from recsys_core.errors import DataError
from recsys_core.types import Bool, Int64

LONGEST_TITLE = 300
LONGEST_TEXT = 20_000
_GENRE_NAMES = (
    "unknown|Action|Adventure|Animation|Children's|Comedy|Crime|Documentary|Drama|Fantasy|Film-Noir|Horror|Musical|"
    "Mystery|Romance|Sci-Fi|Thriller|War|Western"
)
MOVIELENS_GENRES = tuple(_GENRE_NAMES.split("|"))  # in the order of the flags in u.item
_NO_GENRES = frozenset(["", "(no genres listed)", "unknown", "nan", "none"])
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_YEAR_IN_TITLE = re.compile(r"\((1[5-9]\d\d|20\d\d)(?:[-\u2013]\d*)?\)(?:\s*\([A-Z]+\))?\s*$")
_UNSEEN = ("Cc", "Cs", "Co", "Cn")
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def build_item_table(
    table: RawTable, item_ids: Ids, image_folder: Path | None = None
) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows of an item file in the order of ``item_ids``, with the columns that a ``Dataset`` documents.

    The file may have a header or follow MovieLens' ``u.item`` (24 columns, genres as flags) or ``movies.dat``.
    Of several rows with one id the first wins.

    Raises:
        DataError: no column holds the ids, no column says anything else about the items, or no row fits any item.
    """
    frame = _with_header(table)
    columns = [str(name) for name in frame.columns]
    id_column = _id_column("item", table, columns)
    _require_details(table, frame, columns)
    rows, findings = _join(table, frame[id_column], item_ids, "item")
    known = rows >= 0
    chosen = frame.iloc[rows[known]]
    result = blank_item_table(len(item_ids))
    where = np.flatnonzero(known)
    title, year, text, image = (_column(role, columns) for role in ("title", "year", "text", "image"))
    if title is not None:
        _fill(result, "title", where, [clean(value, LONGEST_TITLE) for value in chosen[title]])
    _fill(result, "genres", where, _genres(chosen, columns))
    years = [_year(value) for value in (chosen[year] if year else [""] * len(chosen))]
    result["year"] = pd.array(_years(result["title"].tolist(), where, years), dtype="Int64")
    if text is not None:
        _fill(result, "text", where, [clean(value, LONGEST_TEXT) for value in chosen[text]])
    if image is not None and image_folder is not None:
        pictures, lost = _pictures(chosen[image].tolist(), image_folder)
        _fill(result, "image", where, pictures)
        findings += lost
    return result, findings


def build_user_table(table: RawTable, user_ids: Ids) -> tuple[pd.DataFrame, list[Finding]]:
    """The rows of a people file in the order of ``user_ids``: the column ``name``."""
    columns = table.columns
    rows, findings = _join(table, table.frame[_id_column("user", table, columns)], user_ids, "person")
    result = blank_user_table(len(user_ids))
    name = _column("name", columns)
    if name is not None:
        values = table.frame[name].iloc[rows[rows >= 0]]
        _fill(result, "name", np.flatnonzero(rows >= 0), [clean(value, LONGEST_TITLE) for value in values])
    return result, findings


def clean(text: str, longest: int) -> str:
    """Text that is safe to lay out: no control or direction-turning characters, on one line, not too long."""
    if not text.isascii() or not text.isprintable():
        text = "".join(_seen(character) for character in text)
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    hidden = character in _BIDI or unicodedata.category(character) in _UNSEEN
    return "" if hidden else character


def _with_header(table: RawTable) -> pd.DataFrame:
    """The frame under names that speak, for MovieLens' two files without a header."""
    frame, width = table.frame, len(table.columns)
    if table.dialect is None or table.dialect.header:
        return frame
    if width == 5 + len(MOVIELENS_GENRES):
        names = ["item_id", "title", *table.columns[2:5], *MOVIELENS_GENRES]
    else:
        names = ["item_id", "title", "genres"][:width] + table.columns[3:]
    return frame.set_axis(pd.Index(names), axis=1)


def _id_column(role: str, table: RawTable, columns: list[str]) -> str:
    fits = {name: column_names.fit(role, name) + (column_names.tokens(name) == ["id"]) * 3 for name in columns}
    best = max(columns, key=lambda name: fits[name])
    if fits[best] < 2:
        raise DataError(
            f"{table.name} has no column with {role} ids; its columns are {listing(table.columns)}.",
            f"Call the column with the ids {role}_id.",
            "no-id-column",
        )
    return best


def _require_details(table: RawTable, frame: pd.DataFrame, columns: list[str]) -> None:
    if any(_column(role, columns) for role in ("title", "genres", "year", "text", "image")):
        return
    if not _genre_flags(frame, columns):
        raise DataError(
            f"{table.name} says nothing about the items: none of its columns {listing(table.columns)} holds titles, "
            "genres, years, texts or images.",
            "Choose the file that describes the items, and call its columns title, genres, year, text or image.",
            "no-item-details",
        )


def _column(role: str, columns: list[str]) -> str | None:
    """The first column whose name means this, or whose name ends in it."""
    exact = [name for name in columns if column_names.fit(role, name)]
    return exact[0] if exact else None


def _join(table: RawTable, column: pd.Series, ids: Ids, noun: str) -> tuple[Int64, list[Finding]]:
    """The row of each id (-1 where there is none), and what the join has to say."""
    written = column.str.strip()
    first = ~written.duplicated()
    rows_of = pd.Series(np.flatnonzero(first), index=written[first])
    rows = rows_of.reindex(pd.Index(ids.values)).fillna(-1).to_numpy(np.int64)
    missing, surplus = int((rows < 0).sum()), int(first.sum()) - int((rows >= 0).sum())
    repeated, lost = int((~first).sum()), len(table.rejected)
    if missing == len(ids):
        raise DataError(
            f"No id in {table.name} fits: there ids look like {quote(str(written.iat[0]))}, "
            f"in the ratings like {quote(str(ids.values[0]))}.",
            f"Check that both files write the {noun} ids in the same way.",
            "nothing-joined",
        )
    findings = list(table.findings)
    if lost:
        line = table.rejected.iloc[0]
        message = f"{table.name}: {counted(lost, 'row')} could not be read; line {line['line']} {line['reason']}."
        findings.append(Finding("warning", f"{noun}-rows-unreadable", message, lost))
    if missing:
        example = quote(str(ids.values[np.flatnonzero(rows < 0)[0]]))
        message = f"{counted(missing, noun)} with ratings but without a row in {table.name}, such as {example}."
        findings.append(Finding("warning", f"{noun}-without-row", message, missing))
    if surplus:
        message = f"{counted(surplus, noun)} in {table.name} without ratings, left out for now."
        findings.append(Finding("note", f"{noun}-without-ratings", message, surplus))
    if repeated:
        message = f"{counted(repeated, 'row')} in {table.name} with an id seen before; the first row of each was used."
        findings.append(Finding("warning", f"{noun}-repeated", message, repeated))
    return rows, findings


def _fill(table: pd.DataFrame, column: str, where: Int64, values: list[str] | list[tuple[str, ...]]) -> None:
    cells = table[column].to_numpy(dtype=object, copy=True)
    for position, value in zip(where, values, strict=True):
        cells[position] = value
    table[column] = pd.Series(cells, dtype=object)


def _genres(frame: pd.DataFrame, columns: list[str]) -> list[tuple[str, ...]]:
    flags = _genre_flags(frame, columns)
    if flags:
        marks: Bool = (frame[list(flags)] == "1").to_numpy()
        labels = list(flags.values())
        return [
            tuple(label for label, on in zip(labels, row, strict=True) if on and label != "unknown") for row in marks
        ]
    column = _column("genres", columns)
    if column is None:
        return [()] * len(frame)
    values = frame[column].tolist()
    separator = next((mark for mark in "|;," if any(mark in value for value in values)), "|")
    return [_split_genres(value, separator) for value in values]


def _genre_flags(frame: pd.DataFrame, columns: list[str]) -> dict[str, str]:
    """The columns of flags and their genres; a column or two of them may be anything."""
    flags = {name: label for name in columns if (label := _flag_label(name)) and frame[name].isin(["0", "1"]).all()}
    return flags if len(flags) >= 3 else {}


def _flag_label(name: str) -> str:
    """The MovieLens genre that a column of flags stands for, or ""."""
    known = {re.sub(r"\W", "", genre).lower(): genre for genre in [*MOVIELENS_GENRES, "Children", "IMAX"]}
    return known.get(re.sub(r"\W", "", name.lower().removeprefix("genre_")), "")


def _split_genres(value: str, separator: str) -> tuple[str, ...]:
    if value.strip().lower() in _NO_GENRES:
        return ()
    parts = [clean(part, LONGEST_TITLE) for part in value.split(separator)]
    return tuple(dict.fromkeys(part for part in parts if part))


def _year(value: str) -> int | None:
    match = _YEAR.search(value)
    return int(match[1]) if match else None


def _years(titles: list[str], where: Int64, years: list[int | None]) -> list[int | None]:
    result: list[int | None] = [None] * len(titles)
    for position, year in zip(where, years, strict=True):
        in_title = _YEAR_IN_TITLE.search(titles[position])
        result[position] = year if year is not None else int(in_title[1]) if in_title else None
    return result


def _pictures(names: list[str], folder: Path) -> tuple[list[str], list[Finding]]:
    root = folder.resolve()
    pictures = [name if _is_plain(name) and _lies_in(root, name) else "" for name in names]
    refused = [name for name, picture in zip(names, pictures, strict=True) if name and not picture]
    if not refused:
        return pictures, []
    message = f"{counted(len(refused), 'picture')} not found in the picture folder, such as {quote(refused[0])}."
    return pictures, [Finding("warning", "picture-not-found", message, len(refused))]


def _is_plain(name: str) -> bool:
    """Whether a name is a plain relative path on any system."""
    if not name or not name.isprintable() or "\\" in name or ":" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and not PureWindowsPath(name).is_absolute() and ".." not in path.parts


def _lies_in(root: Path, name: str) -> bool:
    try:
        target = (root / name).resolve()
        return target.is_relative_to(root) and target.is_file()
    except OSError:
        return False
