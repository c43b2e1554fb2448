"""The network of neural collaborative filtering."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional as F

Dropout = Callable[[torch.Tensor], torch.Tensor]

START = 0.05  # standard deviation of fresh vectors; the paper's 0.01 ends no better


def keep_all(hidden: torch.Tensor) -> torch.Tensor:
    """No dropout."""
    return hidden


class NeuralCFNet(nn.Module):
    """y(u, i) = h · (p ∘ q) + tower([p'; q']) + b_u + b_i + b (He et al. 2017, eq. 9, 10 and 12).

    p, q are the product vectors of g dimensions and p', q' the tower vectors of m dimensions. GMF has m = 0, MLP has
    g = 0. The biases are ours. y goes through a sigmoid where it is a log-odds.

    The first tower layer is linear before its ReLU, so W [p'; q'] = W_u p' + W_i q'. Each side's half is computed
    once and used for many pairs, which is most of the work saved. A half is a row of f = g + 2 + h numbers: the first
    g + 2 are multiplied with the other side's, the last h (the width of the first layer) are added to them.
    """

    def __init__(
        self,
        n_users: int,
        n_items: int,
        product_size: int,
        tower_size: int,
        tower: tuple[int, ...],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.vector_sizes = [product_size, tower_size, 1]  # and the bias
        self.half_sizes = [product_size + 2, tower[0] if tower else 0]

        def normal(rows: int, columns: int, deviation: float) -> nn.Parameter:
            return nn.Parameter(torch.randn(rows, columns, generator=generator) * deviation)

        self.user_table = normal(n_users, sum(self.vector_sizes), START)  # (U, g + m + 1)
        self.item_table = normal(n_items, sum(self.vector_sizes), START)  # (I, g + m + 1)
        with torch.no_grad():
            self.user_table[:, -1] = 0
            self.item_table[:, -1] = 0
        self.product_weights = nn.Parameter(torch.ones(product_size))  # h
        self.offset = nn.Parameter(torch.zeros(1))  # b
        deviation = (1 / max(1, tower_size)) ** 0.5  # He initialisation: 2 / (2 m)
        self.user_layer = normal(self.half_sizes[1], tower_size, deviation)  # W_u
        self.item_layer = normal(self.half_sizes[1], tower_size, deviation)  # W_i
        self.first_bias = nn.Parameter(torch.zeros(self.half_sizes[1]))
        widths = (*tower, 1)
        self.weights = nn.ParameterList(
            normal(out, width, ((2 if out > 1 else 1) / width) ** 0.5)
            for width, out in zip(tower, widths[1:], strict=True)
        )
        self.biases = nn.ParameterList(torch.zeros(out) for out in widths[1:])

    @property
    def width(self) -> int:
        """Numbers that a pair of user and item takes at most while it is scored."""
        return max(sum(self.half_sizes), *(len(bias) for bias in self.biases), 1)

    def user_half(self, vectors: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        """(..., f) from rows of the user table (..., g + m + 1)."""
        product, tower, bias = torch.split(vectors, self.vector_sizes, dim=-1)
        hidden = F.linear(tower, self.user_layer)
        return torch.cat([dropout(product * self.product_weights), bias, torch.ones_like(bias), hidden], -1)

    def item_half(self, vectors: torch.Tensor) -> torch.Tensor:
        """(..., f) from rows of the item table (..., g + m + 1)."""
        product, tower, bias = torch.split(vectors, self.vector_sizes, dim=-1)
        hidden = F.linear(tower, self.item_layer, self.first_bias)
        return torch.cat([product, torch.ones_like(bias), bias + self.offset, hidden], -1)

    def join(self, users: torch.Tensor, items: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        """(B, C) from the halves of B users (B, f) and of their C items each, (B, C, f), or of all, (C, f)."""
        user_product, user_hidden = torch.split(users, self.half_sizes, dim=-1)
        item_product, item_hidden = torch.split(items, self.half_sizes, dim=-1)
        output = torch.matmul(item_product, user_product.unsqueeze(-1)).squeeze(-1)  # (B, C)
        if not len(self.weights):
            return output
        hidden = item_hidden + user_hidden.unsqueeze(-2)  # (B, C, h)
        for weight, bias in zip(self.weights, self.biases, strict=True):
            hidden = F.linear(dropout(hidden.relu_()), weight, bias)
        return output + hidden.squeeze(-1)

    def forward(self, users: torch.Tensor, items: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        """(B, C) from positions of users (B,) and of their items (B, C)."""
        user_half = self.user_half(F.embedding(users, self.user_table), dropout)
        if items.numel() > len(self.item_table):
            item_half = F.embedding(items, self.item_half(self.item_table))
        else:
            item_half = self.item_half(F.embedding(items, self.item_table))
        return self.join(user_half, item_half, dropout)
