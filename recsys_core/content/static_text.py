"""Texts by the meaning of each of their words, whichever the others are."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import numpy as np
from safetensors.numpy import load_file
from scipy.sparse import csr_array

from recsys_core.content.around import Around
from recsys_core.content.items import ItemContent
from recsys_core.content.packages import file_of
from recsys_core.content.reader import Read, Reader
from recsys_core.content.tokens import beginning
from recsys_core.content.vector_cache import Batch, content_key, encode_once
from recsys_core.types import Int64

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TITLE = "The encoder WordLlama"
VERSION = "static-1"
WIDTH = 256
BATCH = 256  # texts


class StaticText(Reader):
    """The mean of one vector for each token, at length 1: WordLlama's, taken from the input of large language models.

    Miller, WordLlama: Recycled Token Embeddings from Large Language Models, 2024, https://github.com/dleemiller/WordLlama.
    """

    key = "static"
    title = "meanings of single words"
    idea = "Takes the mean of vectors that say what each word means, whichever words stand around it; fast."
    width = WIDTH

    @classmethod
    def fit(cls, content: ItemContent, around: Around) -> Self:
        return cls()

    def read(self, content: ItemContent, around: Around) -> Read:
        texts = [beginning(text) for text in content.texts()]
        rows = np.flatnonzero([bool(text.strip()) for text in texts])
        encoded, found = encode_once(
            VERSION,
            "texts",
            [content_key(texts[row]) for row in rows],
            lambda some: _encode([texts[rows[row]] for row in some], some),
            np.zeros(WIDTH, dtype=np.float32),
            around,
        )
        values, known = np.zeros((len(texts), WIDTH), dtype=np.float32), np.zeros(len(texts), dtype=np.bool_)
        values[rows], known[rows] = encoded, found
        return Read(values, known)


def _encode(texts: list[str], rows: Int64) -> Iterator[Batch]:
    vectors = load_file(file_of("wordllama", "weights/l2_supercat_256.safetensors", TITLE))["embedding.weight"]
    vectors = vectors.astype(np.float32)
    tokenizer = _tokenizer()
    for start in range(0, len(texts), BATCH):
        tokens = [
            one.ids for one in tokenizer.encode_batch_fast(texts[start : start + BATCH], add_special_tokens=False)
        ]
        bounds = np.cumsum([0, *map(len, tokens)])
        columns = np.fromiter((token for text in tokens for token in text), dtype=np.int32, count=bounds[-1])
        ones = np.ones(len(columns), dtype=np.float32)
        sums = csr_array((ones, columns, bounds), shape=(len(tokens), len(vectors))) @ vectors
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        yield rows[start : start + BATCH], np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)


def _tokenizer() -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(file_of("wordllama", "tokenizers/l2_supercat_tokenizer_config.json", TITLE)))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
