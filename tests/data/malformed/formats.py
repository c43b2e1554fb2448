"""Tables and archives as bytes, in every format that is read."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from tests.data.files import HEADER, ROWS, text_of
from tests.data.malformed.case import Row, joined


def as_text(rows: Sequence[Row], header: Row = HEADER, delimiter: str = ",") -> bytes:
    return text_of(list(rows), delimiter, header).encode()


def as_gzip(rows: Sequence[Row], header: Row = HEADER) -> bytes:
    return gzip.compress(as_text(rows, header))


def as_zip(rows: Sequence[Row], header: Row = HEADER) -> bytes:
    return zipped(("table.csv", as_text(rows, header)))


def as_jsonl(rows: Sequence[Row], header: Row = HEADER) -> bytes:
    return joined(json.dumps(dict(zip(header, row, strict=True))) for row in rows).encode()


def as_xlsx(rows: Sequence[Sequence[Any]], header: Row = HEADER) -> bytes:
    """A workbook whose ratings and times are numbers where they can be."""
    return workbook([header, *(tuple(_number(cell, n) for n, cell in enumerate(row)) for row in rows)])


def as_parquet(rows: Sequence[Row], header: Row = HEADER) -> bytes:
    return parquet({name: list(column) for name, column in zip(header, zip(*rows, strict=True), strict=True)})


def _number(cell: Any, column: int) -> Any:
    return int(cell) if column >= 2 and isinstance(cell, str) and cell.isdecimal() and cell.isascii() else cell


def workbook(*sheets: Sequence[Sequence[Any]], names: Sequence[str] = (), finish: Callable[[Any], None] | None = None):
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets):
        sheet = book.create_sheet(names[number] if names else f"Sheet{number + 1}")
        for row in rows:
            sheet.append(list(row))
    if finish:
        finish(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def parquet(columns: Mapping[str, Any], **options: Any) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    target = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), target, **options)
    return target.getvalue()


def typed_parquet(**replaced: Any) -> bytes:
    """A Parquet file of numbers, with some columns replaced."""
    import pyarrow as pa

    columns = {
        "user_id": pa.array([int(row[0][1:]) for row in ROWS]),
        "item_id": pa.array([int(row[1][1:]) for row in ROWS]),
        "rating": pa.array([float(row[2]) for row in ROWS]),
        "timestamp": pa.array([int(row[3]) * 1_000_000 for row in ROWS], pa.timestamp("us", "UTC")),
    }
    made = {name: column(pa) if callable(column) else column for name, column in replaced.items()}
    return parquet({**columns, **made})


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return target.getvalue()


def rezipped(archive: bytes, **replaced: Callable[[bytes], bytes]) -> bytes:
    """An archive in which the entries that end in ``<name>.xml`` are rewritten."""
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        entries = [(name, source.read(name)) for name in source.namelist()]
    changes = {f"{name}.xml": change for name, change in replaced.items()}
    return zipped(*((name, changes.get(name.rpartition("/")[2], bytes)(content)) for name, content in entries))


FORMATS: dict[str, tuple[str, Callable[[Sequence[Row], Row], bytes]]] = {
    "csv": ("ratings.csv", as_text),
    "tsv": ("ratings.tsv", partial(as_text, delimiter="\t")),
    "semicolon": ("ratings.txt", partial(as_text, delimiter=";")),
    "bar": ("ratings.data", partial(as_text, delimiter="|")),
    "colons": ("ratings.dat", partial(as_text, delimiter="::")),
    "gz": ("ratings.csv.gz", as_gzip),
    "zip": ("ratings.zip", as_zip),
    "xlsx": ("ratings.xlsx", as_xlsx),
    "parquet": ("ratings.parquet", as_parquet),
    "jsonl": ("ratings.jsonl", as_jsonl),
}
PACKED = ("gz", "zip", "xlsx", "parquet", "jsonl")
