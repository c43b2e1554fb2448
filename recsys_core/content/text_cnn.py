"""Texts by phrases that a network learns to look for."""

import math
from typing import Self

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.content.around import Around
from recsys_core.content.items import ItemContent
from recsys_core.content.reader import Read, Reader
from recsys_core.content.tokens import words_of
from recsys_core.content.vocabulary import Vocabulary
from recsys_core.errors import ModelError
from recsys_core.training.context import Cancelled

MOST_WORDS = 20_000
MOST_IN_TEXT = 100  # words of a text that count
EMBEDDING = 64
PHRASES = (3, 4, 5)  # words
FILTERS = 64  # for each length
NOTHING, UNKNOWN, FIRST_WORD = 0, 1, 2


class TextCnn(Reader):
    """The numbers of the words; the network learns a vector for each, and filters over them.

    A filter of three words says how much a text holds one kind of phrase: its maximum over all places. Kim,
    Convolutional Neural Networks for Sentence Classification, EMNLP 2014 (CNN-rand).

    A word that stands in one text only is unknown: nothing general can be learned of it.
    """

    key = "cnn"
    title = "phrases, learned with the model"
    idea = "Learns vectors of words, and which phrases of three to five words tell who likes what."
    learns = True
    width = FILTERS * len(PHRASES)

    def __init__(self, vocabulary: Vocabulary, longest: int) -> None:
        self._vocabulary = vocabulary
        self._longest = longest  # words of a text

    @classmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        if around.cancel():
            raise Cancelled
        words = [words_of(text) for text in content.texts()]
        longest = max(1, min(MOST_IN_TEXT, max(map(len, words), default=1)))
        return cls(Vocabulary.of(words, MOST_WORDS, in_texts=2), longest)

    def read(self, content: ItemContent, around: Around) -> Read:
        places = self._vocabulary.places
        values = np.zeros((len(content), self._longest), dtype=np.int32)
        for row, text in enumerate(content.texts()):
            words = words_of(text)[: self._longest]
            values[row, : len(words)] = [places.get(word, UNKNOWN - FIRST_WORD) + FIRST_WORD for word in words]
        return Read(values, values.max(axis=1) >= FIRST_WORD)

    def net(self, generator: torch.Generator) -> nn.Module:
        return _Phrases(len(self._vocabulary), generator)

    def arrays(self) -> dict[str, np.ndarray]:
        return {"words": self._vocabulary.array(), "longest": np.array([self._longest], dtype=np.int32)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Self:
        vocabulary = Vocabulary.from_array(arrays.get("words", np.zeros(0)))
        longest = arrays.get("longest", np.zeros(0))
        if longest.dtype != np.int32 or longest.shape != (1,) or not 1 <= longest[0] <= MOST_IN_TEXT:
            raise ModelError("A length of the saved model is damaged.", "Train it again.", "damaged-model")
        return cls(vocabulary, int(longest[0]))


class _Phrases(nn.Module):
    """From the numbers of words, Int32 (n, L), to the strongest answer of each filter, (n, width)."""

    def __init__(self, n_words: int, generator: torch.Generator) -> None:
        super().__init__()

        def uniform(bound: float, *shape: int) -> nn.Parameter:
            return nn.Parameter((2 * torch.rand(shape, generator=generator) - 1) * bound)

        self.embeddings = uniform(0.25, n_words + FIRST_WORD, EMBEDDING)
        self.filters = nn.ParameterList(
            uniform(1 / math.sqrt(length * EMBEDDING), FILTERS, EMBEDDING, length) for length in PHRASES
        )
        self.biases = nn.ParameterList(torch.zeros(FILTERS) for _ in PHRASES)

    def forward(self, words: torch.Tensor) -> torch.Tensor:
        is_word = (words != NOTHING).float()[:, None]  # (n, 1, L)
        # Behind the end of a text stand zeros, so that it may be shorter than a phrase.
        texts = F.pad(F.embedding(words, self.embeddings).transpose(1, 2) * is_word, (0, max(PHRASES) - 1))
        found = []
        for filters, bias in zip(self.filters, self.biases, strict=True):
            answers = F.relu(F.conv1d(texts, filters, bias))[..., : words.shape[1]]
            found.append((answers * is_word).amax(dim=2))
        return torch.cat(found, dim=1)
