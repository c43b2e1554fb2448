"""The one way out: a data set -> CSV or Parquet files that other programs, and our own importer, can read."""

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import listing
from recsys_core.data.formula_guard import guard
from recsys_core.errors import DataError, StoreError
from recsys_core.types import Feedback, Strings

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = ("csv", "parquet")
PARTS = ("events", "items", "people")
BATCH = 500_000  # rows that are text at one time


def export(dataset: Dataset, folder: Path, format: str, parts: Sequence[str] = PARTS) -> list[Path]:
    """Write a data set as one file for each part, with the ids that people know.

    ``events``: user, item, rating (or weight, for implicit events), and time where it is known. ``items``: id, title,
    genres joined by ``|``, year, text and whatever else is known, but no pictures; those without events come last.
    ``people``: id, name and whatever else is known.

    CSV is UTF-8 with a header, times are ISO 8601 in UTC, and text cells are guarded against being run as formulas
    (:mod:`recsys_core.data.formula_guard`); our importer takes the guard off. Parquet has proper types and no guard.
    Memory is bounded by ``BATCH`` rows and the ids.

    Args:
        folder: is made where it is missing. All files appear in it or none.
        format: one of ``FORMATS``.
        parts: some of ``PARTS``.

    Returns:
        The files that were written, such as ``events.csv``.

    Raises:
        DataError: one of the files is there already.
        StoreError: the folder cannot be written to.
    """
    targets = [folder / f"{part}.{format}" for part in parts]
    present = [target.name for target in targets if target.exists()]
    if present:
        raise DataError(f"The folder holds {listing(present)} already.", "Choose an empty folder.", "file-exists")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".unfinished-") as beside:
            for part, target in zip(parts, targets, strict=True):
                with (Path(beside) / target.name).open("wb") as sink:
                    _write(dataset, part, format, sink)
            for target in targets:
                (Path(beside) / target.name).rename(target)
    except OSError as error:
        raise StoreError(
            f"Nothing was exported: {error.strerror or error}.",
            "Choose a folder that may be written to and has enough free space.",
            "cannot-write",
        ) from error
    return targets


def export_archive(dataset: Dataset, target: IO[bytes], format: str) -> None:
    """Write all parts, as :func:`export` does, into one zip file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part in PARTS:
            with archive.open(f"{part}.{format}", "w", force_zip64=True) as sink:
                _write(dataset, part, format, sink)


def _write(dataset: Dataset, part: str, format: str, sink: IO[bytes]) -> None:
    as_csv = format == "csv"
    write_batches(_events(dataset, as_csv) if part == "events" else _table(dataset, part, as_csv), format, sink)


def write_batches(batches: Iterator["pa.Table"], format: str, sink: IO[bytes]) -> None:
    """Write at least one batch as one table; texts for CSV are guarded already."""
    import pyarrow.csv
    import pyarrow.parquet

    first = next(batches)
    open_writer = pyarrow.csv.CSVWriter if format == "csv" else pyarrow.parquet.ParquetWriter
    with open_writer(sink, first.schema) as writer:
        writer.write(first)
        for batch in batches:
            writer.write(batch)


def _events(dataset: Dataset, as_csv: bool) -> Iterator["pa.Table"]:
    """Batches of events; at least one, so that there is a header."""
    import pyarrow as pa

    events = dataset.interactions
    users, items = (
        pa.array(text_column(ids.values, as_csv), pa.string()) for ids in (dataset.user_ids, dataset.item_ids)
    )
    value = "rating" if dataset.feedback is Feedback.EXPLICIT else "weight"
    for start in range(0, max(len(events), 1), BATCH):
        rows = slice(start, start + BATCH)
        columns = {
            "user": users.take(pa.array(events.users[rows])),
            "item": items.take(pa.array(events.items[rows])),
            value: pa.array(events.values[rows]),
        }
        if events.times is not None:
            times = pa.array(events.times[rows]).cast(pa.timestamp("s", "UTC"))
            columns["time"] = _iso(times) if as_csv else times
        yield pa.table(columns)


def text_column(values: Strings, as_csv: bool) -> pd.Series:
    """Text from outside as a column, guarded where it goes into CSV."""
    column = pd.Series(values, dtype=object)
    return guard(column) if as_csv else column


def _table(dataset: Dataset, part: str, as_csv: bool) -> Iterator["pa.Table"]:
    """Batches of what is known about the items or the people; at least one."""
    import pyarrow as pa

    frame = _items(dataset) if part == "items" else dataset.user_table.assign(id=dataset.user_ids.values)
    frame = frame[["id", *frame.columns.drop("id")]]
    for name in frame.columns[[_is_text(frame[name]) for name in frame]]:
        texts = frame[name].map(_joined)
        frame[name] = guard(texts) if as_csv else texts
    if as_csv:
        frame.columns = guard(pd.Series(frame.columns))
    whole = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()
    if as_csv:
        for position, field in enumerate(whole.schema):
            if pa.types.is_timestamp(field.type):
                whole = whole.set_column(position, field.name, _iso(whole.column(position)))
    for start in range(0, max(len(whole), 1), BATCH):
        yield whole.slice(start, BATCH)


def _items(dataset: Dataset) -> pd.DataFrame:
    """Items with events, and behind them those without."""
    rated = dataset.item_table.assign(id=dataset.item_ids.values)
    items = pd.concat([rated, dataset.unrated_items]) if len(dataset.unrated_items) else rated
    return items.drop(columns="image")


def _is_text(column: pd.Series) -> bool:
    """Whether a column holds words, or several words a cell, rather than numbers, truths or dates."""
    return column.dtype == object or isinstance(column.dtype, pd.StringDtype | pd.CategoricalDtype)


def _joined(cell: object) -> object:
    """Several words as one text."""
    return "|".join(cell) if isinstance(cell, tuple | list) else cell


def _iso(times: "pa.Array") -> "pa.Array":
    """Moments in UTC as text, such as ``2001-02-03T04:05:06Z``."""
    import pyarrow as pa
    import pyarrow.compute as pc

    written = times.cast(pa.timestamp("s"), safe=False).cast(pa.string())
    return pc.binary_join_element_wise(pc.replace_substring(written, " ", "T", max_replacements=1), "Z", "")
