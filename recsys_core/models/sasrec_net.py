"""The network of SASRec."""

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.models.sequence_net import FRESH, SequenceNet
from recsys_core.training.dropout import Dropout


class AttentionBlock(nn.Module):
    """x + g(LayerNorm(x)), first with attention to what came before, then with two layers place by place.

    Kang and McAuley 2018, section III.B; several heads as in Vaswani et al., Attention Is All You Need, NeurIPS 2017.
    """

    def __init__(self, size: int, heads: int, generator: torch.Generator) -> None:
        super().__init__()
        self.heads = heads
        width = heads * -(-size // heads)  # h · w: as much as d, rounded up

        def weight(out: int, into: int) -> nn.Parameter:
            return nn.Parameter(torch.randn(out, into, generator=generator) * into**-0.5)

        self.attention_norm, self.layer_norm = nn.LayerNorm(size), nn.LayerNorm(size)
        self.queries_keys_values = weight(3 * width, size)
        self.joined = weight(size, width)
        self.first, self.second = weight(size, size), weight(size, size)
        self.first_bias, self.second_bias = nn.Parameter(torch.zeros(size)), nn.Parameter(torch.zeros(size))

    def forward(self, x: torch.Tensor, dropout: Dropout) -> torch.Tensor:
        """(B, T, d) from (B, T, d)."""
        x = x + dropout(self.attention(self.attention_norm(x)))
        hidden = torch.relu(F.linear(self.layer_norm(x), self.first, self.first_bias))
        return x + dropout(F.linear(dropout(hidden), self.second, self.second_bias))

    def attention(self, x: torch.Tensor) -> torch.Tensor:
        """(B, T, d): each place by those up to it, softmax(Q K' / √w) V in each head (paper, eq. 2 and 3)."""
        parts = F.linear(x, self.queries_keys_values).view(*x.shape[:2], 3, self.heads, -1)  # (B, T, 3, h, w)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4)  # (B, h, T, w) each
        heads = F.scaled_dot_product_attention(queries, keys, values, is_causal=True)  # (B, h, T, w)
        return F.linear(heads.transpose(1, 2).flatten(2), self.joined)


class SASRecNet(SequenceNet):
    """Self-attention over a history: items and their places in, a state after each of them out."""

    def __init__(
        self, n_items: int, size: int, max_length: int, layers: int, heads: int, generator: torch.Generator
    ) -> None:
        super().__init__(n_items, size, generator)
        self.places = nn.Parameter(FRESH * torch.randn(max_length, size, generator=generator))  # (N, d)
        self.blocks = nn.ModuleList(AttentionBlock(size, heads, generator) for _ in range(layers))
        self.last_norm = nn.LayerNorm(size)

    def read(self, vectors: torch.Tensor, dropout: Dropout) -> torch.Tensor:
        x = dropout(vectors * vectors.shape[-1] ** 0.5 + self.places[: vectors.shape[1]])
        for block in self.blocks:
            x = block(x, dropout)
        return self.last_norm(x)
