"""A sheet of an Excel workbook -> a table of text: each cell as it was entered, formulas by their last result."""

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import islice, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from recsys_core.data.findings import Finding, counted, listing, quote
from recsys_core.data.progress import Progress, silent
from recsys_core.data.reading.archives import damaged, is_zip, member_blocks, open_zip, shown_name
from recsys_core.data.reading.dialect import has_header as has_header
from recsys_core.data.reading.raw_table import RawTable, refuse_repeated, rejects
from recsys_core.data.reading.text_columns import TextColumns
from recsys_core.data.reading.text_table import MOST_COLUMNS
from recsys_core.errors import DataError

if TYPE_CHECKING:
    from openpyxl import Workbook

WANTED = "Put the table on one sheet, the names of the columns in its first row, or save it as CSV."
MOST_BYTES = 500_000_000  # of a workbook's XML; a full sheet of ratings takes about 200 MB
MOST_ROWS = 1 << 20
PEEK_ROWS = 100
SAMPLE_ROWS = 2_000
BATCH_ROWS = 50_000
_KIND = "Excel workbook"
_OLD = b"\xd0\xcf\x11\xe0"
_FORMULA = re.compile(rb"<(\w+:)?f[ >/]")
_EXACT = 1 << 53  # whole numbers up to here are exact in a cell

Row = list[str]


@dataclass
class _Sheet:
    """What was read of a sheet.

    Attributes:
        header: the sheet row with the names, 0 where there is none.
        titles: how many rows before the header were skipped.
        unsolved: the sheet rows that hold a formula without a result.
    """

    names: Row
    header: int
    columns: TextColumns
    lines: list[int]
    surplus: list[tuple[int, Row]]
    titles: int
    unsolved: set[int]
    cut: bool = False


def is_workbook(path: Path) -> bool:
    """Whether a file is a package of Microsoft Office, as .xlsx and .xlsm are."""
    if not is_zip(path):
        return False
    with open_zip(path) as archive:
        return "[Content_Types].xml" in archive.NameToInfo


def refuse_old_workbook(path: Path, head: bytes) -> None:
    """Refuse an .xls file, and a workbook with a password, which look alike at their start."""
    if not head.startswith(_OLD):
        return
    if "EncryptedPackage".encode("utf-16-le") in path.read_bytes():
        raise DataError(
            f"{path.name} is an Excel workbook that is locked with a password.",
            "Save it without a password, or save the sheet as CSV.",
            "locked",
        )
    raise DataError(
        f"{path.name} is an old Excel file (.xls) or another Office document.",
        "Save it as .xlsx or CSV and choose that.",
        "old-excel",
    )


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook that can be chosen; none where there is one alone."""
    _has_formulas(path)
    with _workbook(path) as book:
        names = [sheet.title for sheet in book.worksheets]
        return names if len(names) > 1 else []


def read_excel_table(
    path: Path,
    part: str | None = None,
    header: bool | None = None,
    sample: bool = False,
    progress: Progress = silent,
) -> RawTable:
    """Read a sheet as text.

    Whole numbers have no ``.0``, other numbers are the shortest text that gives them back, dates are ISO 8601,
    truth values ``true`` and ``false``. Rows with values beyond the last column are set aside in ``rejected``.

    Args:
        part: the name of the sheet; where it is None, the first that holds a table.
        header: whether the first row that is not empty, or is as full as those below it, holds the names; guessed where
            it is None.
        sample: read only the first 2,000 rows.

    Raises:
        DataError: it is damaged, too large or locked, or holds no table.
    """
    progress(0.0, "Opening the workbook")
    formulas = _has_formulas(path)
    with ExitStack() as stack:
        book = stack.enter_context(_workbook(path))
        title, notes = _choose(book, part, path.name)
        name = path.name if len(book.worksheets) == 1 else shown_name(f"{path.name}: {title}")
        asked = _rows(stack.enter_context(_workbook(path, values=False)), title, path.name) if formulas else None
        found = _read(_rows(book, title, path.name), asked, header, name, sample, progress)
        alone = len(book.worksheets) == 1
    table = _table(found, name)
    return replace(table, part="" if alone else title, findings=(*notes, *table.findings))


def _has_formulas(path: Path) -> bool:
    """Whether a workbook holds formulas; refused where its XML is too large, locked or a trap."""
    formulas, size = False, 0
    with open_zip(path, _KIND) as archive:
        _refuse_other_documents(archive, path.name)
        for member in archive.filelist:
            end = b""
            for block in member_blocks(archive, member, path.name):
                size += len(block)
                if size > MOST_BYTES:
                    raise DataError(
                        f"{path.name} is larger than {MOST_BYTES // 1_000_000} MB when it is unpacked.",
                        "Save the sheet as CSV and choose that.",
                        "too-large",
                    )
                text = end + block
                if b"<!DOCTYPE" in text.replace(b"\0", b""):
                    raise DataError(
                        f"{path.name} is a damaged Excel workbook: its XML declares entities of its own.",
                        "Save it once more with Excel or LibreOffice, or as CSV.",
                        "unsafe-xml",
                    )
                formulas = formulas or _FORMULA.search(text) is not None
                end = text[-32:]
    return formulas


def _refuse_other_documents(archive: zipfile.ZipFile, name: str) -> None:
    if "xl/workbook.bin" in archive.NameToInfo:
        raise DataError(
            f"{name} is a binary Excel workbook (.xlsb).", "Save it as .xlsx or CSV and choose that.", "old-excel"
        )
    if not any(member.startswith("xl/") for member in archive.NameToInfo):
        raise DataError(f"{name} is an Office document or a damaged Excel workbook.", WANTED, "not-a-table")


@contextmanager
def _workbook(path: Path, values: bool = True) -> Iterator["Workbook"]:
    """The workbook, with the results of its formulas or with the formulas themselves."""
    import openpyxl

    with path.open("rb") as file, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions
        try:
            book = openpyxl.load_workbook(file, read_only=True, data_only=values, keep_links=False)
        except Exception as error:  # whatever its parser stumbles over
            raise damaged(path.name, _KIND) from error
        with closing(book):
            yield book


def _rows(book: "Workbook", title: str, name: str) -> Iterator[tuple[Any, ...]]:
    """The cells of a sheet, row by row, without the size that the sheet claims."""
    sheet = next(sheet for sheet in book.worksheets if sheet.title == title)
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True)
    for number in range(1, MOST_ROWS + 2):
        try:
            row = next(rows, None)
        except Exception as error:
            raise damaged(name, _KIND) from error
        if row is None:
            return
        if number > MOST_ROWS or len(row) > MOST_COLUMNS:
            what = f"has more than {MOST_COLUMNS:,} columns in row {number:,}"
            what = what if number <= MOST_ROWS else f"has more than {MOST_ROWS:,} rows"
            raise DataError(f"{name}, sheet {quote(title)}, {what}.", WANTED, "too-many-columns")
        yield row


def _choose(book: "Workbook", part: str | None, name: str) -> tuple[str, tuple[Finding, ...]]:
    titles = [sheet.title for sheet in book.worksheets]
    if not titles:
        raise DataError(f"{name} is an Excel workbook without a sheet of cells.", WANTED, "empty-file")
    if part:
        if part not in titles:
            raise DataError(
                f"{name} has no sheet {quote(part)}; its sheets are {listing(titles)}.",
                "Choose one of them (in the shell: --part NAME).",
                "choose-part",
            )
        return part, ()
    filled = {title: _filled_rows(_rows(book, title, name)) for title in titles}
    tables = [title for title in titles if sum(cells > 1 for cells in filled[title]) > 1]
    title = next(iter(tables or [title for title in titles if filled[title]] or titles))
    others = [other for other in titles if other != title and filled[other]]
    if not others:
        return title, ()
    message = f"{name}: the sheet {quote(title)} was read; it also has {listing(others)}."
    return title, (Finding("note", "part-chosen", message),)


def _filled_rows(rows: Iterator[tuple[Any, ...]]) -> list[int]:
    """How many cells are filled, for each of the first rows that is not empty."""
    filled = (sum(cell is not None for cell in row) for row in islice(rows, PEEK_ROWS))
    return [cells for cells in filled if cells]


def _read(
    rows: Iterator[tuple[Any, ...]],
    formulas: Iterator[tuple[Any, ...]] | None,
    header: bool | None,
    name: str,
    sample: bool,
    progress: Progress,
) -> _Sheet:
    unsolved: set[int] = set()
    numbered = _texts(rows, formulas, unsolved)
    first = list(islice(numbered, PEEK_ROWS))
    if not first:
        raise DataError(f"{name} is empty: no cell of the sheet is filled.", WANTED, "empty-file")
    titles = _titles(first, name) if header is not False else 0
    names, header_row = _names(first[titles:], header, name)
    body = first[titles + 1 :] if header_row else first[titles:]
    sheet = _Sheet(names, header_row, TextColumns(), [], [], titles, unsolved)
    batch: list[tuple[int, Row]] = []
    for number, row in _chain(body, numbered):
        batch.append((number, row))
        if len(batch) == BATCH_ROWS:
            _take(sheet, batch)
            progress(0.0, f"Reading, {len(sheet.lines):,} rows so far")
            batch = []
        if sample and len(sheet.lines) + len(batch) == SAMPLE_ROWS:
            sheet.cut = True
            break
    _take(sheet, batch)
    return sheet


def _chain(first: Iterable[tuple[int, Row]], rest: Iterable[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    yield from first
    yield from rest


def _texts(
    rows: Iterator[tuple[Any, ...]], formulas: Iterator[tuple[Any, ...]] | None, unsolved: set[int]
) -> Iterator[tuple[int, Row]]:
    """The rows that are not empty, without empty cells at their end, and their numbers."""
    asked: Iterator[tuple[Any, ...]] = repeat(()) if formulas is None else formulas
    for number, (row, behind) in enumerate(zip(rows, asked, strict=False), start=1):
        cells = ["" if cell is None else cell if type(cell) is str else _text(cell) for cell in row]
        while cells and not cells[-1].strip():
            cells.pop()
        if any(value is None and formula is not None for value, formula in zip(row, behind, strict=False)):
            unsolved.add(number)
        if cells or number in unsolved:
            yield number, cells


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)


def _titles(first: list[tuple[int, Row]], name: str) -> int:
    """How many rows stand before the header: each at most half as full as the rows mostly are."""
    filled = np.array([sum(cell.strip() != "" for cell in row) for _, row in first])
    full = np.flatnonzero(2 * filled > np.median(filled))
    if not len(full):
        raise DataError(
            f"{name} holds formulas without their results and nothing else.",
            "Open it in Excel or LibreOffice, save it, and choose it again.",
            "formula-no-value",
        )
    rest = [row for _, row in first[full[0] :]]
    return int(full[0]) if has_header([(row + [""] * len(rest[0]))[: len(rest[0])] for row in rest]) else 0


def _names(first: list[tuple[int, Row]], header: bool | None, name: str) -> tuple[Row, int]:
    """The names of the columns ("" where a cell is empty), and the row they stand in (0 for none)."""
    number, cells = first[0]
    if header is None:
        header = has_header([(row + [""] * len(cells))[: len(cells)] for _, row in first])
    if not header:
        return [f"column {position}" for position in range(1, 1 + max(len(row) for _, row in first))], 0
    names = [cell.strip() for cell in cells]
    filled = [one for one in names if one]
    if len(filled) < 2:
        raise DataError(
            f"{name}: its first row with anything in it, row {number}, names {counted(len(filled), 'column')} "
            f"({listing(filled)}); a table has at least 2.",
            "Delete what stands above the names of the columns.",
            "not-a-table",
        )
    refuse_repeated(filled, name, f" in row {number}")
    return names, number


def _take(sheet: _Sheet, batch: list[tuple[int, Row]]) -> None:
    import pyarrow as pa

    width = len(sheet.names)
    fitting = [(number, row) for number, row in batch if len(row) <= width]
    sheet.surplus += [(number, row) for number, row in batch if len(row) > width]
    sheet.lines += [number for number, _ in fitting]
    padded = [row + [""] * (width - len(row)) for _, row in fitting]
    columns = zip(*padded, strict=True) if padded else repeat((), width)
    labels = [str(position) for position in range(width)]
    sheet.columns.add({label: pa.array(cells, pa.string()) for label, cells in zip(labels, columns, strict=True)})


def _table(sheet: _Sheet, name: str) -> RawTable:
    if not sheet.lines and not sheet.surplus:
        raise DataError(f"{name} has a header but no rows.", WANTED, "no-rows")
    if len(sheet.surplus) > len(sheet.lines):
        number, row = sheet.surplus[0]
        raise DataError(
            f"{name} row {number} has {len(row)} cells; {len(sheet.names)} are wanted ({listing(sheet.names)}). "
            f"{len(sheet.surplus):,} of {len(sheet.surplus) + len(sheet.lines):,} rows do not fit.",
            "Put the names of all columns in the first row.",
            "ragged-rows",
        )
    content = sheet.columns.table()
    names = _filled_names(sheet, content, name)
    content = content.select([str(position) for position in names]).rename_columns(list(names.values()))
    reason = "has values beyond the last column"
    lost = rejects(
        [number for number, _ in sheet.surplus],
        [reason] * len(sheet.surplus),
        ["\t".join(row) for _, row in sheet.surplus],
    )
    lines = np.array(sheet.lines, dtype=np.int32)
    return RawTable(
        name, content, lines, lost, cut=sheet.cut, findings=(*_skipped(sheet, name), *_unsolved(sheet, name))
    )


def _filled_names(sheet: _Sheet, content: Any, name: str) -> dict[int, str]:
    """The columns to keep and their names; columns with neither name nor value are none."""
    import pyarrow.compute as pc

    names: dict[int, str] = {}
    for position, label in enumerate(sheet.names):
        if label:
            names[position] = label
        elif pc.any(pc.not_equal(content.column(position).cast("string"), "")).as_py():
            if names:
                raise DataError(
                    f"{name} has no name for column {position + 1} in row {sheet.header}, its header; "
                    "perhaps cells were merged there.",
                    "Give every column a name of its own, in one cell.",
                    "nameless-column",
                )
            names[position] = f"column {position + 1}"
    return names


def _skipped(sheet: _Sheet, name: str) -> tuple[Finding, ...]:
    if not sheet.titles:
        return ()
    message = f"Skipped before the table in {name}: {counted(sheet.titles, 'row')}."
    return (Finding("note", "preamble", message, sheet.titles),)


def _unsolved(sheet: _Sheet, name: str) -> tuple[Finding, ...]:
    if not sheet.unsolved:
        return ()
    rows, first = len(sheet.unsolved), min(sheet.unsolved)
    message = f"{name} has {counted(rows, 'row')} with a formula but without its result, the first in line {first}."
    if 2 * rows > len(sheet.lines):
        raise DataError(message, "Open it in Excel or LibreOffice, save it, and choose it again.", "formula-no-value")
    return (Finding("warning", "formula-no-value", f"{message} These cells count as empty.", rows),)
