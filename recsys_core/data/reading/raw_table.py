"""A table as its file has it: all text, nothing cast, and a count of what could not be read."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recsys_core.data.findings import Finding, listing, quote
from recsys_core.data.reading.dialect import Dialect
from recsys_core.errors import DataError
from recsys_core.types import Int32, Int64

if TYPE_CHECKING:
    import pyarrow as pa

TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


@dataclass(frozen=True)
class Column:
    """One column of text. Where texts come again and again each is held once.

    Attributes:
        texts: the texts; the same one may stand there twice.
        codes: Int32[N], for each row the position of its text; None where the texts are the rows themselves.
    """

    texts: pd.Series
    codes: Int32 | None

    def spread(self, of_texts: np.ndarray) -> np.ndarray:
        """What belongs to each text, for each row."""
        return of_texts if self.codes is None else of_texts[self.codes]


@dataclass(frozen=True)
class RawTable:
    """A table as its file has it.

    Attributes:
        name: of the file, for messages.
        content: pyarrow table, one row per record that could be read, all columns text (plain or dictionary), "" where
            a field is empty.
        lines: Int32[N], the physical line on which each row begins (1 is the first line of the file); None where lines
            mean nothing or are not known.
        rejected: one row per record that could not be read: ``line``, ``reason`` and ``text``.
        dialect: how a text file was read; None for tables that do not come from text files.
        cut: whether only the beginning of the file was read.
        findings: what reading had to say.
        part: the member of an archive, or the sheet of a workbook, that holds the table; "" where there is one alone.
        unit: what a row is called in messages.
    """

    name: str
    content: "pa.Table"
    lines: Int32 | None
    rejected: pd.DataFrame
    dialect: Dialect | None = None
    cut: bool = False
    findings: tuple[Finding, ...] = ()
    part: str = ""
    unit: str = "row"

    @classmethod
    def of(cls, name: str, frame: pd.DataFrame) -> "RawTable":
        """A table that is already in memory, as text."""
        import pyarrow as pa

        columns = {str(column): pa.array(frame[column].astype("str").fillna(""), pa.string()) for column in frame}
        return cls(name, pa.table(columns), None, no_rejects())

    def __len__(self) -> int:
        return int(self.content.num_rows)

    @property
    def rows(self) -> int:
        """How many records the file has, readable or not."""
        return len(self) + len(self.rejected)

    @property
    def columns(self) -> list[str]:
        return list(self.content.column_names)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All rows as text. For side tables and samples: a frame of many millions of rows is large."""
        return _frame(self.content)

    def head(self, rows: int) -> pd.DataFrame:
        """The first rows as text."""
        return _frame(self.content.slice(0, rows))

    def value(self, column: str, row: int) -> str:
        """One cell."""
        return str(self.content.column(column)[row].as_py())

    def column(self, name: str) -> Column:
        """A column, each distinct text once if the content holds it so; otherwise as it stands."""
        import pyarrow as pa

        chunked = self.content.column(name)
        if not pa.types.is_dictionary(chunked.type):
            return Column(chunked.to_pandas(types_mapper=lambda _: TEXT), None)
        encoded = chunked.unify_dictionaries()
        codes = np.concatenate([np.empty(0, np.int32), *(chunk.indices.to_numpy() for chunk in encoded.chunks)])
        texts = encoded.chunks[0].dictionary if encoded.num_chunks else pa.array([], pa.string())
        return Column(texts.to_pandas(types_mapper=lambda _: TEXT), codes.astype(np.int32, copy=False))

    def find_column(self, name: str) -> str:
        """A column by its name, or by its position as text, the first being "1".

        Raises:
            DataError: there is no such column.
        """
        if name in self.columns:
            return name
        if name.isdecimal() and 1 <= int(name) <= len(self.columns):
            return self.columns[int(name) - 1]
        raise DataError(
            f"{self.name} has no column {quote(name)}; its columns are {listing(self.columns)}.",
            "Choose one of these, by name or by position (the first is 1).",
            "unknown-column",
        )

    def number(self, position: int) -> int:
        """The number of a row among the records of the file, the first being 1."""
        before = 0
        if self.lines is not None:
            before = int((self.rejected["line"].to_numpy() < self.lines[position]).sum())
        return position + 1 + before

    def place(self, position: int) -> str:
        """Where a row is: ``row 5 (line 6)``."""
        line = "" if self.lines is None else f" (line {self.lines[position]})"
        return f"{self.unit} {self.number(position)}{line}"


def refuse_repeated(names: list[str], file: str, where: str = "") -> None:
    """A :class:`DataError` where two columns are called alike."""
    repeated = sorted(name for name, count in Counter(names).items() if count > 1)
    if repeated:
        raise DataError(
            f"{file} has more than one column called {listing(repeated)}{where}.",
            "Give every column a name of its own.",
            "repeated-columns",
        )


def no_rejects() -> pd.DataFrame:
    return rejects([], [], [])


def rejects(lines: Iterable[Any] | Int64, reasons: Iterable[str], texts: Iterable[str]) -> pd.DataFrame:
    """Records that could not be read, as ``RawTable.rejected`` holds them."""
    table = pd.DataFrame({"line": list(lines), "reason": list(reasons), "text": list(texts)})
    return table.astype({"line": np.int64, "reason": "str", "text": "str"})


def _frame(content: "pa.Table") -> pd.DataFrame:
    import pyarrow as pa

    plain = content.cast(pa.schema([(name, pa.string()) for name in content.column_names]))
    return plain.to_pandas(types_mapper=lambda _: TEXT)
