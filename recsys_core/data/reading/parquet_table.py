"""A Parquet file -> a table of text, row group by row group, each distinct value written once."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recsys_core.data import column_names
from recsys_core.data.findings import Finding, listing, quote
from recsys_core.data.progress import Progress, silent
from recsys_core.data.reading.archives import MOST_BYTES, damaged
from recsys_core.data.reading.raw_table import RawTable, no_rejects, refuse_repeated
from recsys_core.data.reading.text_columns import TextColumns
from recsys_core.data.reading.text_table import MOST_COLUMNS
from recsys_core.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MOST_ROWS = 200_000_000
MOST_ROWS_A_BYTE = 50
ROWS_BEFORE_THE_RATIO = 1_000_000
SAMPLE_ROWS = 10_000
WANTED = "Write one event a row: user, item, rating and time."
_INDEX = re.compile(r"__index_level_\d+__")  # a numbering of rows that nobody named


def read_parquet_table(path: Path, sample: bool = False, progress: Progress = silent) -> RawTable:
    """Read a Parquet file as text.

    Whole numbers are exact; other numbers are the shortest text that gives them back, whole ones with ``.0``, as in a
    CSV of the same table (so ids that became fractions for the sake of blanks stay visible). Times are ISO 8601, in
    UTC where they have a zone. Lists and records are written as JSON.

    Args:
        sample: read only the first 10,000 rows.

    Raises:
        DataError: it is damaged, promises too much, or a column that is needed holds no single values.
    """
    import pyarrow as pa

    with _opened(path) as file:
        fields, dropped = _fields(file.schema_arrow, path.name)
        _refuse_too_much(file.metadata, path)
        columns, done = TextColumns(), 0
        for group in _groups(file, [field.name for field in fields], sample):
            columns.add({_label(field.name, n): _texts(group.column(n), field) for n, field in enumerate(fields)})
            done += group.nbytes
            if done > MOST_BYTES:
                raise DataError(
                    f"{path.name} is larger than {MOST_BYTES >> 30} GB when it is unpacked.",
                    "Leave out what is not needed, or cut it into several files.",
                    "too-large",
                )
            progress(len(columns) / file.metadata.num_rows, f"Reading, {len(columns):,} rows so far")
        try:
            content = columns.table()
        except pa.ArrowException as error:
            raise damaged(path.name, "Parquet file") from error
        cut = len(columns) < file.metadata.num_rows
    return RawTable(path.name, content, None, no_rejects(), cut=cut, findings=_dropped_note(path.name, dropped))


@contextmanager
def _opened(path: Path) -> Iterator["pq.ParquetFile"]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        texts = [field.name for field in pq.read_schema(path) if _is_text(field.type)]
        # Texts stay in their dictionaries: a small page may repeat a long text a million times.
        with pq.ParquetFile(path, read_dictionary=texts) as file:
            yield file
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise damaged(path.name, "Parquet file") from error


def _is_text(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_binary(kind))


def _refuse_too_much(metadata: "pq.FileMetaData", path: Path) -> None:
    rows, size = metadata.num_rows, path.stat().st_size
    if rows == 0:
        raise DataError(f"{path.name} has columns but no rows.", WANTED, "no-rows")
    if rows > MOST_ROWS or rows > max(ROWS_BEFORE_THE_RATIO, MOST_ROWS_A_BYTE * size):
        raise DataError(
            f"{path.name} says that it holds {rows:,} rows in {size:,} bytes, more than can be read.",
            f"Choose a file of up to {MOST_ROWS:,} rows.",
            "too-large",
        )


def _fields(schema: "pa.Schema", name: str) -> tuple[list["pa.Field"], list["pa.Field"]]:
    """The columns to read, and those that cannot be written as text."""
    import pyarrow as pa

    fields = [field for field in schema if not _INDEX.fullmatch(field.name)]
    names = [field.name for field in fields]
    refuse_repeated(names, name)
    if len(fields) > MOST_COLUMNS:
        raise DataError(
            f"{name} has {len(fields):,} columns; a table of ratings has a few.", WANTED, "too-many-columns"
        )
    for field in fields:
        if pa.types.is_nested(field.type) and any(
            column_names.fit(role, field.name) > 1 for role in ("user", "item", "rating", "time")
        ):
            raise DataError(
                f"{name}: the column {quote(field.name)} holds several values a row (its type is {field.type}).",
                WANTED,
                "nested-column",
            )
    kept = [field for field in fields if not _is_mute(field.type)]
    if len(kept) < 2:
        raise DataError(
            f"{name} has fewer than 2 columns that can be read as text: {listing([f.name for f in kept]) or 'none'}.",
            WANTED,
            "not-a-table",
        )
    return kept, [field for field in fields if _is_mute(field.type)]


def _is_mute(kind: "pa.DataType") -> bool:
    import pyarrow as pa

    return bool(pa.types.is_duration(kind) or pa.types.is_interval(kind) or isinstance(kind, pa.ExtensionType))


def _label(name: str, position: int) -> str:
    return name.strip() or f"column {position + 1}"


def _groups(file: "pq.ParquetFile", names: list[str], sample: bool) -> Iterator["pa.Table"]:
    import pyarrow as pa

    if sample:
        batch = next(file.iter_batches(SAMPLE_ROWS, columns=names), None)
        if batch is not None:
            yield pa.Table.from_batches([batch]).select(names)
        return
    for number in range(file.num_row_groups):
        yield file.read_row_group(number, columns=names).select(names)


def _texts(column: "pa.ChunkedArray", field: "pa.Field") -> "pa.DictionaryArray":
    """A column as text, each distinct text once, in order of first appearance; "" for nothing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_nested(column.type):
        column = pa.chunked_array([_json(chunk) for chunk in column.chunks], pa.string())
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    whole = pa.concat_arrays(encoded.unify_dictionaries().chunks)
    blank = len(whole.dictionary)
    codes = pc.fill_null(whole.indices.cast(pa.int64()), blank).dictionary_encode()  # numbered as they appear
    texts = pc.fill_null(_written(whole.dictionary, field), "")
    texts = pa.concat_arrays([texts, pa.array([""])]).take(codes.dictionary).dictionary_encode()
    return pa.DictionaryArray.from_arrays(texts.indices.take(codes.indices), texts.dictionary)


def _written(values: "pa.Array", field: "pa.Field") -> "pa.Array":
    """Distinct values as text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = values.type
    if pa.types.is_floating(kind):
        values = values.cast(pa.float32()) if pa.types.is_float16(kind) else values
        values = pc.if_else(pc.is_nan(values), None, values)
        texts = values.cast(pa.string())
        return pc.if_else(pc.match_substring_regex(texts, "[.en]"), texts, pc.binary_join_element_wise(texts, ".0", ""))
    if pa.types.is_timestamp(kind):
        return _moments(values)
    try:
        return values.cast(pa.string())
    except pa.ArrowException as error:
        raise DataError(
            f"The column {quote(field.name)} holds bytes that are no text.", "Write it as text.", "binary-column"
        ) from error


def _moments(values: "pa.Array") -> "pa.Array":
    """Times with no more digits than they need."""
    import pyarrow as pa

    zone = "UTC" if values.type.tz else None
    for unit in ("s", "ms", "us", "ns"):
        try:
            return values.cast(pa.timestamp(unit, zone)).cast(pa.string())
        except pa.ArrowInvalid:
            continue
    raise ValueError("a time beyond nanoseconds")


def _json(values: "pa.Array") -> "pa.Array":
    import pyarrow as pa

    def text(value: Any) -> str:
        return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)

    return pa.array([text(value) for value in values.to_pylist()], pa.string())


def _dropped_note(name: str, dropped: list["pa.Field"]) -> tuple[Finding, ...]:
    if not dropped:
        return ()
    names = listing([field.name for field in dropped])
    return (Finding("note", "column-left-out", f"{name}: {names} cannot be written as text and was left out."),)
