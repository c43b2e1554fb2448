"""What is known about items or people as yes-or-no features: genres, decades, languages, ages, occupations."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from recsys_core.content.leaking_columns import leaking_columns
from recsys_core.data.dataset import ITEM_COLUMNS, USER_COLUMNS, Dataset
from recsys_core.data.side.listed import separator_of, words_of
from recsys_core.errors import ModelError
from recsys_core.types import Float32, Float64, Int32, Int64

BUCKETS = 8  # of a column of numbers or dates, about equally full
RARE = 5  # a value that fewer rows have says too little
MOST_VALUES = 100  # of a column of words; the most common ones
SAVED = "attributes"  # what it learned, as a saved model calls it


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


def item_features(dataset: Dataset) -> AttributeFeatures:
    """Genres, year and attributes of the items, but for columns that leak; titles and texts are left to models that
    read."""
    return encode(_without_leaks(about_items(dataset.item_table)))


def user_features(dataset: Dataset) -> AttributeFeatures:
    """Attributes of the people, but for columns that leak; names say nothing about tastes."""
    return encode(_without_leaks(about_people(dataset.user_table)))


def item_fields(dataset: Dataset) -> list[AttributeFeatures]:
    """As :func:`item_features`, apart for each column that has any: the weights of a row are 1 in each of them."""
    return _by_column(_without_leaks(about_items(dataset.item_table)))


def user_fields(dataset: Dataset) -> list[AttributeFeatures]:
    """As :func:`user_features`, apart for each column that has any."""
    return _by_column(_without_leaks(about_people(dataset.user_table)))


def _without_leaks(table: pd.DataFrame) -> pd.DataFrame:
    """By their names alone: a fine-tuning needs the same columns whatever happened since."""
    return table.drop(columns=list(leaking_columns(table)))


def _by_column(table: pd.DataFrame) -> list[AttributeFeatures]:
    return AttributeEncoder.fit(table).by_column(table)


def about_items(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of an item table that are attributes."""
    return table[["genres", "year", *(name for name in table if name not in ITEM_COLUMNS)]]


def about_people(table: pd.DataFrame) -> pd.DataFrame:
    """The columns of a user table that are attributes."""
    return table[[name for name in table if name not in USER_COLUMNS]]


def encode(table: pd.DataFrame) -> AttributeFeatures:
    """Features of the table that they are learned from; see :class:`AttributeEncoder`."""
    return AttributeEncoder.fit(table).encode(table)


@dataclass(frozen=True)
class _Buckets:
    """Of numbers and dates. Bucket b holds what is at least ``levels[b]``; a number below all of them is in the first.

    Attributes:
        levels: Float64[b], rising; of dates, seconds.
        places: Int64[b], the feature of each, −1 where it is too rare to be one.
    """

    features: tuple[str, ...]
    levels: Float64
    places: Int64

    def find(self, column: pd.Series) -> tuple[Int64, Int64]:
        """Rows, and a feature of each."""
        numbers = _numbers(column)
        rows = np.flatnonzero(np.isfinite(numbers) & (len(self.levels) > 0))
        places = self.places[np.searchsorted(self.levels, numbers[rows], side="right").clip(1) - 1]
        return rows[places >= 0], places[places >= 0]

    def saved(self) -> dict[str, Any]:
        return {"features": self.features, "levels": self.levels.tolist(), "places": self.places.tolist()}


@dataclass(frozen=True)
class _Words:
    """Of words, and of lists of them.

    Attributes:
        separator: of the words of one cell.
    """

    features: tuple[str, ...]
    separator: str

    def find(self, column: pd.Series) -> tuple[Int64, Int64]:
        """Rows, and a feature of each; several times for cells with several words."""
        place = {word: number for number, word in enumerate(self.features)}
        found = [
            (row, place[word])
            for row, words in enumerate(_words(column, self.separator))
            for word in words
            if word in place
        ]
        rows, places = np.array(found, dtype=np.int64).reshape(-1, 2).T
        return rows, places

    def saved(self) -> dict[str, Any]:
        return {"features": self.features, "separator": self.separator}


@dataclass(frozen=True)
class AttributeEncoder:
    """Buckets and vocabularies learned from one table, by which any table with these columns becomes features.

    Numbers and dates go by the bucket they fall into, words one by one. What is missing, what fewer than ``RARE`` rows
    of the first table have, and what none of them has, gives no feature.
    """

    columns: dict[str, _Buckets | _Words]

    @classmethod
    def fit(cls, table: pd.DataFrame, most: int | None = None) -> Self:
        """Learn from a table.

        Args:
            table: columns of numbers, dates, tuples of text, or text ("" if unknown; lists as ``a, b`` are taken
                apart).
            most: features of all columns together; the columns with most of them lose their rarest. None: no limit.
        """
        columns = {str(name): _fitted(table[name], MOST_VALUES) for name in table}
        sizes = np.array([len(column.features) for column in columns.values()])
        each = MOST_VALUES
        while most is not None and each and np.minimum(sizes, each).sum() > most:
            each -= 1
        return cls(columns if each == MOST_VALUES else {str(name): _fitted(table[name], each) for name in table})

    @property
    def names(self) -> tuple[str, ...]:
        """Of the F features."""
        return tuple(f"{name}: {feature}" for name, column in self.columns.items() for feature in column.features)

    def encode(self, table: pd.DataFrame) -> AttributeFeatures:
        """Features of the rows of a table. A column that it lacks is unknown for all of them."""
        return self._encoded(table, list(self.columns))

    def by_column(self, table: pd.DataFrame) -> list[AttributeFeatures]:
        """As :meth:`encode`, apart for each column that has features: the weights of a row are 1 in each of them."""
        return [self._encoded(table, [name]) for name, column in self.columns.items() if column.features]

    def _encoded(self, table: pd.DataFrame, labels: list[str]) -> AttributeFeatures:
        rows, places = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        names: list[str] = []
        for label in labels:
            column = self.columns[label]
            if label in table:
                found, features = column.find(table[label])
                rows.append(found)
                places.append(features + len(names))
            names += [f"{label}: {feature}" for feature in column.features]
        order = np.argsort(np.concatenate(rows), kind="stable")
        counts = np.bincount(np.concatenate(rows), minlength=len(table))
        return AttributeFeatures(
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            np.concatenate(places)[order].astype(np.int32),
            (1 / np.repeat(counts, counts)).astype(np.float32),
            tuple(names),
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """To be saved: everything as JSON, in bytes."""
        columns = {name: column.saved() for name, column in self.columns.items()}
        return {SAVED: np.frombuffer(json.dumps(columns).encode("ascii"), dtype=np.uint8)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Self:
        """What :meth:`arrays` gave.

        Raises:
            ModelError: it is missing or damaged.
        """
        try:
            if arrays[SAVED].dtype != np.uint8:
                raise TypeError(f"bytes as {arrays[SAVED].dtype}")
            columns = json.loads(arrays[SAVED].tobytes())
            return cls({name: _restored(column) for name, column in columns.items()})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(
                "The attributes of the saved model cannot be read.", "Train it again.", "damaged-model"
            ) from error


def _fitted(column: pd.Series, most: int) -> _Buckets | _Words:
    """What a column has, at most so many features."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return _in_buckets(_numbers(column), lambda number: str(np.datetime64(int(number), "s"))[:10], most)
    if pd.api.types.is_numeric_dtype(column):
        return _in_buckets(_numbers(column), lambda number: f"{number:.10g}", most)
    separator = separator_of(cell for cell in column if isinstance(cell, str))
    return _Words(_common((word for words in _words(column, separator) for word in words), most), separator)


def _numbers(column: pd.Series) -> Float64:
    """Numbers, and dates in seconds; NaN where they are unknown."""
    if pd.api.types.is_datetime64_any_dtype(column):
        seconds = column.to_numpy("datetime64[s]")
        return np.where(np.isnat(seconds), np.nan, seconds.astype(np.int64))
    return pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)


def _in_buckets(numbers: Float64, text: Callable[[float], str], most: int) -> _Buckets:
    """Numbers by quantiles, cut between different values; each value by itself where there are few."""
    known = numbers[np.isfinite(numbers)]
    levels = np.unique(known)
    if len(levels) > BUCKETS:
        levels = np.unique(np.sort(known)[np.arange(BUCKETS) * len(known) // BUCKETS])
    buckets = np.searchsorted(levels, known, side="right") - 1  # each begins with its level
    labels = []
    for bucket in range(len(levels)):
        inside = known[buckets == bucket]
        low, high = text(inside.min()), text(inside.max())
        labels.append(low if low == high else f"{low} to {high}")
    features = _common((labels[bucket] for bucket in buckets), most)
    return _Buckets(features, levels, pd.Index(features, dtype=object).get_indexer(pd.Index(labels, dtype=object)))


def _words(column: pd.Series, separator: str) -> Iterator[tuple[str, ...]]:
    """The different words of each cell; none of a cell that holds something else."""
    for cell in column:
        words = words_of(cell, separator) if isinstance(cell, str) else cell if isinstance(cell, tuple | list) else ()
        yield tuple(dict.fromkeys(word.strip() for word in words if word.strip()))


def _common(words: Iterable[str], most: int) -> tuple[str, ...]:
    """The words that are worth a feature: not rare, and the ``most`` commonest, by name."""
    return tuple(sorted(word for word, count in Counter(words).most_common(most) if count >= RARE))


def _restored(saved: dict[str, Any]) -> _Buckets | _Words:
    """What ``saved`` gave. ValueError, TypeError or KeyError where it is no such thing."""
    features = tuple(saved["features"])
    if not all(isinstance(feature, str) for feature in features) or len(set(features)) < len(features):
        raise ValueError("no names")
    if "separator" in saved:
        if not isinstance(saved["separator"], str) or not saved["separator"]:
            raise ValueError("no separator")
        return _Words(features, saved["separator"])
    levels, places = np.array(saved["levels"], np.float64), np.array(saved["places"], np.int64)
    fits = (
        levels.ndim == 1 and levels.shape == places.shape and np.isfinite(levels).all() and (np.diff(levels) > 0).all()
    )
    if not fits or not (places.min(initial=0) >= -1 and places.max(initial=-1) < len(features)):
        raise ValueError("no buckets")
    return _Buckets(features, levels, places)
