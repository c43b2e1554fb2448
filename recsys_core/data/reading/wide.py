"""A wide matrix, one row a person and one column an item, -> one row an event."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from recsys_core.data import column_names
from recsys_core.data.findings import Finding, counted, listing, quote
from recsys_core.data.reading.dialect import is_number
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.errors import DataError
from recsys_core.types import Bool, Float64, Int64

if TYPE_CHECKING:
    import pyarrow as pa

CELL = "cell"  # what a row of a melted matrix is called
FEWEST_ITEMS = 5
FEWEST_VALUES = 3  # tables of yes and no are mostly traits, such as genres
MOST_VALUES = 101
WIDEST_SCALE = 100.0
SAMPLE_CELLS = 1_000_000
BATCH_CELLS = 8_000_000
ENOUGH = 10  # filled cells that show what a column holds
NOTHING = frozenset(["", "na", "n/a", "nan", "null", "none", "?", "-"])
TOTALS = frozenset(["total", "totals", "grand total", "sum", "average", "mean"])
MOST_LEADING = 3  # columns before the items, such as the time, the name and the age of a person
MOST_WHOLE = 20  # different whole numbers of a scale where no cell is blank
FAR = (99.0, -99.0, 999.0, -999.0, 9999.0, -9999.0)  # sentinels that lie far from any scale


@dataclass(frozen=True)
class _Cells:
    """A block of cells.

    Attributes:
        codes: Int64[rows, columns], the position of each cell's text in ``texts``.
        texts: the distinct texts.
        values: Float64[texts], what they say, NaN for none.
    """

    codes: Int64
    texts: list[str]
    values: Float64

    @classmethod
    def of(cls, content: "pa.Table", columns: list[str]) -> "_Cells":
        import pyarrow as pa

        shape = (len(columns), content.num_rows)
        chunks = [chunk.cast(pa.string()) for name in columns for chunk in content.column(name).chunks]
        encoded = pa.chunked_array(chunks, pa.string()).combine_chunks().dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        values = np.array([_number(text) for text in texts], dtype=np.float64)
        return cls(encoded.indices.to_numpy().astype(np.int64).reshape(shape).T, texts, values)

    def numbers(self) -> Float64:
        """Float64[rows, columns], NaN where a cell holds no number."""
        return self.values[self.codes] if len(self.values) else np.full(self.codes.shape, np.nan)

    def strange(self) -> Bool:
        """Bool[rows, columns], the cells that hold neither a number nor nothing."""
        odd = np.array([np.isnan(v) and not _is_nothing(t) for t, v in zip(self.texts, self.values, strict=True)], bool)
        return odd[self.codes] if len(odd) else np.zeros(self.codes.shape, bool)


@dataclass(frozen=True)
class _Layout:
    """Where a matrix has what.

    Attributes:
        ids: the column with the ids of the people; None where they are numbered.
        items: the columns of the items. names: what the items are called.
        aside: other columns, which say nothing about items.
        first: the first row with people: 1 where the names were taken for a row.
        sentinel: the number that stands for "none"; NaN where only blanks do.
    """

    ids: str | None
    items: list[str]
    names: list[str]
    aside: list[str]
    first: int
    sentinel: float


def is_wide(table: RawTable) -> bool:
    """Whether a table is a matrix of ratings: at least five columns of numbers on one small scale, and little else.

    Up to three columns before them may hold ids, times or traits, or one may count the filled cells of each row.
    """
    return _layout(_without_totals(table)) is not None


def melt(table: RawTable) -> RawTable:
    """The filled cells of a wide matrix as rows, person by person: ``user``, ``item``, ``rating``, all text.

    People without a column of ids are numbered from 1. Whoever calls it decides that the table is a matrix: its numbers
    may be few, many, or on any scale. Rows and columns of totals are left out.

    Raises:
        DataError: there are words among the cells, or all cells are empty.
    """
    import pyarrow as pa

    whole, table = table, _without_totals(table)
    layout = _layout(table) or _layout(table, chosen=True)
    if layout is None:
        raise DataError(
            f"{table.name} cannot be read as one row a person and one column an item: that takes columns of nothing "
            f"but numbers, and before these at most {MOST_LEADING} others, such as the ids of the people.",
            "Read it as a list of events, one event a row.",
            "not-wide",
        )
    people = table.content.num_rows - layout.first
    parts = list(_melted(table, layout))
    rows = np.concatenate([rows for rows, _ in parts]) if parts else np.empty(0, np.int64)
    if not len(rows):
        raise DataError(f"{table.name} has no filled cells.", "Choose a table with ratings in it.", "no-rows")
    content = pa.concat_tables([part for _, part in parts]).unify_dictionaries()
    lines = None if table.lines is None else table.lines[rows]
    notes = _note(table, layout, people, len(rows)), *_totals_notes(whole, table)
    return replace(table, content=content, lines=lines, unit=CELL, findings=(*table.findings, *notes))


def _melted(table: RawTable, layout: _Layout) -> Iterator[tuple[Int64, "pa.Table"]]:
    """The row of each filled cell, and the events, batch by batch."""
    import pyarrow as pa

    users = _user_ids(table, layout)
    items = pa.array(layout.names, pa.string())
    step = max(1, BATCH_CELLS // len(layout.items))
    for start in range(layout.first, table.content.num_rows, step):
        cells = _Cells.of(table.content.slice(start, step), layout.items)
        empty = np.array([_is_nothing(text) for text in cells.texts]) | (cells.values == layout.sentinel)
        row, column = np.nonzero(~empty[cells.codes])
        ratings = pa.array(cells.texts, pa.string())
        yield (
            row + start,
            pa.table(
                {
                    "user": _dictionary(users.indices.to_numpy()[row + start], users.dictionary),
                    "item": _dictionary(column, items),
                    "rating": _dictionary(cells.codes[row, column], ratings),
                }
            ),
        )


def _dictionary(codes: Int64, texts: "pa.Array") -> "pa.DictionaryArray":
    """Codes and their texts, the texts in order of first appearance and without those that do not appear."""
    import pyarrow as pa

    used = pa.array(codes).dictionary_encode()
    return pa.DictionaryArray.from_arrays(used.indices, texts.take(used.dictionary))


def _user_ids(table: RawTable, layout: _Layout) -> "pa.DictionaryArray":
    """The id of each row of the table."""
    import pyarrow as pa

    if layout.ids is None:
        numbers = np.arange(table.content.num_rows) - layout.first + 1
        return pa.array(numbers.astype(str).tolist(), pa.string()).dictionary_encode()
    chunks = [chunk.cast(pa.string()) for chunk in table.content.column(layout.ids).chunks]
    return pa.chunked_array(chunks, pa.string()).combine_chunks().dictionary_encode()


def _note(table: RawTable, layout: _Layout, people: int, filled: int) -> Finding:
    cells = people * len(layout.items)
    none = "blank cells" if np.isnan(layout.sentinel) else f"blank cells and {layout.sentinel:g}"
    ids = f"people by {quote(layout.ids)}" if layout.ids else "people numbered from 1"
    message = (
        f"{table.name} is a matrix with one row a person and one column an item ({ids}): "
        f"{counted(people, 'person')}, {counted(len(layout.items), 'item')}, {counted(filled, 'filled cell')}; "
        f"{cells - filled:,} cells are empty ({none} count as empty)."
    )
    if layout.aside:
        message += f" Left aside: {listing(layout.aside)}."
    return Finding("note", "wide-matrix", message, filled)


def _is_total(text: str) -> bool:
    return text.strip().lower() in TOTALS


def _without_totals(table: RawTable) -> RawTable:
    """A table without the rows and columns that are called as totals are."""
    import pyarrow as pa

    kept = [name for place, name in enumerate(table.columns) if not place or not _is_total(name)]
    heads = table.content.column(0).cast(pa.string()).combine_chunks().dictionary_encode()
    people = np.array([not _is_total(text) for text in heads.dictionary.to_pylist()], bool)
    if len(kept) == len(table.columns) and people.all():
        return table
    rows = people[heads.indices.to_numpy()]
    content = table.content.select(kept).filter(pa.array(rows))
    return replace(table, content=content, lines=None if table.lines is None else table.lines[rows])


def _totals_notes(whole: RawTable, table: RawTable) -> tuple[Finding, ...]:
    rows, columns = len(whole) - len(table), len(whole.columns) - len(table.columns)
    if not rows and not columns:
        return ()
    message = f"{whole.name}: {counted(rows, 'row')} and {counted(columns, 'column')} of totals or averages left out."
    return (Finding("note", "totals", message, rows),)


def _layout(table: RawTable, chosen: bool = False) -> _Layout | None:
    columns = table.columns
    if len(columns) < (2 if chosen else FEWEST_ITEMS) or not len(table):
        return None
    if not chosen and _speaks_of_events(columns):
        return None
    sample = table.content.slice(0, max(20, SAMPLE_CELLS // len(columns)))
    for first in _first_rows(table):
        cells = _Cells.of(sample.slice(first), columns)
        names = [table.value(name, 0) for name in columns] if first else columns
        layout = _told(cells, columns, names, first, chosen)
        if layout is not None and not (first and len(set(layout.names)) < len(layout.names)):
            return layout
    return None


def _first_rows(table: RawTable) -> tuple[int, ...]:
    """Which rows may be the first person: names such as 1, 2, 3 are easily taken for a row of numbers."""
    if table.dialect is None or table.dialect.header or len(table) < 2:
        return (0,)
    corner = table.value(table.columns[0], 0)
    return (1, 0) if not corner.strip() or column_names.fit("user", corner) else (0, 1)


def _told(cells: _Cells, columns: list[str], names: list[str], first: int, chosen: bool) -> _Layout | None:
    """The layout of rows that hold people; None where they do not look like such, or, if chosen, hold words."""
    numbers = cells.numbers()
    worded = np.flatnonzero(cells.strange().any(axis=0))
    words = int(worded[-1]) + 1 if len(worded) else 0
    for lead in _leads(names, words):
        if len(columns) - lead < (1 if chosen else FEWEST_ITEMS):
            continue
        sentinel = _sentinel(numbers[:, lead:])
        ratings = np.where(numbers[:, lead:] == sentinel, np.nan, numbers[:, lead:])
        if not chosen and not (_is_one_scale(ratings) and _are_short(cells, lead)):
            continue
        ids: str | None = None
        if lead == 1 and not column_names.fit("time", names[0]):
            counts = (~np.isnan(ratings)).sum(axis=1)
            is_count = float((numbers[:, 0] == counts).mean()) >= 0.95
            if (
                not is_count
                and not _is_ids(cells.codes[:, 0], numbers[:, 0], ratings, names[0])
                and not (chosen and words)
            ):
                continue
            ids = None if is_count else columns[0]
        elif lead:
            ids = _best_ids(cells.codes[:, :lead], columns, names)
        aside = [name for name in columns[:lead] if name != ids] if lead > 1 else []
        return _Layout(ids, columns[lead:], names[lead:], aside, first, sentinel)
    return None


def _leads(names: list[str], words: int) -> list[int]:
    """How many columns may stand before the items, the likeliest first; the last of ``words`` columns holds words."""
    if words > MOST_LEADING:
        return []
    least = most = max(words, 1)
    while (
        most < min(MOST_LEADING, len(names)) and len(column_names.tokens(names[most])) == 1 and _is_trait(names[most])
    ):
        most += 1
    return list(dict.fromkeys([most, least, words]))


def _is_trait(name: str) -> bool:
    return bool(column_names.fit("time", name)) or column_names.is_aside(name)


def _best_ids(codes: Int64, columns: list[str], names: list[str]) -> str | None:
    """Of several columns the one that tells people apart and is no time, by its name if possible."""
    apart = [
        place
        for place in range(codes.shape[1])
        if len(np.unique(codes[:, place])) >= 0.9 * len(codes) and not column_names.fit("time", names[place])
    ]
    return columns[max(apart, key=lambda place: column_names.fit("user", names[place]))] if apart else None


def _speaks_of_events(columns: list[str]) -> bool:
    """Whether names speak of a list of events, or of a table of items."""
    roles = {role for role in ("user", "item", "rating") if any(column_names.fit(role, name) == 3 for name in columns)}
    return len(roles) > 1 or column_names.fit("item", columns[0]) > 1


def _is_ids(codes: Int64, numbers: Float64, ratings: Float64, name: str) -> bool:
    """Whether the first column holds ids rather than the ratings of an item."""
    if len(np.unique(codes)) < 0.9 * len(codes):
        return False
    scale = np.unique(ratings[~np.isnan(ratings)])
    if not len(scale) or column_names.fit("user", name):
        return True
    beyond = np.isnan(numbers) | (numbers < scale[0]) | (numbers > scale[-1]) | (numbers % 1 != 0)
    return bool(beyond.any()) or len(codes) > len(scale)


def _sentinel(numbers: Float64) -> float:
    """The number that stands for "none": far from the rest, -1 below a scale, 0 in most cells of a positive one, or
    where there is nothing but 0 and 1."""
    values, counts = np.unique(numbers[~np.isnan(numbers)], return_counts=True)
    for mark in (*FAR, -1.0, 0.0):
        rest = values[values != mark]
        if mark not in values or not len(rest):
            continue
        if mark in FAR and np.abs(rest).max() <= abs(mark) / 4:
            return mark
        if mark == -1.0 and rest.min() >= 0:
            return mark
        if mark == 0.0 and rest.min() > 0 and 2 * counts[values == 0][0] > counts.sum():
            return mark
        if mark == 0.0 and counts.sum() == numbers.size and rest.tolist() == [1.0]:
            return mark
    return float("nan")


def _is_one_scale(ratings: Float64) -> bool:
    """Whether all columns hold values of one small scale."""
    values = np.unique(ratings[~np.isnan(ratings)])
    if len(values) < FEWEST_VALUES or max(abs(values[0]), abs(values[-1])) > WIDEST_SCALE:
        return False
    if len(values) > MOST_VALUES and max(abs(values[0]), abs(values[-1])) > 10:
        return False
    if len(values) > MOST_WHOLE and not np.isnan(ratings).any() and not (values % 1).any():
        return False
    telling = (~np.isnan(ratings)).sum(axis=0) >= ENOUGH
    if not telling.any():
        return True
    spans = np.nanmax(ratings[:, telling], axis=0) - np.nanmin(ratings[:, telling], axis=0)
    return bool((spans >= (values[-1] - values[0]) / 2).mean() >= 0.9)


def _are_short(cells: _Cells, lead: int) -> bool:
    """Whether the numbers have two decimals at most, as ratings do and features do not."""
    used = np.unique(cells.codes[:, lead:])
    filled = [cells.texts[code].strip() for code in used if not np.isnan(cells.values[code])]
    return all(len(text.replace(",", ".").partition(".")[2]) <= 2 for text in filled)


def _is_nothing(text: str) -> bool:
    return text.strip().lower() in NOTHING


def _number(text: str) -> float:
    return float(text.strip().replace(",", ".")) if is_number(text) else float("nan")
