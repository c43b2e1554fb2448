"""A side file joined to the ratings by id, and what the join found."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Ids, blank_item_table
from recsys_core.data.findings import MOST_EXAMPLES, Finding, Level, counted, quote
from recsys_core.data.formula_guard import unguard
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.errors import DataError
from recsys_core.types import Int64, Strings

Noun = Literal["item", "person"]


@dataclass(frozen=True)
class Join:
    """How the rows of a side file and the ids of the ratings fit.

    The rows of the file are ``matched + surplus + repeated + rejected``; the ids of the ratings ``matched + missing``.

    Attributes:
        noun: what the file describes, "item" or "person".
        matched: ids with ratings and a row.
        missing: ids with ratings and no row.
        surplus: ids with a row and no ratings.
        repeated: rows with an id that an earlier row has.
        rejected: rows that could not be read, or have no id.
        examples: up to five of each, under the names above but ``matched``: ids, or places with a reason.
    """

    noun: Noun
    matched: int
    missing: int
    surplus: int
    repeated: int
    rejected: int
    examples: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class SideTable:
    """What a side file says.

    Attributes:
        ids: of the ratings.
        table: one row per id, in their order, as ``Dataset`` wants it.
        others: what the file says about ids without ratings: the same columns and ``id``.
        join: how file and ratings fit; None where there is no file.
        findings: the same in sentences, and what else there is to say.
        references: Object[n], what the picture column says of each row of ``table`` and then of ``others``; "" where
            it says nothing.
    """

    ids: Ids
    table: pd.DataFrame
    others: pd.DataFrame
    join: Join | None
    findings: list[Finding] = field(default_factory=list)
    references: Strings = field(default_factory=lambda: np.empty(0, dtype=object))

    @classmethod
    def blank_items(cls, ids: Ids) -> "SideTable":
        """An item table in which nothing is known, for pictures that are found by id."""
        others = blank_item_table(0).assign(id=Ids.of([]).values)
        return cls(ids, blank_item_table(len(ids)), others, None, references=np.full(len(ids), "", dtype=object))

    @cached_property
    def keys(self) -> Strings:
        """Object[n], the id of each row of ``table`` and then of ``others``."""
        return np.concatenate([self.ids.values, self.others["id"].to_numpy(dtype=object)])

    @property
    def has_images(self) -> bool:
        return any((table["image"] != "").any() for table in (self.table, self.others))

    def with_images(self, names: Strings) -> "SideTable":
        """The same with a picture file for each of ``keys``, "" where there is none."""
        table = self.table.assign(image=pd.Series(names[: len(self.ids)], index=self.table.index, dtype=object))
        others = self.others.assign(image=pd.Series(names[len(self.ids) :], index=self.others.index, dtype=object))
        return replace(self, table=table, others=others)


@dataclass(frozen=True)
class Joined:
    """The usable rows of a side file.

    Attributes:
        frame: the first row of each id, as text.
        written: the ids of ``frame``.
        rows: Int64[n], the row of ``frame`` for each id of the ratings, -1 where there is none.
        surplus: Int64[s], the rows of ``frame`` whose ids have no ratings.
        repeats: how many rows there are for an id, on average.
    """

    frame: pd.DataFrame
    written: Strings
    rows: Int64
    surplus: Int64
    repeats: float
    join: Join
    findings: list[Finding]


def cells(table: RawTable, column: str) -> pd.Series:
    """A column of a side file as it was before somebody guarded it against formulas, without blanks around."""
    texts = table.frame[column]
    return (texts if table.dialect is None else unguard(texts)).str.strip()


def join_ids(table: RawTable, id_column: str, ids: Ids, noun: Noun) -> Joined:
    """Find the row of each id; of several rows with one id the first counts.

    Raises:
        DataError: no row fits any id.
    """
    column = cells(table, id_column)
    named = (column != "").to_numpy()
    first = (~column.duplicated()).to_numpy() & named
    frame, written = table.frame[first].reset_index(drop=True), column[first].to_numpy(dtype=object)
    rows = pd.Index(written, dtype=object).get_indexer(pd.Index(ids.values, dtype=object)).astype(np.int64)
    if not (rows >= 0).any():
        example = quote(str(written[0])) if len(written) else "nothing"
        raise DataError(
            f"No id in {table.name} fits: there ids look like {example}, in the ratings like "
            f"{quote(str(ids.values[0]))}.",
            f"Check that both files write the {noun} ids in the same way, or choose another column with ids.",
            "nothing-joined",
        )
    free = np.ones(len(written), dtype=bool)
    free[rows[rows >= 0]] = False
    repeated = np.flatnonzero(named & ~first)
    nameless = np.flatnonzero(~named)
    first_lost = table.rejected.head(MOST_EXAMPLES)
    unread = [f"line {line} {why}" for line, why in zip(first_lost["line"], first_lost["reason"], strict=True)]
    without_id = [f"{table.place(int(row))} has no id" for row in nameless[:MOST_EXAMPLES]]
    examples = {
        "missing": _some(ids.values[rows < 0]),
        "surplus": _some(written[free]),
        "repeated": _some(column.iloc[repeated].unique().astype(object)),
        "rejected": tuple([*unread, *without_id][:MOST_EXAMPLES]),
    }
    join = Join(
        noun,
        matched=int((rows >= 0).sum()),
        missing=int((rows < 0).sum()),
        surplus=int(free.sum()),
        repeated=len(repeated),
        rejected=len(nameless) + len(table.rejected),
        examples=examples,
    )
    repeats = int(named.sum()) / max(1, len(written))
    return Joined(frame, written, rows, np.flatnonzero(free), repeats, join, _sentences(table.name, join))


def side_table(ids: Ids, joined: Joined, described: pd.DataFrame, references: Strings) -> SideTable:
    """The rows of ``described`` in the order of the ids, and those of the others.

    Args:
        described: one row per row of ``joined.frame``.
        references: Object[n], what the picture column says of each row of ``described``.
    """
    table = pd.DataFrame({name: _aligned(described[name], joined.rows) for name in described})
    others = described.iloc[joined.surplus].reset_index(drop=True).assign(id=joined.written[joined.surplus])
    found = np.where(joined.rows >= 0, references[joined.rows], "")
    return SideTable(
        ids, table, others, joined.join, joined.findings, np.concatenate([found, references[joined.surplus]])
    )


def _aligned(column: pd.Series, rows: Int64) -> pd.Series:
    """The values at these rows; where a row is -1, the column's own way of saying that nothing is known."""
    values = column.array.take(np.maximum(rows, 0))
    if column.dtype == object:
        blank = np.empty(1, dtype=object)
        blank[0] = () if isinstance(column.iat[0], tuple) else ""
        texts = np.asarray(values, dtype=object)
        texts[rows < 0] = blank
        return pd.Series(texts, dtype=object)
    return pd.Series(values).mask(rows < 0)


def _some(values: Strings) -> tuple[str, ...]:
    return tuple(str(value) for value in values[:MOST_EXAMPLES])


def _sentences(name: str, join: Join) -> list[Finding]:
    noun, of = join.noun, {kind: tuple(map(quote, examples)) for kind, examples in join.examples.items()}
    some = {kind: ", ".join(examples[:2]) for kind, examples in of.items()}
    unread = join.examples["rejected"]
    sentences: list[tuple[Level, str, int, tuple[str, ...], str]] = [
        (
            "warning",
            "rows-unreadable",
            join.rejected,
            unread,
            f"{name}: {counted(join.rejected, 'row')} left out; {next(iter(unread), '')}.",
        ),
        (
            "warning",
            "without-row",
            join.missing,
            of["missing"],
            f"{counted(join.missing, noun)} with ratings but without a row in {name}, such as {some['missing']}.",
        ),
        (
            "note",
            "without-ratings",
            join.surplus,
            of["surplus"],
            f"{counted(join.surplus, noun)} in {name} without ratings, such as {some['surplus']}; kept apart.",
        ),
        (
            "warning",
            "repeated",
            join.repeated,
            of["repeated"],
            f"{counted(join.repeated, 'row')} in {name} with an id seen before, such as {some['repeated']}; the first "
            "row of each was used.",
        ),
    ]
    return [
        Finding(level, f"{noun}-{code}", message, number, examples)
        for level, code, number, examples, message in sentences
        if number
    ]
