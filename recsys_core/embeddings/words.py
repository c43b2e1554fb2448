"""What is said about points, to name groups of them by."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from scipy.sparse import csr_array, vstack

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.data.item_vectors import LONGEST
from recsys_core.embeddings.space import Space
from recsys_core.types import Int64

FEWEST = 3  # points of which a word has to be said
SHORTEST, SHORTEST_TAG, LONGEST_TAG = 4, 3, 40  # letters of a word, and of an attribute's value
LONGEST_TITLE = 22  # letters
_YEAR = re.compile(r"\s*\(\d{4}\)\s*$")
_WORD = re.compile(r"[^\W\d_]+")

Said = tuple[csr_array, tuple[str, ...]]  # (n, V) how often each word is said of each point, and the words


def words_of(space: Space, dataset: Dataset, known: Histories) -> Said:
    """Words of items: genres, tags, words of titles and texts. Those of people alone are the titles that they met.

    Beside items, nothing is said of people.
    """
    items = np.flatnonzero(space.are_items)
    if not len(items):
        return _met(space, dataset, known)
    counts, vocabulary = _counted([list(dict.fromkeys(words)) for words in _said(dataset, space.rows[items])])
    rest = csr_array((len(space) - len(items), len(vocabulary)))
    stacked = csr_array(vstack([counts, rest], format="csr"))
    return _from_rows(stacked, np.concatenate([items, np.flatnonzero(~space.are_items)])), vocabulary


def _from_rows(stacked: csr_array, places: Int64) -> csr_array:
    """The rows back where they belong."""
    return stacked[np.argsort(places)]


def _said(dataset: Dataset, items: Int64) -> Iterator[list[str]]:
    """Genres and short attribute values as they are; words of title and text in small letters, but for "that" etc."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    table = dataset.item_table.iloc[items]
    texts = table["title"] + " " + table["text"].str[:LONGEST]
    tags = [table[name] for name in dataset.item_attributes if table[name].dtype == object]
    for genres, text, *values in zip(table["genres"], texts, *tags, strict=True):
        words = [
            word for word in _WORD.findall(text.lower()) if len(word) >= SHORTEST and word not in ENGLISH_STOP_WORDS
        ]
        yield [*genres, *(value for value in values if SHORTEST_TAG <= len(value) <= LONGEST_TAG), *words]


def _met(space: Space, dataset: Dataset, known: Histories) -> Said:
    met = known.take(space.rows)
    ones = np.ones(len(met.items))
    counts = csr_array((ones, met.items, met.indptr), shape=(len(space), dataset.n_items))
    titles = (_YEAR.sub("", dataset.title(item)) for item in range(dataset.n_items))
    short = (title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1].strip()}…" for title in titles)
    return counts, tuple(short)


def _counted(rows: Sequence[Sequence[str]]) -> Said:
    """Which words each row has; a row has no word twice."""
    columns: dict[str, int] = {}
    places = np.array([columns.setdefault(word, len(columns)) for row in rows for word in row], dtype=np.int64)
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    counts = csr_array((np.ones(len(places)), places, indptr), shape=(len(rows), len(columns)))
    common = np.flatnonzero(np.bincount(places, minlength=len(columns)) >= FEWEST)
    vocabulary = list(columns)
    return counts[:, common], tuple(vocabulary[word] for word in common)
