"""JSON, one object a line or a list of objects -> a table of text: keys are columns, numbers stay as written."""

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from recsys_core.data import column_names
from recsys_core.data.findings import listing, quote
from recsys_core.data.progress import Progress, silent
from recsys_core.data.reading.decoding import detect_encoding, first_bytes
from recsys_core.data.reading.raw_table import RawTable, rejects
from recsys_core.data.reading.text_columns import TextColumns
from recsys_core.data.reading.text_table import LONGEST_LINE, MOST_COLUMNS
from recsys_core.errors import DataError

WANTED = "Write one object a line, with keys such as user, item, rating and time."
LARGEST_DOCUMENT = 256 << 20  # bytes; a list is read as a whole
HEAD_BYTES = 1 << 16
SAMPLE_ROWS = 5_000
BATCH_ROWS = 50_000
PATIENCE = 10_000  # rejected lines before a file is given up
MOST_INNER_KEYS = 20  # of an object that becomes columns
_ROLES = ("user", "item", "rating", "time")
_WRAPPERS = frozenset(("$oid", "$date", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal", "id"))

Object = dict[str, Any]


class _KeyTwice(ValueError):
    """An object with the same key twice."""


@dataclass
class _Found:
    """What was read so far."""

    name: str
    columns: TextColumns = field(default_factory=TextColumns)
    batch: list[dict[str, str]] = field(default_factory=list)
    lines: "array[int]" = field(default_factory=lambda: array("i"))
    lost: list[tuple[int, str, str]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, line: int, row: Any, text: str) -> None:
        """Take an object; set aside what is none."""
        reason = "holds no object with keys and values" if not isinstance(row, dict) or not row else ""
        row = {} if reason else _flat(row)
        cells = {key: _text(value) for key, value in row.items()}
        nested = [key for key in cells if isinstance(row[key], dict | list) and _has_role(key)]
        if nested:
            reason = f"holds several values under the key {listing(nested)}"
        elif "\\u" in text and not _is_whole("".join([*cells, *cells.values()])):
            reason = "holds half a character (a lone surrogate)"
        if reason:
            self.reject(line, reason, text)
            return
        self.batch.append(cells)
        self.lines.append(line)
        if len(self.batch) == BATCH_ROWS:
            self.flush()

    def reject(self, line: int, reason: str, text: str) -> None:
        self.lost.append((line, reason, text))
        if len(self.lost) > PATIENCE and len(self.lost) > len(self):
            raise self.mostly_lost()

    def flush(self) -> None:
        import pyarrow as pa

        names = list(dict.fromkeys(key for row in self.batch for key in row))
        if len({*self.columns.names, *names}) > MOST_COLUMNS:
            raise DataError(
                f"{self.name} has objects with more than {MOST_COLUMNS:,} different keys.", WANTED, "too-many-columns"
            )
        if self.batch:
            cells = {name: pa.array([row.get(name, "") for row in self.batch], pa.string()) for name in names}
            self.columns.add(cells)
        self.batch = []

    def table(self, cut: bool, lines: bool) -> RawTable:
        self.flush()
        if not len(self) and not self.lost:
            raise DataError(f"{self.name} is JSON without any rows.", WANTED, "no-rows")
        if len(self.lost) > len(self):
            raise self.mostly_lost()
        if len(self.columns.names) < 2:
            raise DataError(
                f"{self.name} is JSON with a single key, {listing(self.columns.names)}; a table has several columns.",
                WANTED,
                "not-a-table",
            )
        numbers, reasons, texts = zip(*self.lost, strict=True) if self.lost else ((), (), ())
        where = np.frombuffer(self.lines, dtype=np.int32).copy() if lines else None
        return RawTable(self.name, self.columns.table(), where, rejects(numbers, reasons, texts), cut=cut)

    def mostly_lost(self) -> DataError:
        line, reason, text = self.lost[0]
        return DataError(
            f"{self.name} looks like JSON, but line {line}, {quote(text)}, {reason}. "
            f"{len(self.lost):,} of {len(self) + len(self.lost):,} rows cannot be read.",
            WANTED,
            "broken-json",
        )


def holds_json(path: Path) -> bool:
    """Whether a file begins as JSON does, in any encoding, a broken first line notwithstanding."""
    plain = first_bytes(path, HEAD_BYTES).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if _begins(plain, b"[", b'{["]') or _begins(plain, b"{", b'"}'):
        return True
    lines = [line for line in plain.splitlines()[:10] if line.strip()]
    return 2 * sum(_begins(line.strip(), b"{", b'"') for line in lines) > len(lines)


def read_json_table(path: Path, sample: bool = False, progress: Progress = silent) -> RawTable:
    """Read JSON as text.

    The file holds one object a line, or a list of objects, bare or as the only one in an object; or an object of
    objects by id, where the ids become the column ``id``; or columns, as lists of values or as pandas writes them.

    ``null`` and missing keys are "", truth values ``true`` and ``false``. An object that only wraps a value, such as
    ``{"$oid": ...}``, is that value. Other lists and objects within are written as JSON; but where a user, item, rating
    or time is expected, an object becomes columns such as ``user.id``, and a list is no value. What is broken is set
    aside in ``rejected``.

    Args:
        sample: read only the first 5,000 objects.

    Raises:
        DataError: it is not JSON, not flat, or most of it is broken.
    """
    encoding = detect_encoding(path)
    found = _Found(path.name)
    first = next((line for _, line in _lines(path, encoding)), "")
    if first[:1] == "[" and first[1:].lstrip()[:1] in ("", "{", "]"):
        cut = _read_list(path, encoding, found, sample)
        return found.table(cut, lines=False)
    if _is_document(path, encoding, first):
        _read_object(path, encoding, found)
        return found.table(cut=False, lines=False)
    size, done = max(1, path.stat().st_size), 0
    for number, line in _lines(path, encoding):
        done += len(line)
        if len(line) > LONGEST_LINE:
            raise DataError(
                f"{path.name} line {number} is longer than {LONGEST_LINE:,} characters.", WANTED, "endless-line"
            )
        _take_line(found, number, line)
        if sample and len(found) == SAMPLE_ROWS:
            return found.table(cut=True, lines=True)
        if not number % BATCH_ROWS:
            progress(min(1.0, done / size), f"Reading, {len(found):,} rows so far")
    return found.table(cut=False, lines=True)


def _begins(text: bytes, bracket: bytes, inside: bytes) -> bool:
    rest = text[1:].lstrip()
    return text.startswith(bracket) and (not rest or rest[:1] in inside)


@lru_cache(maxsize=10_000)
def _has_role(key: str) -> bool:
    return any(column_names.fit(role, key) > 1 for role in _ROLES)


def _flat(row: Object) -> Object:
    """An object without those that wrap a value, and with dotted keys for those of a user, item, rating or time."""
    if not any(type(value) is dict for value in row.values()):
        return row
    flat: Object = {}
    for key, value in row.items():
        plain = _unwrapped(value)
        if isinstance(plain, dict) and len(plain) <= MOST_INNER_KEYS and _has_role(key):
            flat |= {f"{key}.{inner}": _unwrapped(part) for inner, part in plain.items()}
        else:
            flat[key] = plain
    return flat


def _unwrapped(value: Any) -> Any:
    while isinstance(value, dict) and len(value) == 1 and (wrapper := next(iter(value))) in _WRAPPERS:
        value = value[wrapper]
    return value


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _pairs(pairs: list[tuple[str, Any]]) -> Object:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _KeyTwice("has a key twice")
    return made


_DECODER = json.JSONDecoder(object_pairs_hook=_pairs, parse_float=str, parse_int=str, parse_constant=str)


def _lines(path: Path, encoding: str) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, stripped, with their numbers; longer ones than allowed are cut."""
    number = 0
    with path.open(encoding=encoding) as file:
        while line := file.readline(LONGEST_LINE + 2):
            number += 1
            if plain := line.lstrip("\ufeff").strip():
                yield number, plain


def _take_line(found: _Found, number: int, line: str) -> None:
    try:
        row = _DECODER.decode(line)
    except _KeyTwice:
        found.reject(number, "has a key twice", line)
    except (ValueError, RecursionError):
        found.reject(number, "is not JSON", line)
    else:
        found.add(number, row, line)


def _is_document(path: Path, encoding: str, first: str) -> bool:
    """Whether an object is laid out over several lines, or is alone and holds rows."""
    if first[:1] != "{" or len(first) > LONGEST_LINE:
        return first[:1] == "{"
    lines = [line for _, line in islice(_lines(path, encoding), 2)]
    if len(lines) == 2:
        return first.endswith(("{", "[", ",")) and not lines[1].startswith("{")
    try:
        return _rows_of(_DECODER.decode(first)) is not None
    except (ValueError, RecursionError):
        return False


def _rows_of(whole: Object) -> list[Any] | None:
    """The rows that an object holds, in one of the ways that :func:`read_json_table` tells; None for no such object."""
    values = list(whole.values())
    names, listed = whole.get("columns"), whole.get("data")
    if isinstance(names, list) and isinstance(listed, list) and len({*map(str, names)}) == len(names):
        fits = (isinstance(row, list) and len(row) == len(names) for row in listed)
        return [
            dict(zip(map(str, names), row, strict=True)) if fit else row for row, fit in zip(listed, fits, strict=True)
        ]
    if len(values) > 1 and all(isinstance(value, dict) and value for value in values):
        numbers = list(map(str, range(len(values[0]))))
        if all(list(value) == numbers for value in values):  # columns of values by their row
            return [dict(zip(whole, row, strict=True)) for row in zip(*map(dict.values, values), strict=True)]
        return [{"id": key, **value} for key, value in whole.items()]
    if len(values) > 1 and all(_is_column(value, values[0]) for value in values):
        return [dict(zip(whole, row, strict=True)) for row in zip(*values, strict=True)]
    tables = [value for value in values if isinstance(value, list) and value and isinstance(value[0], dict)]
    return tables[0] if len(tables) == 1 else None


def _is_column(value: Any, first: Any) -> bool:
    """Whether a value is a list of as many plain values as the first one."""
    return isinstance(value, list) and len(value) == len(first) and not any(isinstance(v, dict | list) for v in value)


def _read_list(path: Path, encoding: str, found: _Found, sample: bool) -> bool:
    """Take the objects of a list; whether only the first ones."""
    text = _document(path, encoding)
    line, counted, position = 1, 0, _skip(text, text.index("[") + 1)
    while text[position : position + 1] != "]":
        line, counted = line + text.count("\n", counted, position), position
        try:
            row, end = _DECODER.raw_decode(text, position)
        except (ValueError, RecursionError) as error:
            raise _broken(path.name, line) from error
        found.add(line, row, text[position:end])
        if sample and len(found) == SAMPLE_ROWS:
            return True
        position = _skip(text, end)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
        elif text[position : position + 1] != "]":
            raise _broken(path.name, line)
    if text[position + 1 :].strip():
        raise _broken(path.name, line)
    return False


def _read_object(path: Path, encoding: str, found: _Found) -> None:
    """Take the rows that an object holds."""
    try:
        whole = _DECODER.decode(_document(path, encoding))
    except (ValueError, RecursionError) as error:
        raise _broken(path.name, getattr(error, "lineno", 1)) from error
    rows = _rows_of(whole)
    if rows is None:
        raise DataError(f"{path.name} is JSON, but one object and not a table of many.", WANTED, "not-a-table")
    for number, row in enumerate(rows, start=1):
        found.add(number, row, "\\u")


def _document(path: Path, encoding: str) -> str:
    if path.stat().st_size > LARGEST_DOCUMENT:
        raise DataError(
            f"{path.name} is one JSON document of more than {LARGEST_DOCUMENT >> 20} MB.", WANTED, "too-large"
        )
    return path.read_text(encoding=encoding).lstrip("\ufeff").strip()


def _skip(text: str, position: int) -> int:
    """The next position that is not blank."""
    while text[position : position + 1].isspace():
        position += 1
    return position


def _broken(name: str, line: int) -> DataError:
    return DataError(f"{name} looks like JSON, but is broken in line {line}.", WANTED, "broken-json")
