"""What is known of people beside what they did: the columns of ``Dataset.user_table``.

Each attribute is cut into cells: a category, a span of numbers or dates, or not known. A profile is a cell of each, so
that whatever draws people need know nothing but cells.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import Finding, counted, quote
from recsys_core.types import Float64, Int64, Strings

RARE = 3  # a category that fewer people have would point at them
DISTINCT = 0.5  # of all known texts: more are names or numbers of people
DISTINCT_NUMBERS = 0.9  # of all known whole numbers
SPANS = 10
LOOKED_AT = 20  # of the nearest people
MOST_PEOPLE = 10_000  # that are looked at


@dataclass(frozen=True)
class Attribute:
    """One column. The cell 0 stands for "not known".

    Attributes:
        dtype: of the column.
        texts: object[C − 1], of text: what each further cell stands for; else empty.
        low, high: Float64[C − 1], of numbers, and of dates in seconds: the spans that further cells stand for,
            ascending; else empty. is_whole: only whole numbers occur.
    """

    name: str
    dtype: str
    texts: Strings
    low: Float64
    high: Float64
    is_whole: bool = False

    @property
    def n_cells(self) -> int:
        return 1 + len(self.texts) + len(self.low)

    def cells(self, column: pd.Series) -> Int64:
        """Int64[n]."""
        if self.dtype == "object":
            known = {text: cell for cell, text in enumerate(self.texts, 1)}
            return np.array([known.get(text, 0) for text in column], dtype=np.int64)
        numbers = _numbers(column)
        spans = 1 + np.searchsorted(self.low[1:], numbers, side="right")
        return np.where(np.isnan(numbers), 0, spans).astype(np.int64)

    def column(self, cells: Int64, rng: np.random.Generator) -> pd.Series:
        """A value for each cell: anywhere in a span."""
        if self.dtype == "object":
            return pd.Series(np.concatenate([[""], self.texts])[cells], dtype=object)
        values = np.full(len(cells), np.nan)
        known = cells > 0
        low, high = self.low[cells[known] - 1], self.high[cells[known] - 1]
        values[known] = low + rng.random(int(known.sum())) * (high - low)
        if self.is_whole:
            values = np.rint(values)
        if self.dtype.startswith("datetime64"):
            days = np.full(len(cells), np.datetime64("NaT", "s"))
            days[known] = np.floor(values[known]).astype("datetime64[s]")
            return pd.Series(days)
        return pd.Series(values)


@dataclass(frozen=True)
class Profiles:
    """The columns of the table about people, and what can be drawn of them.

    Attributes:
        columns: of the table, in order. attributes: A of them; all others stay blank.
        findings: which columns stay blank, or lose values, and why.
    """

    columns: tuple[tuple[str, str], ...]
    attributes: tuple[Attribute, ...]
    findings: tuple[Finding, ...]

    @classmethod
    def learn(cls, real: Dataset) -> Self:
        table = real.user_table
        attributes, findings = [], []
        for name in real.user_attributes:
            attribute, finding = _attribute(name, table[name])
            if attribute is not None:
                attributes.append(attribute)
            if finding is not None:
                findings.append(finding)
        columns = tuple((str(name), str(table[name].dtype)) for name in table)
        return cls(columns, tuple(attributes), tuple(findings))

    @property
    def widths(self) -> tuple[int, ...]:
        """How many cells each attribute has."""
        return tuple(attribute.n_cells for attribute in self.attributes)

    def cells(self, table: pd.DataFrame) -> Int64:
        """Int64[n, A], the profiles of some people."""
        columns = [attribute.cells(table[attribute.name]) for attribute in self.attributes]
        return np.stack(columns, axis=1) if columns else np.zeros((len(table), 0), dtype=np.int64)

    def table(self, cells: Int64, rng: np.random.Generator) -> pd.DataFrame:
        """A table of people with these profiles (n, A), with all columns; nobody has a name."""
        drawn = {one.name: one.column(cells[:, place], rng) for place, one in enumerate(self.attributes)}
        return pd.DataFrame(
            {name: drawn[name] if name in drawn else _blank(dtype, len(cells)) for name, dtype in self.columns}
        )


def near(points: Float64, people: Float64, cells: Int64, rng: np.random.Generator) -> Int64:
    """Int64[n, A], profiles of new people: each attribute as one of those has it who stand near.

    Each attribute is asked of somebody else, so nobody's profile is handed on as a whole.

    Args:
        points: Float64[n, D], where the new people stand; people: Float64[U, D], others, whose profiles are ``cells``.
    """
    if not cells.shape[1]:
        return np.zeros((len(points), 0), dtype=np.int64)
    if len(people) > MOST_PEOPLE:
        some = rng.choice(len(people), MOST_PEOPLE, replace=False)
        people, cells = people[some], cells[some]
    n_near = min(LOOKED_AT, len(people))
    far = (people**2).sum(1) - 2 * points @ people.T
    nearest = np.argpartition(far, n_near - 1, axis=1)[:, :n_near]
    asked = rng.integers(n_near, size=(len(points), cells.shape[1]))
    return cells[np.take_along_axis(nearest, asked, axis=1), np.arange(cells.shape[1])]


def _attribute(name: str, column: pd.Series) -> tuple[Attribute | None, Finding | None]:
    dtype = "object" if _is_text(column) else str(column.dtype)
    if dtype == "object":
        known = column[column != ""]
        counts = known.value_counts()
        if len(known) and len(counts) > max(RARE, DISTINCT * len(known)):
            return None, _identifies(name, len(counts), len(known))
        texts = sorted(str(text) for text, count in counts.items() if count >= RARE)
        rare = int((counts < RARE).sum())
        attribute = Attribute(name, dtype, np.array(texts, dtype=object), np.zeros(0), np.zeros(0))
        return attribute, _rare(name, rare) if rare else None
    numbers = _numbers(column)
    numbers = numbers[~np.isnan(numbers)]
    if not len(numbers):
        return None, None
    is_whole = bool((numbers == np.rint(numbers)).all()) and not dtype.startswith("datetime64")
    levels, times = np.unique(numbers, return_counts=True)
    n_distinct = len(levels)
    if is_whole and len(numbers) > RARE and n_distinct > DISTINCT_NUMBERS * len(numbers):
        return None, _identifies(name, n_distinct, len(numbers))
    if n_distinct <= SPANS:
        low = high = levels[times >= RARE]
    else:
        edges = np.unique(np.quantile(numbers, np.linspace(0, 1, SPANS + 1)))
        low, high = edges[:-1], edges[1:]
    if not len(low):
        return None, _rare(name, n_distinct)
    return Attribute(name, dtype, np.zeros(0, dtype=object), low, high, is_whole), None


def _identifies(name: str, distinct: int, known: int) -> Finding:
    return Finding(
        "note",
        "attribute-identifies",
        f"The attribute {quote(name)} has {distinct:,} different values for {counted(known, 'person')}, which would "
        "point at single ones, so it stays blank.",
        known,
    )


def _rare(name: str, rare: int) -> Finding:
    return Finding(
        "note",
        "attribute-rare",
        f"The attribute {quote(name)} has {counted(rare, 'value')} that fewer than {RARE} people have; nobody gets "
        "them.",
        rare,
    )


def _is_text(column: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column))


def _numbers(column: pd.Series) -> Float64:
    """Numbers as they are, dates as seconds; NaN where nothing is known."""
    if pd.api.types.is_datetime64_any_dtype(column):
        times = column.to_numpy("datetime64[s]")
        return np.where(np.isnat(times), np.nan, times.astype(np.int64).astype(np.float64))
    return column.to_numpy(np.float64, na_value=np.nan)


def _blank(dtype: str, n: int) -> pd.Series:
    if dtype.startswith("datetime64"):
        return pd.Series(np.full(n, np.datetime64("NaT", "s")))
    if dtype == "float64":
        return pd.Series(np.full(n, np.nan))
    return pd.Series([""] * n, dtype=object)
