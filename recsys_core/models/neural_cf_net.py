"""The network of neural collaborative filtering."""

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.models.halves_net import HalvesNet, fresh_vectors, layers_above, normal
from recsys_core.training.dropout import Dropout, keep_all


class NeuralCFNet(HalvesNet):
    """y(u, i) = h · (p ∘ q) + tower([p'; q']) + b_u + b_i + b (He et al. 2017, eq. 9, 10 and 12).

    p, q are the product vectors of g dimensions and p', q' the tower vectors of m dimensions. GMF has m = 0, MLP has
    g = 0. The biases are ours. y goes through a sigmoid where it is a log-odds.
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
        self.user_table = fresh_vectors(n_users, product_size + tower_size, generator)  # (U, g + m + 1)
        self.item_table = fresh_vectors(n_items, product_size + tower_size, generator)  # (I, g + m + 1)
        self.product_weights = nn.Parameter(torch.ones(product_size))  # h
        self.offset = nn.Parameter(torch.zeros(1))  # b
        deviation = (1 / max(1, tower_size)) ** 0.5  # He initialisation: 2 / (2 m)
        self.user_layer = normal(self.half_sizes[1], tower_size, deviation, generator)  # W_u
        self.item_layer = normal(self.half_sizes[1], tower_size, deviation, generator)  # W_i
        self.first_bias = nn.Parameter(torch.zeros(self.half_sizes[1]))
        self.weights, self.biases = layers_above(tower, generator)

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

    def user_halves(self, users: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        return self.user_half(F.embedding(users, self.user_table), dropout)

    def item_halves(self, items: torch.Tensor | None = None) -> torch.Tensor:
        return self.item_half(self.item_table if items is None else F.embedding(items, self.item_table))
