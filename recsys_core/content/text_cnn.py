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
from recsys_core.content.static_text import StaticText, sums_of_tokens
from recsys_core.content.tokens import words_of
from recsys_core.content.vocabulary import Vocabulary
from recsys_core.errors import ModelError
from recsys_core.training.context import Cancelled
from recsys_core.types import Float32

MOST_WORDS = 20_000
MOST_IN_TEXT = 100  # words of a text that count
EMBEDDING = 64
PHRASES = (3, 4, 5)  # words
FILTERS = 64  # for each length
BOUND = 0.25  # of what fresh vectors of words hold
NOTHING, UNKNOWN, FIRST_WORD = 0, 1, 2


class TextCnn(Reader):
    """The numbers of the words; the network learns a vector for each, and filters over them.

    A filter of three words says how much a text holds one kind of phrase: its maximum over all places. The vectors
    begin as what an encoder that comes trained says about the words, since a data set holds too few texts to learn
    from nothing what they mean. Kim, Convolutional Neural Networks for Sentence Classification, EMNLP 2014
    (CNN-non-static).

    A word that stands in one text only is unknown: nothing general can be learned of it.
    """

    key = "cnn"
    title = "phrases, learned with the model"
    idea = "Learns vectors of words, and which phrases of three to five words tell who likes what."
    learns = True
    pace = 0.1  # a catalogue holds too few texts: at full pace it learns them by heart
    width = FILTERS * len(PHRASES)

    def __init__(self, vocabulary: Vocabulary, longest: int, meanings: Float32 | None = None) -> None:
        self._vocabulary = vocabulary
        self._longest = longest  # words of a text
        self._meanings = meanings  # (V, EMBEDDING), what the network begins with; None: it has learned already

    @classmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        if around.cancel():
            raise Cancelled
        words = [words_of(text) for text in content.texts()]
        longest = max(1, min(MOST_IN_TEXT, max(map(len, words), default=1)))
        vocabulary = Vocabulary.of(words, MOST_WORDS, in_texts=2)
        return cls(vocabulary, longest, _meanings(list(vocabulary.words)))

    def read(self, content: ItemContent, around: Around) -> Read:
        places = self._vocabulary.places
        values = np.zeros((len(content), self._longest), dtype=np.int32)
        for row, text in enumerate(content.texts()):
            words = words_of(text)[: self._longest]
            values[row, : len(words)] = [places.get(word, UNKNOWN - FIRST_WORD) + FIRST_WORD for word in words]
        return Read(values, values.max(axis=1) >= FIRST_WORD)

    def net(self, generator: torch.Generator) -> nn.Module:
        return _Phrases(len(self._vocabulary), generator, self._meanings)

    def arrays(self) -> dict[str, np.ndarray]:
        return {"words": self._vocabulary.array(), "longest": np.array([self._longest], dtype=np.int32)}

    @classmethod
    def from_arrays(cls, arrays: dict[str, np.ndarray]) -> Self:
        vocabulary = Vocabulary.from_array(arrays.get("words", np.zeros(0)))
        longest = arrays.get("longest", np.zeros(0))
        if longest.dtype != np.int32 or longest.shape != (1,) or not 1 <= longest[0] <= MOST_IN_TEXT:
            raise ModelError("A length of the saved model is damaged.", "Train it again.", "damaged-model")
        return cls(vocabulary, int(longest[0]))


def _meanings(words: list[str]) -> Float32:
    """Float32 (V, EMBEDDING), the main directions of what :class:`StaticText` says about each word."""
    parts = [vectors for _, vectors in sums_of_tokens(words)]
    whole = np.concatenate(parts) if parts else np.zeros((0, StaticText.width), dtype=np.float32)
    lengths = np.linalg.norm(whole, axis=1, keepdims=True)
    whole = np.divide(whole, lengths, out=np.zeros_like(whole), where=lengths > 0)
    whole -= whole.mean(axis=0) if len(whole) else 0
    _, directions = np.linalg.eigh(whole.T @ whole)  # ascending
    made = whole @ directions[:, ::-1][:, :EMBEDDING]
    spread = made.std() if len(made) else 0.0
    return (made * (BOUND / math.sqrt(3) / spread if spread > 0 else 1.0)).astype(np.float32)


class _Phrases(nn.Module):
    """From the numbers of words, Int32 (n, L), to the strongest answer of each filter, (n, width)."""

    def __init__(self, n_words: int, generator: torch.Generator, meanings: Float32 | None) -> None:
        super().__init__()

        def uniform(bound: float, *shape: int) -> nn.Parameter:
            return nn.Parameter((2 * torch.rand(shape, generator=generator) - 1) * bound)

        self.embeddings = uniform(BOUND, n_words + FIRST_WORD, EMBEDDING)
        if meanings is not None:
            with torch.no_grad():
                self.embeddings[FIRST_WORD:] = torch.from_numpy(meanings)
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
