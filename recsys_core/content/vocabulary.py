"""Words that a reader knows, by number."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from recsys_core.errors import ModelError


@dataclass(frozen=True)
class Vocabulary:
    """V words; the place of a word is its number."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, texts: Iterable[list[str]], most: int, in_texts: int = 1) -> Self:
        """The ``most`` words that stand in most texts, and in ``in_texts`` of them at least; commonest first."""
        return cls.commonest(Counter(word for text in texts for word in set(text)), most, in_texts)

    @classmethod
    def commonest(cls, counts: Counter[str], most: int, in_texts: int = 1) -> Self:
        """As :meth:`of`, of words that were counted: in how many texts each stands."""
        words = sorted(counts, key=lambda word: (-counts[word], word))[:most]
        return cls(tuple(word for word in words if counts[word] >= in_texts))

    def __len__(self) -> int:
        return len(self.words)

    @cached_property
    def places(self) -> dict[str, int]:
        return {word: place for place, word in enumerate(self.words)}

    def array(self) -> np.ndarray:
        """Uint8, to be saved."""
        return np.frombuffer("\n".join(self.words).encode("utf-8"), dtype=np.uint8)

    @classmethod
    def from_array(cls, array: np.ndarray) -> Self:
        """The words that :meth:`array` gave.

        Raises:
            ModelError: these are no words.
        """
        try:
            words = array.tobytes().decode("utf-8").split("\n") if array.dtype == np.uint8 else None
        except UnicodeDecodeError:
            words = None
        if words is None or len(set(words)) < len(words):
            raise ModelError("The words of the saved model cannot be read.", "Train it again.", "damaged-model")
        return cls(tuple(words) if array.size else ())
