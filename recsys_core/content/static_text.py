"""Texts by the meaning of each of their words, whichever the others are."""

from collections.abc import Iterator

import numpy as np
from safetensors.numpy import load_file
from scipy.sparse import csr_array

from recsys_core.content.frozen_text import FrozenText
from recsys_core.content.packages import file_of
from recsys_core.content.vector_cache import Batch

TITLE = "The encoder WordLlama"
BATCH = 256  # texts


class StaticText(FrozenText):
    """The mean of one vector for each token, from WordLlama: the input layers of large language models, made smaller.

    Miller, WordLlama: Recycled Token Embeddings from Large Language Models, 2024, github.com/dleemiller/WordLlama.
    """

    key = "static"
    title = "meanings of single words"
    idea = "Takes the mean of vectors that say what each word means, whichever words stand around it; fast."
    width = 256
    version = 1

    def _encode(self, texts: list[str]) -> Iterator[Batch]:
        return sums_of_tokens(texts)


def sums_of_tokens(texts: list[str]) -> Iterator[Batch]:
    """Batches of positions among the texts and the sums of their tokens' vectors, Float32 (n, 256).

    Raises:
        ContentError: the encoder is not installed.
    """
    from tokenizers import Tokenizer

    weights = load_file(file_of("wordllama", "weights/l2_supercat_256.safetensors", TITLE))
    vectors = weights["embedding.weight"].astype(np.float32)  # (V, width)
    file = file_of("wordllama", "tokenizers/l2_supercat_tokenizer_config.json", TITLE)
    tokenizer = Tokenizer.from_file(str(file))
    for start in range(0, len(texts), BATCH):
        some = texts[start : start + BATCH]
        tokens = [one.ids for one in tokenizer.encode_batch_fast(some, add_special_tokens=False)]
        bounds = np.cumsum([0, *map(len, tokens)])
        columns = np.fromiter((token for text in tokens for token in text), dtype=np.int32, count=bounds[-1])
        ones = np.ones(len(columns), dtype=np.float32)
        yield (
            np.arange(start, start + len(some)),
            csr_array((ones, columns, bounds), (len(some), len(vectors))) @ vectors,
        )
