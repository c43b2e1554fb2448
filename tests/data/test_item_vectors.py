"""Genres and words of items as rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from recsys_core.data.dataset import blank_item_table
from recsys_core.data.item_vectors import LONGEST, genre_rows, text_rows


def table(**columns: list) -> pd.DataFrame:
    made = blank_item_table(len(next(iter(columns.values()))))
    return made.assign(**{name: pd.Series(values, dtype=object) for name, values in columns.items()})


def test_a_genre_counts_once_for_an_item():
    rows = genre_rows(table(genres=[("a", "b"), (), ("b", "b")])).toarray()
    assert rows.tolist() == [[1, 1], [0, 0], [0, 1]]


def test_words_are_weighed_as_by_scikit_learn():
    titles = ["The Wild Duck", "wild wild West", "", "x"]
    texts = ["a duck, a house", "", "", ""]
    genres = [("Drama",), ("Western", "Drama"), (), ()]
    documents = ["The Wild Duck a duck, a house Drama", "wild wild West Western Drama", "", "x"]
    expected = TfidfVectorizer().fit_transform(documents).toarray()
    found = text_rows(table(title=titles, text=texts, genres=genres)).toarray()
    assert np.sort(found, axis=1)[:, -expected.shape[1] :] == pytest.approx(np.sort(expected, axis=1))
    assert found @ found.T == pytest.approx(expected @ expected.T)
    assert np.linalg.norm(found, axis=1) == pytest.approx([1, 1, 0, 0])


def test_only_the_beginning_of_a_text_counts():
    rows = text_rows(table(title=["ab", "cd"], text=["ef " * LONGEST + "never", "gh"]))
    assert rows.shape == (2, 4)


def test_without_titles_and_texts_there_are_no_words():
    assert text_rows(table(genres=[("a",), ("b",)])).shape == (2, 0)
    assert genre_rows(table(title=["a", "b"])).shape == (2, 0)
    assert genre_rows(blank_item_table(0)).shape == text_rows(blank_item_table(0)).shape == (0, 0)
