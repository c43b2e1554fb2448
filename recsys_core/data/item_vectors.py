"""What is known about items in words, as sparse rows that can be compared."""

import re
from collections import Counter

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

LONGEST = 500  # letters of a text that count: whole books would fill the memory
_WORD = re.compile(r"\w\w+")


def genre_rows(items: pd.DataFrame) -> csr_array:
    """Float64 (I, G), 1 for each genre of an item; a row without entries where none are known."""
    return _counted([dict.fromkeys(genres, 1) for genres in items["genres"]])


def text_rows(items: pd.DataFrame) -> csr_array:
    """Float64 (I, V), TF-IDF of title, genres and the beginning of the text, each row of length 1.

    There are no columns where there are neither titles nor texts. The weight of a word is its count times
    ln((1 + I) / (1 + items with it)) + 1 (Manning, Raghavan and Schütze 2008, chapter 6, smoothed as in scikit-learn).
    """
    texts = (items["title"] + " " + items["text"].str[:LONGEST]).to_list()
    if not any(text.strip() for text in texts):
        return csr_array((len(items), 0))
    genres = (" ".join(row) for row in items["genres"])
    counts = _counted(
        [Counter(_WORD.findall(f"{text} {row}".lower())) for text, row in zip(texts, genres, strict=True)]
    )
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    counts.data *= (np.log((1 + len(items)) / (1 + frequency)) + 1)[counts.indices]
    lengths = np.sqrt(counts.multiply(counts).sum(axis=1))
    counts.data /= np.repeat(lengths, np.diff(counts.indptr))
    return counts


def _counted(rows: list[dict[str, int]]) -> csr_array:
    """Float64 (R, W), how often each word stands in each row."""
    columns: dict[str, int] = {}
    places = [columns.setdefault(word, len(columns)) for row in rows for word in row]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    counts = np.array([count for row in rows for count in row.values()], dtype=np.float64)
    return csr_array((counts, np.array(places, dtype=np.int64), indptr), shape=(len(rows), len(columns)))
