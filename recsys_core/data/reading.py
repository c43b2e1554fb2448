"""A text file -> a table of text: nothing is cast, no column ever shifts, and nothing is lost without a count."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recsys_core.data.decoding import WANTED, Uint8, Utf8Copy, inside_quotes, read_head, utf8_copy
from recsys_core.data.dialect import SAMPLE_CHARACTERS, Dialect, records, sniff, width
from recsys_core.data.findings import Finding, listing, quote
from recsys_core.errors import DataError
from recsys_core.types import Int64

__all__ = ["Dialect", "RawTable", "read_table", "sniff"]

MOST_COLUMNS = 2000
LONGEST_LINE = 2_000_000  # bytes
_QUOTING = (",", ";")  # where fields are commonly quoted
_NEWLINE, _RETURN, _QUOTE = ord("\n"), ord("\r"), ord('"')
_REASONS = {
    "TOO MANY COLUMNS": "has too many fields",
    "MISSING COLUMNS": "has too few fields",
    "UNQUOTED VALUE": "has a quote that does not end with its field",
    "LINE SIZE OVER MAXIMUM": "is longer than 2 MB",
}
_QUOTE_REASONS = [_REASONS["UNQUOTED VALUE"], _REASONS["LINE SIZE OVER MAXIMUM"]]


@dataclass(frozen=True)
class RawTable:
    """A table as its file has it.

    Attributes:
        name: of the file, for messages.
        frame: one row per record that could be read, all columns text, "" where a field is empty.
        lines: Int64[N], the physical line on which each row of ``frame`` begins (1 is the first line of the file);
            None where that is not known.
        rejected: one row per record that could not be read: ``line``, ``reason`` and ``text``.
        dialect: how the file was read; None where the table did not come from a file.
        cut: whether only the beginning of the file was read.
        findings: what reading had to say.
    """

    name: str
    frame: pd.DataFrame
    lines: Int64 | None
    rejected: pd.DataFrame
    dialect: Dialect | None = None
    cut: bool = False
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, name: str, frame: pd.DataFrame) -> "RawTable":
        """A table that is already in memory, as text."""
        text = pd.DataFrame({str(column): frame[column].astype("str").fillna("") for column in frame})
        return cls(name, text, None, _no_rejects())

    @property
    def rows(self) -> int:
        """How many records the file has, readable or not."""
        return len(self.frame) + len(self.rejected)

    @property
    def columns(self) -> list[str]:
        return list(self.frame.columns)

    def number(self, position: int) -> int:
        """The number of a row among the records of the file, the first being 1."""
        before = 0
        if self.lines is not None:
            before = int((self.rejected["line"].to_numpy() < self.lines[position]).sum())
        return position + 1 + before

    def place(self, position: int) -> str:
        """Where a row is: ``row 5 (line 6)``."""
        line = "" if self.lines is None else f" (line {self.lines[position]})"
        return f"row {self.number(position)}{line}"


def read_table(path: Path, dialect: Dialect, sample: bool = False) -> RawTable:
    """Read a file as text.

    Rows with too many or too few fields are set aside in ``rejected``. Outside comma and semicolon files a quote
    that is never closed is taken for a plain character.

    Args:
        sample: read only about the first quarter of a million characters.

    Raises:
        DataError: there are no rows, the header is ambiguous, most rows do not fit the header, a line is endless, or a
            quote is opened and never closed.
    """
    names = _column_names(path, dialect)
    quoted = not _opens_quote_in_header(path, dialect)
    table, complete = _read_either_way(path, dialect, names, sample, quoted)
    if not table.cut:
        _refuse_open_quote(table, complete)
    if table.rows == 0:
        raise DataError(f"{path.name} has a header but no rows.", WANTED, "no-rows")
    if len(table.rejected) > len(table.frame):
        raise _mostly_ragged(table)
    return table


def _column_names(path: Path, dialect: Dialect) -> list[str]:
    rows = records(read_head(path, dialect.encoding, SAMPLE_CHARACTERS), dialect.delimiter)
    fields = width(rows)[0]
    if dialect.header and rows:
        names = [name.strip() or f"column {position}" for position, name in enumerate(rows[0], start=1)]
    else:
        names = [f"column {position}" for position in range(1, fields + 1)]
    if len(names) < 2:
        raise DataError(
            f"{path.name} has a single column when it is split by {quote(dialect.delimiter)}.",
            "Choose the delimiter that stands between the fields.",
            "not-a-table",
        )
    if len(names) > MOST_COLUMNS:
        raise DataError(
            f"{path.name} has {len(names):,} columns; a table of ratings has a few.",
            "Write one event a line: user, item, rating and time.",
            "too-many-columns",
        )
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise DataError(
            f"{path.name} has more than one column called {listing(repeated)}.",
            "Give every column a name of its own.",
            "repeated-columns",
        )
    return names


def _read_either_way(
    path: Path, dialect: Dialect, names: list[str], sample: bool, quoted: bool
) -> tuple[RawTable, bool]:
    """As :func:`_read`, with quotes as plain characters where they are unusual and spoil the table."""
    unusual = quoted and dialect.delimiter not in _QUOTING
    try:
        table, complete = _read(path, dialect, names, sample, quoted)
    except DataError:
        if unusual:
            return _read(path, dialect, names, sample, quoted=False)
        raise
    if unusual and _has_quote_fault(table):
        plain, plain_complete = _read(path, dialect, names, sample, quoted=False)
        if len(plain.rejected) <= len(table.rejected):
            return plain, plain_complete
    return table, complete


def _opens_quote_in_header(path: Path, dialect: Dialect) -> bool:
    """Whether the header opens a quote that its line does not close; an error where quotes are usual."""
    if not dialect.header:
        return False
    lines = io.StringIO(read_head(path, dialect.encoding, SAMPLE_CHARACTERS), newline=None)
    header = next(line for line in lines if line.strip())
    odd = header.count('"') % 2 == 1
    if odd and dialect.delimiter in _QUOTING:
        raise _open_quote(f"The header of {path.name}")
    return odd


def _read(path: Path, dialect: Dialect, names: list[str], sample: bool, quoted: bool) -> tuple[RawTable, bool]:
    """The table, and whether every line of the file is in it."""
    characters = SAMPLE_CHARACTERS if sample else None
    with utf8_copy(path, dialect.encoding, quoted, characters) as copy:
        content = copy.content()
        newlines = np.flatnonzero(content == _NEWLINE)
        _refuse_endless_lines(path.name, content, newlines, dialect.delimiter, names, quoted)
        frame, errors = _run_reader(copy, dialect, len(names), quoted, path.name)
        lines, errors, complete = _place_rows(copy, content, newlines, frame, errors, dialect, quoted)
    frame.columns = pd.Index(names)
    rejected = pd.DataFrame(
        {
            "line": errors["line"].to_numpy(np.int64),
            "reason": errors["error_type"].map(lambda kind: _REASONS.get(kind, "cannot be read")).astype("str"),
            "text": errors["csv_line"].astype("str"),
        }
    )
    notes = _encoding_notes(path.name, dialect)
    return RawTable(path.name, frame, lines, rejected, dialect, copy.cut, notes), complete


def _refuse_endless_lines(
    name: str, content: Uint8, newlines: Int64, delimiter: str, names: list[str], quoted: bool
) -> None:
    """Refuse lines over which the reader would spend minutes."""
    separator = delimiter.encode()
    starts, ends = np.append(0, newlines + 1), np.append(newlines, len(content))
    suspects = np.flatnonzero(ends - starts > MOST_COLUMNS * len(separator))
    if not len(suspects):
        return
    quotes = np.flatnonzero(content == _QUOTE) if quoted else np.empty(0, np.int64)
    for line, start, end in zip(suspects + 1, starts[suspects], ends[suspects], strict=True):
        inside = int(np.searchsorted(quotes, start)) % 2 == 1
        separators = _separators(content[start:end].tobytes(), separator, quoted, inside)
        if separators > MOST_COLUMNS:
            what = f"has {separators + 1:,} fields; {len(names)} are wanted ({listing(names)})"
        elif end - start > LONGEST_LINE:
            what = f"is {end - start:,} bytes long; a line may have up to {LONGEST_LINE:,}"
        else:
            continue
        raise DataError(
            f"{name} line {line} {what}.",
            "Write one event a line, each with as many fields as there are columns.",
            "endless-line",
        )


def _separators(line: bytes, separator: bytes, quoted: bool, inside: bool) -> int:
    """How many separators of a line stand outside quotes.

    A lone quote further up can make a line only seem to begin ``inside`` quotes, or only seem not to: the smaller
    number counts.
    """
    parts = line.split(b'"') if quoted else [line]
    return min(sum(part.count(separator) for part in parts[first::2]) for first in {0, int(inside)})


def _run_reader(
    copy: Utf8Copy, dialect: Dialect, fields: int, quoted: bool, name: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The readable rows, and the reader's errors, one per record."""
    import duckdb

    labels = [f"c{position}" for position in range(fields)]
    options: dict[str, Any] = {
        "path": str(copy.path),
        "delimiter": dialect.delimiter,
        "mark": '"' if quoted else "",
        "header": dialect.header,
        "skip": copy.blank_lines,
        "newline": copy.newline.replace("\r", "\\r").replace("\n", "\\n"),
    }
    types = ", ".join(f"'{label}': 'VARCHAR'" for label in labels)
    texts = ", ".join(f"coalesce({label}, '') AS {label}" for label in labels)
    query = (
        f"SELECT {texts} FROM read_csv($path, delim=$delimiter, quote=$mark, escape=$mark, header=$header, "
        f"skip=$skip, new_line=$newline, auto_detect=false, columns={{{types}}}, store_rejects=true, rejects_limit=0)"
    )
    with duckdb.connect() as connection:
        try:
            table = connection.sql(query, params=options).to_arrow_table()
        except duckdb.Error as error:
            raise DataError(
                f"{name} cannot be read as a table split by {quote(dialect.delimiter)}.",
                "Check the delimiter and the encoding, or save the file as UTF-8 CSV.",
                "unreadable",
            ) from error
        errors = connection.sql(
            "SELECT line_byte_position - 1 AS start, first(error_type) AS error_type, first(csv_line) AS csv_line "
            "FROM reject_errors GROUP BY start ORDER BY start"
        ).df()
    text = pd.StringDtype("pyarrow", na_value=np.nan)
    return table.to_pandas(types_mapper=lambda _: text), errors


def _place_rows(
    copy: Utf8Copy,
    content: Uint8,
    newlines: Int64,
    frame: pd.DataFrame,
    errors: pd.DataFrame,
    dialect: Dialect,
    quoted: bool,
) -> tuple[Int64 | None, pd.DataFrame, bool]:
    """The line of each row, the errors with their lines, and whether every line of the file is accounted for.

    A lone quote inside a field can mislead the search for the starts of the records; then the lines are None.
    """
    starts = _record_starts(content, newlines, quoted)
    starts = starts[np.searchsorted(newlines, starts) >= copy.blank_lines][int(dialect.header) :]
    found = np.searchsorted(newlines, starts) + 1
    if not len(starts):
        return None, errors.assign(line=copy.blank_lines + 1), frame.empty and errors.empty
    # The reader counts blank lines to the faulty record behind them.
    faulty = np.searchsorted(starts, errors["start"].to_numpy(np.int64)).clip(max=len(starts) - 1)
    errors = errors.assign(line=found[faulty], csv_line=errors["csv_line"].str.lstrip("\r\n"))
    lines = found[~np.isin(found, errors["line"])].astype(np.int64)
    blank = errors["csv_line"].str.strip() == ""
    if len(lines) == len(frame) and len(found) == len(frame) + len(errors):
        return lines, errors[~blank], True
    written = len(_record_starts(content, newlines, quoted=False))
    inner = sum(int(texts.str.count("\n").sum()) for _, texts in [*frame.items(), ("", errors["csv_line"])])
    return None, errors[~blank], int(dialect.header) + len(frame) + len(errors) + inner >= written


def _record_starts(content: Uint8, newlines: Int64, quoted: bool) -> Int64:
    """Where each record begins, blank lines left out."""
    ends = newlines[~inside_quotes(content)[newlines]] if quoted else newlines
    starts = np.concatenate([[0], ends + 1])
    starts = starts[starts < len(content)]
    blank = content[starts] == _NEWLINE
    blank |= (content[starts] == _RETURN) & (content[np.minimum(starts + 1, len(content) - 1)] == _NEWLINE)
    return starts[~blank].astype(np.int64)


def _has_quote_fault(table: RawTable) -> bool:
    return bool(table.rejected["reason"].isin(_QUOTE_REASONS).any())


def _refuse_open_quote(table: RawTable, complete: bool) -> None:
    """A quote that is never closed swallows the rows behind it: refused, since nobody could count them."""
    suspects = table.rejected[table.rejected["reason"].isin(_QUOTE_REASONS)]
    swallowing = suspects[suspects["text"].str.contains(r"[\r\n]") | (suspects["text"].str.len() > 9_000)]
    if complete and swallowing.empty:
        return
    line = f" line {swallowing['line'].iloc[0]}" if len(swallowing) else ""
    raise _open_quote(table.name + line)


def _open_quote(place: str) -> DataError:
    return DataError(
        f"{place} opens a quote that is not closed, so the rows behind it cannot be told apart.",
        'Close the quote, or write a quote inside a field twice ("").',
        "open-quote",
    )


def _mostly_ragged(table: RawTable) -> DataError:
    first = table.rejected.iloc[0]
    fields = len(table.columns)
    return DataError(
        f"{table.name} line {first['line']}: {quote(first['text'])} {first['reason']}; {fields} are wanted "
        f"({listing(table.columns)}). {len(table.rejected):,} of {table.rows:,} rows do not fit.",
        "Give every row as many fields as there are columns, or choose another delimiter.",
        "ragged-rows",
    )


def _encoding_notes(name: str, dialect: Dialect) -> tuple[Finding, ...]:
    if dialect.encoding not in ("cp1252", "latin-1"):
        return ()
    label = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}[dialect.encoding]
    message = f"{name} is not UTF-8; it was read as {label} (Western European). Check that accents look right."
    return (Finding("note", "encoding", message),)


def _no_rejects() -> pd.DataFrame:
    empty = pd.DataFrame({"line": [], "reason": [], "text": []})
    return empty.astype({"line": np.int64, "reason": "str", "text": "str"})
