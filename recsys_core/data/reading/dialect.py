"""How a text file writes a table: encoding, delimiter, header."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from recsys_core.data import column_names
from recsys_core.data.reading.decoding import WANTED, detect_encoding, read_head
from recsys_core.errors import DataError

DELIMITERS = ("::", "\t", ";", "|", ",", " ")
SAMPLE_CHARACTERS = 1 << 18
MOST_PREAMBLE = 20  # lines
csv.field_size_limit(SAMPLE_CHARACTERS)  # the longest field a sample can hold
_SEPARATOR_LINE = re.compile(r'"?sep=(\\t|[^"]{1,4})"?')
NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*", re.ASCII)


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Attributes:
        encoding: a Python codec name, such as "utf-8", "utf-16" or "cp1252".
        delimiter: what stands between two fields, one of :data:`DELIMITERS` or any other text of up to 4 characters.
        header: whether the first record holds the names of the columns.
        skip: how many lines stand before the table, such as a title, comments, or Excel's ``sep=;``.
    """

    encoding: str
    delimiter: str
    header: bool
    skip: int = 0


def sniff(path: Path) -> Dialect:
    """How a file is written, judged by its bytes and its first records.

    Raises:
        DataError: the file is empty, is something other than text, or has no columns.
    """
    encoding = detect_encoding(path)
    text = read_head(path, encoding, SAMPLE_CHARACTERS)
    skip, told = _announced(text)
    delimiter = told or _guess_delimiter(after(text, skip))
    if delimiter is None:
        raise DataError(
            f"{path.name} looks like plain text: its lines do not split into the same columns by "
            "comma, tab, semicolon, bar, :: or space.",
            WANTED,
            "not-a-table",
        )
    skip = skip or _preamble(text, delimiter)
    return Dialect(encoding, delimiter, has_header(records(after(text, skip), delimiter)), skip)


def after(text: str, lines: int) -> str:
    """A text without its first lines."""
    stream = io.StringIO(text, newline=None)
    for _ in range(lines):
        stream.readline()
    return stream.read()


def records(text: str, delimiter: str) -> list[list[str]]:
    """The first records of a sample that are not blank; a sample that was cut loses its last one.

    Quotes count as such where that makes the records at least as even.
    """

    def evenness(rows: list[list[str]]) -> tuple[bool, float]:
        fields, share = width(rows)
        return fields >= 2, share

    return max((_split(text, delimiter, quoted) for quoted in (True, False)), key=evenness)


def width(rows: list[list[str]]) -> tuple[int, float]:
    """The most frequent number of fields, and the share of records that have it."""
    if not rows:
        return 0, 0.0
    fields, count = Counter(len(row) for row in rows).most_common(1)[0]
    return fields, count / len(rows)


def is_number(text: str) -> bool:
    """Whether a text is a finite decimal number, with a point or a comma."""
    return NUMBER.fullmatch(text) is not None


def _split(text: str, delimiter: str, quoted: bool) -> list[list[str]]:
    lines = io.StringIO(text, newline=None)
    if len(delimiter) == 1:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter, quotechar='"' if quoted else None))
        except csv.Error:
            return []
    else:
        rows = [line.rstrip("\n").split(delimiter) for line in lines]
    if len(text) >= SAMPLE_CHARACTERS:
        rows = rows[:-1]
    return [row for row in rows if any(field.strip() for field in row)]


def _announced(text: str) -> tuple[int, str | None]:
    """The lines before the table that say so themselves: comments, and Excel's ``sep=;``, which tells the delimiter."""
    lines = io.StringIO(text, newline=None).readlines()[:MOST_PREAMBLE]
    comments = next((place for place, line in enumerate(lines) if not line.startswith("#")), 0)
    if comments < len(lines) and (found := _SEPARATOR_LINE.fullmatch(lines[comments].strip("\r\n"))):
        return comments + 1, found[1].replace("\\t", "\t")
    return comments, None


def _preamble(text: str, delimiter: str) -> int:
    """How many lines without any delimiter stand before the table, such as its title."""
    lines = io.StringIO(text, newline=None).readlines()[: MOST_PREAMBLE + 1]
    before = next((place for place, line in enumerate(lines) if delimiter in line), 0)
    titles = [line.strip() for line in lines[:before]]
    fields = lines[before].count(delimiter) + 1 if lines else 0
    tabular = any(line.count(mark) + 1 >= fields for line in titles if line for mark in DELIMITERS if mark != " ")
    return before if any(titles) and before <= MOST_PREAMBLE and not tabular else 0


def _guess_delimiter(text: str) -> str | None:
    steady, ragged = [], []
    for rank, delimiter in enumerate(DELIMITERS):
        if delimiter not in text:
            continue
        rows = records(text, delimiter)
        fields, share = width(rows)
        if fields >= 2 and share >= 0.9:
            steady.append((delimiter != " ", len(rows[0]) == fields, fields, -rank, delimiter))
        elif fields >= 2 and share >= 0.5 and delimiter != " ":
            ragged.append((share, fields, -rank, delimiter))
    if steady:
        return max(steady)[-1]
    return max(ragged)[-1] if ragged else None


def has_header(rows: list[list[str]]) -> bool:
    first, body = rows[0], rows[1:]
    if any(is_number(field) for field in first):
        return False
    if not body or any(column_names.known(field) for field in first):
        return True
    columns = list(zip(*[row for row in body if len(row) == len(first)], strict=True))
    if any(sum(map(is_number, column)) > len(column) / 2 for column in columns):
        return True
    in_names = sum(map(_has_digit, first)) / len(first)
    in_body = sum(_has_digit(field) for column in columns for field in column) / max(1, len(body) * len(first))
    return in_names < 0.5 <= in_body


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
