"""Texts as weights of their words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from recsys_core.content.tokens import words_of
from recsys_core.content.vocabulary import Vocabulary
from recsys_core.errors import ModelError
from recsys_core.types import Float32

MOST_WORDS = 50_000


@dataclass(frozen=True)
class TfIdf:
    """The weight of a word is (1 + ln of its count) · (ln((1 + N) / (1 + texts with it)) + 1).

    Manning, Raghavan and Schütze, Introduction to Information Retrieval, 2008, chapter 6: "ltc", smoothed as in
    scikit-learn.

    Attributes:
        vocabulary: V words, those in most texts.
        rarity: Float32 (V,), the second factor, from N texts.
    """

    vocabulary: Vocabulary
    rarity: Float32

    @classmethod
    def fit(cls, texts: list[str]) -> Self:
        """Learn which words there are and how rare they are."""
        words = [words_of(text) for text in texts]
        vocabulary = Vocabulary.of(words, MOST_WORDS)
        places = vocabulary.places
        held = np.fromiter((places[w] for text in words for w in set(text) if w in places), dtype=np.int64)
        frequency = np.bincount(held, minlength=len(vocabulary))
        return cls(vocabulary, (np.log((1 + len(texts)) / (1 + frequency)) + 1).astype(np.float32))

    def rows(self, texts: list[str]) -> csr_array:
        """Float32 (N, V), each row of length 1, or empty where a text has no word that is known; columns rise."""
        places = self.vocabulary.places
        counts = [Counter(places[word] for word in words_of(text) if word in places) for text in texts]
        columns = np.fromiter((column for row in counts for column in sorted(row)), dtype=np.int32)
        tf = np.fromiter((row[column] for row in counts for column in sorted(row)), dtype=np.float32)
        lengths = np.array([len(row) for row in counts], dtype=np.int64)
        weights = (1 + np.log(tf)) * self.rarity[columns]
        squares = np.bincount(np.repeat(np.arange(len(texts)), lengths), weights**2, len(texts))
        weights /= np.repeat(np.sqrt(squares), lengths)
        bounds = np.concatenate([[0], np.cumsum(lengths)])
        return csr_array((weights.astype(np.float32), columns, bounds), shape=(len(texts), len(self.vocabulary)))

    def arrays(self) -> dict[str, np.ndarray]:
        """To be saved."""
        return {"words": self.vocabulary.array(), "rarity": self.rarity}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> Self:
        """What :meth:`arrays` gave.

        Raises:
            ModelError: an array is missing, or they do not fit each other.
        """
        vocabulary = Vocabulary.from_array(arrays.get("words", np.zeros(0)))
        rarity = arrays.get("rarity", np.zeros(0))
        if rarity.dtype != np.float32 or rarity.shape != (len(vocabulary),):
            raise ModelError(
                f"The weights of words of the saved model are {rarity.size:,} {rarity.dtype.name}, "
                f"not {len(vocabulary):,} float32.",
                "Train it again.",
                "damaged-model",
            )
        return cls(vocabulary, rarity)
