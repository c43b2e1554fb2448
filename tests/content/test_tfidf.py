"""Weights of words, and their main directions."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer

from recsys_core.content import tfidf as module
from recsys_core.content.around import Around
from recsys_core.content.tfidf import TfIdf
from recsys_core.content.tokens import words_of
from recsys_core.content.words import main_directions
from recsys_core.errors import ModelError
from recsys_core.training.context import Cancelled

TEXTS = ["A cat and a cat", "the dog, the cat", "", "no such thing as a free dog", "fish"]


def test_weights_are_those_of_scikit_learn():
    tfidf = TfIdf.fit(TEXTS)
    vocabulary = list(tfidf.vocabulary.words)
    other = TfidfVectorizer(sublinear_tf=True, analyzer=words_of, vocabulary=vocabulary).fit(TEXTS)
    for texts in (TEXTS, ["the cat cat cat sat", "unheard"]):
        assert tfidf.rows(texts).toarray() == pytest.approx(other.transform(texts).toarray(), abs=1e-6)


def test_weights_survive_saving():
    tfidf = TfIdf.fit(TEXTS)
    again = TfIdf.from_arrays(tfidf.arrays())
    assert np.array_equal(again.rows(TEXTS).toarray(), tfidf.rows(TEXTS).toarray())


def test_weights_that_do_not_fit_the_words_are_refused():
    arrays = TfIdf.fit(TEXTS).arrays()
    with pytest.raises(ModelError, match="are 2 float32, not"):
        TfIdf.from_arrays(arrays | {"rarity": np.ones(2, dtype=np.float32)})
    with pytest.raises(ModelError, match="words of the saved model"):
        TfIdf.from_arrays({})


def test_texts_without_words_have_no_weights():
    assert TfIdf.fit(["", "!"]).rows(["", "cat"]).shape == (2, 0)


def test_main_directions_are_those_of_the_full_decomposition():
    rng = np.random.default_rng(3)
    made = rng.standard_normal((300, 200))
    made[:, :3] *= (5.0, 4.0, 3.0)  # not far above all the others
    rows = csr_array(made.astype(np.float32))
    found = main_directions(rows, 3)
    _, _, exact = np.linalg.svd(made, full_matrices=False)
    assert np.abs((found.T * exact[:3]).sum(axis=1)) == pytest.approx(np.ones(3), abs=1e-3)


def test_directions_that_the_data_lack_are_zero():
    found = main_directions(csr_array(np.eye(3, 5, dtype=np.float32)), 4)
    assert np.linalg.norm(found, axis=0) == pytest.approx([1, 1, 1, 0])
    assert not main_directions(csr_array((3, 0), dtype=np.float32), 4).size


def test_whoever_waits_is_told_and_may_stop(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "REPORT_SECONDS", 0.0)
    told: list[tuple[str, int, int]] = []
    tfidf = TfIdf.fit(TEXTS, Around(on_progress=lambda *what: told.append(what)))
    assert told == [("texts", done, len(TEXTS)) for done in range(len(TEXTS))]
    stop = Around(cancel=lambda: True)
    rows = tfidf.rows(TEXTS)
    for reading in (
        lambda: TfIdf.fit(TEXTS, stop),
        lambda: tfidf.rows(TEXTS, stop),
        lambda: main_directions(rows, 2, stop),
    ):
        with pytest.raises(Cancelled):
            reading()
