"""The forward pass of BERT: from tokens to one vector for each."""

from collections.abc import Mapping

import torch
from torch.nn import functional as F

Tensors = Mapping[str, torch.Tensor]


def bert(tensors: Tensors, tokens: torch.Tensor, lengths: torch.Tensor, n_heads: int) -> torch.Tensor:
    """(B, L, d), the last hidden states of a trained encoder; those behind the end of a text mean nothing.

    Devlin et al., BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding, NAACL 2019: layer
    norm after each sum, exact GELU, learned positions.

    Args:
        tensors: weights by their names in checkpoints of Hugging Face.
        tokens: Int64 (B, L), padded with anything.
        lengths: Int64 (B,), how many of them belong to the text.
        n_heads: that d is cut into.
    """
    n_texts, longest = tokens.shape
    hidden = tensors["embeddings.word_embeddings.weight"][tokens]
    hidden = hidden + tensors["embeddings.position_embeddings.weight"][:longest]
    hidden = _norm(hidden + tensors["embeddings.token_type_embeddings.weight"][0], tensors, "embeddings.LayerNorm")
    is_text = (torch.arange(longest) < lengths[:, None])[:, None, None]  # (B, 1, 1, L)
    layer = 0
    while f"encoder.layer.{layer}.output.dense.weight" in tensors:
        at = f"encoder.layer.{layer}"
        query, key, value = (
            _linear(hidden, tensors, f"{at}.attention.self.{part}").view(n_texts, longest, n_heads, -1).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        heads = F.scaled_dot_product_attention(query, key, value, attn_mask=is_text)
        mixed = _linear(heads.transpose(1, 2).flatten(2), tensors, f"{at}.attention.output.dense")
        hidden = _norm(hidden + mixed, tensors, f"{at}.attention.output.LayerNorm")
        inner = F.gelu(_linear(hidden, tensors, f"{at}.intermediate.dense"))
        hidden = _norm(hidden + _linear(inner, tensors, f"{at}.output.dense"), tensors, f"{at}.output.LayerNorm")
        layer += 1
    return hidden


def _linear(hidden: torch.Tensor, tensors: Tensors, name: str) -> torch.Tensor:
    return F.linear(hidden, tensors[f"{name}.weight"], tensors[f"{name}.bias"])


def _norm(hidden: torch.Tensor, tensors: Tensors, name: str) -> torch.Tensor:
    return F.layer_norm(hidden, hidden.shape[-1:], tensors[f"{name}.weight"], tensors[f"{name}.bias"], eps=1e-12)
