"""What is known about items or people as yes-or-no features: genres, decades, languages, ages, occupations."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from recsys_core.data.dataset import Dataset
from recsys_core.data.side.listed import separator_of, words_of
from recsys_core.types import Float32, Float64, Int32, Int64

BUCKETS = 8  # of a column of numbers or dates, about equally full
RARE = 5  # a value that fewer rows have says too little
MOST_VALUES = 100  # of a column of words; the most common ones


@dataclass(frozen=True)
class AttributeFeatures:
    """Features of each row of a table, which share a weight of 1: means, not sums, so that no row counts more.

    Attributes:
        indptr: Int64[n + 1]; row r has the features ``indices[indptr[r]:indptr[r + 1]]``, none where nothing is known.
        indices: Int32[E], positions in ``names``; weights: Float32[E], 1 over the number of features of the row.
        names: of the F features, such as "genres: Drama" or "year: 1985 to 1991".
    """

    indptr: Int64
    indices: Int32
    weights: Float32
    names: tuple[str, ...]

    def matrix(self) -> csr_array:
        """Float32 (n, F), holding the weights."""
        return csr_array((self.weights, self.indices, self.indptr), shape=(len(self.indptr) - 1, len(self.names)))


@dataclass(frozen=True)
class _Column:
    """Some features of some rows: row ``rows[e]`` has ``names[values[e]]``."""

    rows: Int64
    values: Int64
    names: list[str]


def item_features(dataset: Dataset) -> AttributeFeatures:
    """Genres, year and attributes of the items; titles and texts are left to models that read."""
    return encode(_about_items(dataset))


def user_features(dataset: Dataset) -> AttributeFeatures:
    """Attributes of the people; names say nothing about tastes."""
    return encode(_about_people(dataset))


def item_fields(dataset: Dataset) -> list[AttributeFeatures]:
    """As :func:`item_features`, apart for each column that has any: the weights of a row are 1 in each of them."""
    return _by_column(_about_items(dataset))


def user_fields(dataset: Dataset) -> list[AttributeFeatures]:
    """As :func:`user_features`, apart for each column that has any."""
    return _by_column(_about_people(dataset))


def _about_items(dataset: Dataset) -> pd.DataFrame:
    return dataset.item_table[["genres", "year", *dataset.item_attributes]]


def _about_people(dataset: Dataset) -> pd.DataFrame:
    return dataset.user_table[dataset.user_attributes]


def _by_column(table: pd.DataFrame) -> list[AttributeFeatures]:
    columns = [encode(table[[name]]) for name in table]
    return [column for column in columns if column.names]


def encode(table: pd.DataFrame) -> AttributeFeatures:
    """Numbers and dates by the bucket they fall into, words one by one; what fewer than ``RARE`` rows have is dropped.

    Args:
        table: columns of numbers, dates, tuples of text, or text ("" if unknown; lists as ``a, b`` are taken apart).
    """
    columns = [_encoded(table[name]) for name in table]
    names = [f"{label}: {name}" for label, column in zip(table, columns, strict=True) for name in column.names]
    firsts = np.cumsum([0, *(len(column.names) for column in columns)])
    rows = np.concatenate([np.empty(0, np.int64), *(column.rows for column in columns)])
    values = [column.values + first for column, first in zip(columns, firsts, strict=False)]
    order = np.argsort(rows, kind="stable")
    counts = np.bincount(rows, minlength=len(table))
    return AttributeFeatures(
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        np.concatenate([np.empty(0, np.int64), *values])[order].astype(np.int32),
        (1 / np.repeat(counts, counts)).astype(np.float32),
        tuple(names),
    )


def _encoded(column: pd.Series) -> _Column:
    if pd.api.types.is_datetime64_any_dtype(column):
        seconds = column.to_numpy("datetime64[s]")
        numbers = np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64))
        return _in_buckets(numbers, lambda number: str(np.datetime64(int(number), "s"))[:10])
    if pd.api.types.is_numeric_dtype(column):
        return _in_buckets(column.to_numpy(np.float64, na_value=np.nan), lambda number: f"{number:.10g}")
    return _common(_words(column))


def _in_buckets(numbers: Float64, text: Callable[[float], str]) -> _Column:
    """Numbers by quantiles, cut between different values; each value by itself where there are few."""
    rows = np.flatnonzero(np.isfinite(numbers))
    known = numbers[rows]
    levels = np.unique(known)
    if len(levels) > BUCKETS:
        levels = np.unique(np.sort(known)[np.arange(BUCKETS) * len(known) // BUCKETS])
    buckets = np.searchsorted(levels, known, side="right") - 1  # each begins with its level
    labels = []
    for bucket in range(len(levels)):
        inside = known[buckets == bucket]
        low, high = text(inside.min()), text(inside.max())
        labels.append(low if low == high else f"{low} to {high}")
    return _common(pd.Series(np.array(labels, dtype=object)[buckets], index=rows))


def _words(column: pd.Series) -> pd.Series:
    """One word a row, under the position of the row they belong to."""
    cells = column.reset_index(drop=True)
    if cells.map(lambda cell: isinstance(cell, str)).all():
        separator = separator_of(cells)
        cells = cells.map(lambda text: tuple(dict.fromkeys(word.strip() for word in words_of(text, separator))))
    words = cells.explode().dropna()
    return words[words != ""]


def _common(words: pd.Series) -> _Column:
    """The words that are worth a feature: not rare, at most ``MOST_VALUES``, by name."""
    counts = words.value_counts()
    common = sorted(counts[counts >= RARE].index[:MOST_VALUES])
    places = pd.Index(common, dtype=object).get_indexer(words)
    kept = places >= 0
    return _Column(words.index.to_numpy(np.int64)[kept], places[kept].astype(np.int64), [str(word) for word in common])
