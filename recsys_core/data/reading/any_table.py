"""Any file that holds a table -> a table of text. Adding a format is one reader and one line here."""

from dataclasses import replace
from pathlib import Path

from recsys_core.data.progress import Progress, silent
from recsys_core.data.reading.archives import is_gzip, is_zip, member_names, unpacked
from recsys_core.data.reading.decoding import first_bytes
from recsys_core.data.reading.dialect import Dialect, sniff
from recsys_core.data.reading.excel_table import is_workbook, read_excel_table, refuse_old_workbook, sheet_names
from recsys_core.data.reading.json_table import holds_json, read_json_table
from recsys_core.data.reading.parquet_table import read_parquet_table
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.reading.text_table import read_text_table
from recsys_core.errors import DataError

__all__ = ["Dialect", "RawTable", "parts", "read_table", "sniff"]


def read_table(
    path: Path,
    dialect: Dialect | None = None,
    part: str | None = None,
    sample: bool = False,
    progress: Progress = silent,
) -> RawTable:
    """Read a file as text. Its first bytes say what it is, whatever its name.

    Args:
        dialect: how a text file is written; guessed where it is None. Of a workbook it only says whether there is a
            header.
        part: the member of a zip archive or the sheet of a workbook; guessed where it is None and one is likely.
        sample: read only the beginning.

    Raises:
        DataError: the file holds no table that can be read, or several and none is likely.
    """
    path = Path(path)
    if not _is_packed(path):
        return _read_plain(path, dialect, part, sample, progress)
    progress(0.0, "Unpacking")
    with unpacked(path, part or None, sample) as plain:
        if _is_packed(plain.path):
            raise DataError(
                f"{plain.path.name} is an archive in an archive.", "Unpack it and choose the table.", "packed-twice"
            )
        table = _read_plain(plain.path, dialect, None, sample, progress)
    return replace(table, part=plain.part, findings=(*plain.findings, *table.findings))


def parts(path: Path) -> list[str]:
    """The members of a zip archive that may be tables, or the sheets of a workbook; none for a plain file."""
    path = Path(path)
    if is_workbook(path):
        return sheet_names(path)
    return member_names(path) if is_zip(path) else []


def _is_packed(path: Path) -> bool:
    return is_gzip(path) or (is_zip(path) and not is_workbook(path))


def _read_plain(path: Path, dialect: Dialect | None, part: str | None, sample: bool, progress: Progress) -> RawTable:
    head = first_bytes(path, 4)
    refuse_old_workbook(path, head)
    if is_workbook(path):
        return read_excel_table(path, part or None, None if dialect is None else dialect.header, sample, progress)
    if head == b"PAR1":
        return read_parquet_table(path, sample, progress)
    if holds_json(path):
        return read_json_table(path, sample, progress)
    return read_text_table(path, dialect or sniff(path), sample, progress)
