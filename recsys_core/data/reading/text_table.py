"""A text file -> a table of text: nothing is cast, no column ever shifts, and nothing is lost without a count."""

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recsys_core.data.findings import Finding, counted, listing, quote
from recsys_core.data.progress import Progress, silent
from recsys_core.data.reading.decoding import WANTED, Utf8Copy, read_head, utf8_copy
from recsys_core.data.reading.dialect import SAMPLE_CHARACTERS, Dialect, after, records, width
from recsys_core.data.reading.line_index import LineIndex
from recsys_core.data.reading.raw_table import RawTable, refuse_repeated, rejects
from recsys_core.data.reading.text_columns import TextColumns
from recsys_core.errors import DataError, visible
from recsys_core.types import Int32

if TYPE_CHECKING:
    import pyarrow as pa

MOST_COLUMNS = 2000  # of a table; one row a person and one column an item may have more
WIDEST = 12_000
MOST_FIELDS = 500  # of a line, where there are few columns: each surplus one takes the reader time
LONGEST_LINE = 2_000_000  # bytes
BATCH_ROWS = 1 << 18
READER_MEMORY = "512MB"
_QUOTING = (",", ";")  # where fields are commonly quoted
_REASONS = {
    "TOO MANY COLUMNS": "has too many fields",
    "MISSING COLUMNS": "has too few fields",
    "UNQUOTED VALUE": "has a quote that does not end with its field",
    "LINE SIZE OVER MAXIMUM": "is longer than 2 MB",
    "INVALID ENCODING": "is not UTF-8",
}
_QUOTE_REASONS = [_REASONS["UNQUOTED VALUE"], _REASONS["LINE SIZE OVER MAXIMUM"]]


def read_text_table(path: Path, dialect: Dialect, sample: bool = False, progress: Progress = silent) -> RawTable:
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
    table, complete = _read_either_way(path, dialect, names, sample, quoted, progress)
    if not table.cut:
        _refuse_open_quote(table, complete)
    if table.rows == 0:
        raise DataError(f"{path.name} has a header but no rows.", WANTED, "no-rows")
    if len(table.rejected) > len(table):
        raise _mostly_ragged(table)
    return table


def _column_names(path: Path, dialect: Dialect) -> list[str]:
    rows = records(_head(path, dialect), dialect.delimiter)
    fields = width(rows)[0]
    if dialect.header and rows:
        written = [rows[0][0].lstrip("#%"), *rows[0][1:]]  # some mark the header as a comment
        names = [_name(text) or f"column {position}" for position, text in enumerate(written, start=1)]
    else:
        names = [f"column {position}" for position in range(1, fields + 1)]
    if len(names) < 2:
        raise DataError(
            f"{path.name} has a single column when it is split by {quote(dialect.delimiter)}.",
            "Choose the delimiter that stands between the fields.",
            "not-a-table",
        )
    if len(names) > WIDEST:
        raise DataError(
            f"{path.name} has {len(names):,} columns; a table of ratings has a few.",
            "Write one event a line: user, item, rating and time.",
            "too-many-columns",
        )
    refuse_repeated(names, path.name)
    return names


def _head(path: Path, dialect: Dialect) -> str:
    """The beginning of the table."""
    return after(read_head(path, dialect.encoding, SAMPLE_CHARACTERS), dialect.skip)


def _name(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").strip()


def _read_either_way(
    path: Path, dialect: Dialect, names: list[str], sample: bool, quoted: bool, progress: Progress
) -> tuple[RawTable, bool]:
    """As :func:`_read`, with quotes as plain characters where they are unusual and spoil the table."""
    unusual = quoted and dialect.delimiter not in _QUOTING
    try:
        table, complete = _read(path, dialect, names, sample, quoted, progress)
    except DataError:
        if unusual:
            return _read(path, dialect, names, sample, False, progress)
        raise
    if unusual and _has_quote_fault(table):
        plain, plain_complete = _read(path, dialect, names, sample, False, progress)
        if len(plain.rejected) <= len(table.rejected):
            return plain, plain_complete
    return table, complete


def _opens_quote_in_header(path: Path, dialect: Dialect) -> bool:
    """Whether the header opens a quote that its line does not close; an error where quotes are usual."""
    if not dialect.header:
        return False
    lines = io.StringIO(_head(path, dialect), newline=None)
    header = next(line for line in lines if line.strip())
    odd = header.count('"') % 2 == 1
    if odd and dialect.delimiter in _QUOTING:
        raise _open_quote(f"The header of {path.name}")
    return odd


def _read(
    path: Path, dialect: Dialect, names: list[str], sample: bool, quoted: bool, progress: Progress
) -> tuple[RawTable, bool]:
    """The table, and whether every line of the file is in it."""
    characters = SAMPLE_CHARACTERS if sample else None
    progress(0.0, "Looking at the file")
    with utf8_copy(path, dialect.encoding, quoted, characters) as copy:
        index = LineIndex.of(copy.path, copy.newline)
        start = index.first_filled(max(copy.blank_lines, dialect.skip))
        _refuse_endless_lines(path.name, copy.path, index, dialect.delimiter, names, quoted)
        content, errors = _run_reader(copy, dialect, names, quoted, start, len(index), progress)
        lines, errors, complete = _place_rows(start, index, content, errors, dialect, quoted)
    reasons = errors["error_type"].map(lambda kind: _REASONS.get(kind, "cannot be read"))
    rejected = rejects(errors["line"].to_numpy(np.int64), reasons, errors["csv_line"])
    notes = (*_encoding_notes(path.name, dialect), *_preamble_notes(path.name, dialect))
    return RawTable(visible(path.name), content, lines, rejected, dialect, copy.cut, notes), complete


def _refuse_endless_lines(
    name: str, path: Path, index: LineIndex, delimiter: str, names: list[str], quoted: bool
) -> None:
    """Refuse lines over which the reader would spend minutes."""
    separator = delimiter.encode()
    most = max(MOST_FIELDS, 2 * len(names))
    with path.open("rb") as file:
        for line in np.flatnonzero(index.lengths > most * len(separator)).tolist():
            size = int(index.lengths[line])
            file.seek(index.start(line))
            separators = _separators(file.read(size), separator, quoted, index.begins_inside(line) and quoted)
            if separators > most:
                what = f"has {separators + 1:,} fields; {len(names)} are wanted ({listing(names)})"
            elif size > LONGEST_LINE:
                what = f"is {size:,} bytes long; a line may have up to {LONGEST_LINE:,}"
            else:
                continue
            raise DataError(
                f"{name} line {line + 1} {what}.",
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
    copy: Utf8Copy, dialect: Dialect, names: list[str], quoted: bool, start: int, lines: int, progress: Progress
) -> tuple["pa.Table", pd.DataFrame]:
    """The readable rows, and the reader's errors, one per record."""
    import duckdb
    import pyarrow as pa

    labels = [f"c{position}" for position in range(len(names))]
    options: dict[str, Any] = {
        "path": str(copy.path),
        "delimiter": dialect.delimiter,
        "mark": '"' if quoted else "",
        "header": dialect.header,
        "skip": start,
        "newline": copy.newline.replace("\r", "\\r").replace("\n", "\\n"),
    }
    types = ", ".join(f"'{label}': 'VARCHAR'" for label in labels)
    texts = ", ".join(f"coalesce({label}, '') AS {label}" for label in labels)
    query = (
        f"SELECT {texts} FROM read_csv($path, delim=$delimiter, quote=$mark, escape=$mark, header=$header, "
        f"skip=$skip, new_line=$newline, auto_detect=false, columns={{{types}}}, store_rejects=true, rejects_limit=0)"
    )
    limits: dict[str, Any] = (
        {"memory_limit": READER_MEMORY} if len(names) <= MOST_COLUMNS else {"memory_limit": "3GB", "threads": 1}
    )
    with duckdb.connect(config=limits) as connection:
        try:
            batches = connection.sql(query, params=options).to_arrow_reader(BATCH_ROWS)
            content = TextColumns()
            for batch in batches:
                content.add(dict(zip(names, batch.columns, strict=True)))
                progress(min(1.0, len(content) / max(1, lines)), f"Reading, {len(content):,} rows so far")
        except (duckdb.Error, pa.ArrowException, OSError) as error:  # errors while rows stream come as OSError
            raise DataError(
                f"The file cannot be read as a table split by {quote(dialect.delimiter)}.",
                "Check the delimiter and the encoding, or save the file as UTF-8 CSV.",
                "unreadable",
            ) from error
        errors = connection.sql(
            "SELECT line_byte_position AS start, first(error_type) AS error_type, first(csv_line) AS csv_line "
            "FROM reject_errors GROUP BY start ORDER BY start"
        ).df()
    empty = {name: pa.array([], pa.string()) for name in names}
    return content.table() if len(content) else pa.table(empty), errors


def _place_rows(
    start: int, index: LineIndex, content: "pa.Table", errors: pd.DataFrame, dialect: Dialect, quoted: bool
) -> tuple[Int32 | None, pd.DataFrame, bool]:
    """The line of each row, the errors with their lines, and whether every line of the file is accounted for.

    A lone quote inside a field can mislead the search for the starts of the records; then the lines are None.
    """
    starts = index.records(quoted)
    starts = starts[starts >= start][int(dialect.header) :]
    if not len(starts):
        return None, errors.assign(line=start + 1), not content.num_rows and errors.empty
    # The reader counts blank lines to the faulty record behind them.
    faulty = np.searchsorted(starts, index.line_at(errors["start"].to_numpy(np.int64))).clip(max=len(starts) - 1)
    errors = errors.assign(line=starts[faulty] + 1, csv_line=errors["csv_line"].str.lstrip("\r\n"))
    lines = starts + np.int32(1)
    if len(errors):
        lines = lines[~np.isin(lines, errors["line"])]
    blank = errors["csv_line"].str.strip() == ""
    if len(lines) == content.num_rows and len(starts) == content.num_rows + len(errors):
        return lines, errors[~blank], True
    written = int((index.records(quoted=False) >= start).sum())
    inner = sum(_newlines_in(content.column(name)) for name in content.column_names)
    inner += int(errors["csv_line"].str.count("\n").sum())
    return None, errors[~blank], int(dialect.header) + content.num_rows + len(errors) + inner >= written


def _newlines_in(column: "pa.ChunkedArray") -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    return int(pc.sum(pc.count_substring(column.cast(pa.string()), "\n")).as_py() or 0)


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


def _preamble_notes(name: str, dialect: Dialect) -> tuple[Finding, ...]:
    if not dialect.skip:
        return ()
    message = f"Skipped before the table in {visible(name)}: {counted(dialect.skip, 'line')}."
    return (Finding("note", "preamble", message, dialect.skip),)


def _encoding_notes(name: str, dialect: Dialect) -> tuple[Finding, ...]:
    if dialect.encoding not in ("cp1252", "latin-1"):
        return ()
    label = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}[dialect.encoding]
    message = f"{visible(name)} is not UTF-8; it was read as {label} (Western European). Check that accents look right."
    return (Finding("note", "encoding", message),)
