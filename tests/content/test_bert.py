"""BERT's forward pass, and what the encoder made of it is known for."""

import numpy as np
import pytest
import torch
from torch import nn

from recsys_core.content import sentence_text
from recsys_core.content.around import Around
from recsys_core.content.bert import bert
from recsys_core.content.sentence_text import SentenceText
from tests.worlds import items_with_texts as content

SIZE, HEADS = 12, 3


def _weights(layers: list[nn.TransformerEncoderLayer], table: nn.Embedding, places: nn.Embedding, norm: nn.LayerNorm):
    tensors = {
        "embeddings.word_embeddings.weight": table.weight,
        "embeddings.position_embeddings.weight": places.weight,
        "embeddings.token_type_embeddings.weight": torch.stack([torch.full((SIZE,), 0.1), torch.full((SIZE,), 9.0)]),
        "embeddings.LayerNorm.weight": norm.weight,
        "embeddings.LayerNorm.bias": norm.bias,
    }
    for number, layer in enumerate(layers):
        at = f"encoder.layer.{number}"
        for part, kind in (("weight", layer.self_attn.in_proj_weight), ("bias", layer.self_attn.in_proj_bias)):
            for name, piece in zip(("query", "key", "value"), kind.chunk(3), strict=True):
                tensors[f"{at}.attention.self.{name}.{part}"] = piece
        for name, module in (
            ("attention.output.dense", layer.self_attn.out_proj),
            ("attention.output.LayerNorm", layer.norm1),
            ("intermediate.dense", layer.linear1),
            ("output.dense", layer.linear2),
            ("output.LayerNorm", layer.norm2),
        ):
            tensors |= {f"{at}.{name}.weight": module.weight, f"{at}.{name}.bias": module.bias}
    return tensors


@torch.no_grad()
def test_the_forward_pass_is_that_of_torch():
    torch.manual_seed(5)
    layers = [
        nn.TransformerEncoderLayer(SIZE, HEADS, 20, activation="gelu", layer_norm_eps=1e-12, batch_first=True).eval()
        for _ in range(2)
    ]
    table, places, norm = nn.Embedding(30, SIZE), nn.Embedding(9, SIZE), nn.LayerNorm(SIZE, eps=1e-12)
    for parameter in [*norm.parameters(), *(p for layer in layers for p in layer.parameters())]:
        parameter.add_(0.3 * torch.randn(parameter.shape))
    tokens, lengths = torch.randint(30, (4, 7)), torch.tensor([7, 3, 1, 5])
    behind = torch.arange(7) >= lengths[:, None]
    hidden = norm(table(tokens) + places.weight[:7] + 0.1)
    for layer in layers:
        hidden = layer(hidden, src_key_padding_mask=behind)
    found = bert(_weights(layers, table, places, norm), tokens, lengths, HEADS)
    assert torch.allclose(found[~behind], hidden[~behind], atol=1e-5)


def test_sentences_are_as_alike_as_the_authors_of_the_encoder_say():
    """The first example of sbert.net/docs/quickstart, and the model's first numbers, as printed there and elsewhere."""
    texts = [
        "The weather is lovely today.",
        "It's so sunny outside!",
        "He drove to the stadium.",
        "This is an example sentence",
    ]
    values = SentenceText().read(content(texts), Around()).values
    assert (values @ values.T)[[0, 0, 1], [1, 2, 2]] == pytest.approx([0.6660, 0.1046, 0.1411], abs=1e-4)
    assert values[3, :4] == pytest.approx([0.0677, 0.0635, 0.0487, 0.0793], abs=1e-4)


def test_whoever_waits_sees_batches_of_all_lengths(monkeypatch: pytest.MonkeyPatch):
    """A pilot looks at the first ones, and takes the others to be like them."""
    monkeypatch.setattr(sentence_text, "BATCH", 2)
    monkeypatch.setattr(sentence_text, "_sentences", lambda tensors, tokens: np.array([[len(t)] for t in tokens]))
    texts = ["word " * n for n in range(1, 41)]
    batches = list(SentenceText()._encode(texts))
    assert sorted(row for rows, _ in batches for row in rows) == list(range(40))
    assert all(abs(int(lengths[0, 0]) - int(lengths[1, 0])) == 1 for _, lengths in batches)
    assert 12 < np.mean([lengths.mean() for _, lengths in batches[:8]]) < 32


def test_behind_256_tokens_nothing_counts():
    long = content(["good " * 300, "good " * 300 + "bad " * 300])
    values = SentenceText().read(long, Around()).values
    assert np.array_equal(values[0], values[1])
