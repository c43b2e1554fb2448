"""How a text file writes a table: encoding, delimiter, header."""

import codecs
import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from recsys_core.data import column_names
from recsys_core.data.findings import quote
from recsys_core.data.reading.decoding import WANTED, detect_encoding, read_head
from recsys_core.errors import DataError

DELIMITERS = ("::", "\t", ";", "|", ",", " ")
SAMPLE_CHARACTERS = 1 << 18
MOST_PREAMBLE = 20  # lines
csv.field_size_limit(SAMPLE_CHARACTERS)  # the longest field a sample can hold
_MARKS = ("#", "%")
_MATRIX_MARKET = "%%MatrixMarket"
_SEPARATOR_LINE = re.compile(r'"?sep=(\\t|[^"\ud800-\udfff]{1,4})"?')
_BLOCK_LINE = re.compile(r"[^\s:,;|]+:", re.ASCII)
_NO_TABLE_ENCODINGS = frozenset(("idna", "punycode", "unicode-escape", "raw-unicode-escape", "utf-7"))
NUMBER = re.compile(r"\s*[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?\s*", re.ASCII)


@dataclass(frozen=True)
class Dialect:
    """How a file is written.

    Attributes:
        encoding: a Python codec name, such as "utf-8", "utf-16" or "cp1252".
        delimiter: what stands between two fields, one of :data:`DELIMITERS` or any other text of up to 4 characters.
        header: whether the first record holds the names of the columns.
        skip: how many lines stand before the table, such as a title, comments, or Excel's ``sep=;``.

    Raises:
        ValueError: no text can be written so.
    """

    encoding: str
    delimiter: str
    header: bool
    skip: int = 0

    def __post_init__(self) -> None:
        if not _is_text_encoding(self.encoding):
            raise ValueError(f"there is no text encoding {quote(self.encoding)}; an example is utf-8")
        if not 1 <= len(self.delimiter) <= 4 or set(self.delimiter) & set('"\r\n\0'):
            raise ValueError(
                f"the delimiter {quote(self.delimiter)} is not 1 to 4 characters without quotes and line ends"
            )
        if self.skip < 0:
            raise ValueError(f"{self.skip} lines cannot be skipped; the fewest are 0")


def sniff(path: Path) -> Dialect:
    """How a file is written, judged by its bytes and its first records.

    Raises:
        DataError: the file is empty, is something other than text, or has no columns.
    """
    encoding = detect_encoding(path)
    text = read_head(path, encoding, SAMPLE_CHARACTERS)
    _refuse_blocks(text, path.name)
    skip, told = _announced(text)
    delimiter = told or _guess_delimiter(after(text, skip))
    if delimiter is None:
        raise DataError(
            f"{path.name} looks like plain text: its lines do not split into the same columns by "
            "comma, tab, semicolon, bar, :: or space.",
            WANTED,
            "not-a-table",
        )
    skip = _without_rows(text, skip, delimiter) or _preamble(text, delimiter)
    skip += _padded(after(text, skip), delimiter)
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


def _is_text_encoding(name: str) -> bool:
    """Whether texts can be written in an encoding, unlike in hex or base64."""
    try:
        "a".encode(name)
    except (LookupError, ValueError):
        return False
    return codecs.lookup(name).name not in _NO_TABLE_ENCODINGS


def _refuse_blocks(text: str, name: str) -> None:
    """Refuse the blocks of the Netflix prize: a line with an id and a colon, then its ratings."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    blocks = [line for line in lines if _BLOCK_LINE.fullmatch(line)]
    if len(blocks) >= 2 or (blocks == lines[:1] and blocks[0][:-1].isdigit()):
        raise DataError(
            f"{name} is written in blocks: {quote(blocks[0])} seems to be an id, and the lines below it belong to it.",
            "Write that id on each of these lines, and leave out the lines with a colon.",
            "blocks-of-rows",
        )


def _announced(text: str) -> tuple[int, str | None]:
    """The lines before the table that say so themselves: comments, and Excel's ``sep=;``, which tells the delimiter."""
    lines = io.StringIO(text, newline=None).readlines()[:MOST_PREAMBLE]
    comments = next((place for place, line in enumerate(lines) if not line.startswith(_MARKS)), 0)
    if comments and lines[0].startswith(_MATRIX_MARKET):
        return comments + 1, None  # the first line of numbers says how many rows and columns there are
    if comments < len(lines) and (found := _SEPARATOR_LINE.fullmatch(lines[comments].strip("\r\n"))):
        return comments + 1, found[1].replace("\\t", "\t")
    return comments, None


def _without_rows(text: str, comments: int, delimiter: str) -> int:
    """How many of the lines that look like comments are such; those that split as the table does are part of it."""
    rows = records(after(text, comments), delimiter)
    lines = io.StringIO(text, newline=None).readlines()[:comments]
    if not rows or text.startswith(_MATRIX_MARKET) or has_header(rows):
        return comments
    fields = width(rows)[0]
    while lines and lines[-1].startswith(_MARKS) and width(_split(lines[-1], delimiter, quoted=True))[0] == fields:
        lines.pop()
    return len(lines)


def _preamble(text: str, delimiter: str) -> int:
    """How many lines without any delimiter stand before the table, such as its title."""
    lines = io.StringIO(text, newline=None).readlines()[: MOST_PREAMBLE + 1]
    before = next((place for place, line in enumerate(lines) if delimiter in line), 0)
    titles = [line.strip() for line in lines[:before]]
    fields = lines[before].count(delimiter) + 1 if lines else 0
    tabular = any(line.count(mark) + 1 >= fields for line in titles if line for mark in DELIMITERS if mark != " ")
    return before if any(titles) and before <= MOST_PREAMBLE and not tabular else 0


def _padded(text: str, delimiter: str) -> int:
    """How many lines before the header are at most half as full as the records mostly are, as the titles of a sheet."""

    def filled(fields: list[str]) -> int:
        return sum(field.strip() != "" for field in fields)

    lines = io.StringIO(text, newline=None).readlines()[: MOST_PREAMBLE + 1]
    usual = median(map(filled, records(text, delimiter)))
    fills = [filled(line.split(delimiter)) for line in lines]
    before = next((place for place, fill in enumerate(fills) if 2 * fill > usual), 0)
    return before if any(fills[:before]) and has_header(records(after(text, before), delimiter)) else 0


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
