"""What readers of texts share that come trained and stay as they are."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Self

import numpy as np

from recsys_core.content.around import Around
from recsys_core.content.items import ItemContent
from recsys_core.content.reader import Read, Reader
from recsys_core.content.tokens import beginning
from recsys_core.content.vector_cache import Batch, content_key, encode_once


class FrozenText(Reader):
    """One vector of length 1 for each text; encoded once, and then taken from the cache.

    Attributes:
        version: changes whenever the same text would get another vector.
    """

    version: ClassVar[int]

    @classmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        return cls()

    def read(self, content: ItemContent, around: Around) -> Read:
        texts = [beginning(text) for text in content.texts()]
        rows = np.flatnonzero([bool(text.strip()) for text in texts])

        def encode(some: np.ndarray) -> Iterator[Batch]:
            for places, vectors in self._encode([texts[row] for row in rows[some]]):
                lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
                yield some[places], np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)

        keys = [content_key(texts[row]) for row in rows]
        like = np.zeros(self.width, dtype=np.float32)
        encoded, found = encode_once(f"{self.key}-{self.version}", "texts", keys, encode, like, around)
        values, known = np.zeros((len(texts), self.width), dtype=np.float32), np.zeros(len(texts), dtype=np.bool_)
        values[rows], known[rows] = encoded, found
        return Read(values, known)

    @abstractmethod
    def _encode(self, texts: list[str]) -> Iterator[Batch]:
        """Batches of positions among the texts, and Float32 (n, width). No text is empty.

        Raises:
            ContentError: what it needs is not installed.
        """
