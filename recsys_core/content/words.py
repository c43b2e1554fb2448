"""Texts by the words that stand in them."""

from typing import Self

import numpy as np
from scipy.sparse import csr_array

from recsys_core.content.around import AROUND, Around
from recsys_core.content.items import ItemContent
from recsys_core.content.reader import Read, Reader
from recsys_core.content.tfidf import TfIdf
from recsys_core.errors import ModelError
from recsys_core.training.context import Cancelled
from recsys_core.types import Float32

WIDTH = 128
SURPLUS = 16  # directions more than are wanted, and rounds: both make the wanted ones exact enough
ROUNDS = 4


class Words(Reader):
    """TF-IDF, seen from its main directions: texts that share no word are alike when their words go together.

    Deerwester et al., Indexing by Latent Semantic Analysis, JASIS 1990. The values have length 1.
    """

    key = "words"
    title = "words, by how rare they are"
    idea = "Counts the words of a text, the rarer the more, and sums words up that go together (TF-IDF and SVD)."
    width = WIDTH

    def __init__(self, tfidf: TfIdf, directions: Float32) -> None:
        self._tfidf = tfidf
        self._directions = directions  # (V, width)

    @classmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        texts = content.texts()
        tfidf = TfIdf.fit(texts, around)
        rows = tfidf.rows(texts, around)
        return cls(tfidf, main_directions(rows, WIDTH, around))

    def read(self, content: ItemContent, around: Around) -> Read:
        rows = self._tfidf.rows(content.texts(), around)
        around.on_progress("texts", len(content), len(content))
        values = rows @ self._directions
        lengths = np.linalg.norm(values, axis=1, keepdims=True)
        np.divide(values, lengths, out=values, where=lengths > 0)
        return Read(values, np.diff(rows.indptr) > 0)

    def arrays(self) -> dict[str, np.ndarray]:
        return self._tfidf.arrays() | {"directions": self._directions}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Self:
        tfidf, directions = TfIdf.from_arrays(arrays), arrays.get("directions", np.zeros(0))
        if directions.dtype != np.float32 or directions.shape != (len(tfidf.vocabulary), WIDTH):
            raise ModelError(
                f"The directions of the saved model have the shape {directions.shape}, "
                f"not {(len(tfidf.vocabulary), WIDTH)}.",
                "Train it again.",
                "damaged-model",
            )
        return cls(tfidf, directions)


def main_directions(rows: csr_array, width: int, around: Around = AROUND) -> Float32:
    """Float32 (V, width), right singular vectors of rows (N, V), largest first; zeros where there are fewer.

    Halko, Martinsson and Tropp, Finding Structure with Randomness, SIAM Review 2011, algorithm 4.4, always from the
    same random start.

    Raises:
        Cancelled: somebody asked to stop.
    """
    n_words = rows.shape[1]
    directions = np.zeros((n_words, width), dtype=np.float32)
    size = min(width + SURPLUS, *rows.shape)
    if not size:
        return directions
    start = np.random.default_rng(0).standard_normal((n_words, size), dtype=np.float32)
    basis, _ = np.linalg.qr(rows @ start)
    for _ in range(ROUNDS):
        if around.cancel():
            raise Cancelled
        back, _ = np.linalg.qr(rows.T @ basis)
        basis, _ = np.linalg.qr(rows @ back)
    _, sizes, found = np.linalg.svd((rows.T @ basis).T, full_matrices=False)
    real = int((sizes[:width] > 1e-6 * sizes[0]).sum())
    directions[:, :real] = found[:real].T
    return directions
