"""Networks in two halves: one for the person, one for the item, joined for each pair of them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.training.dropout import Dropout, keep_all
from recsys_core.training.warm_start import RowsOf

START = 0.05  # standard deviation of fresh vectors; the 0.01 of He et al. 2017 ends no better


def normal(rows: int, columns: int, deviation: float, generator: torch.Generator) -> nn.Parameter:
    """Fresh weights."""
    return nn.Parameter(torch.randn(rows, columns, generator=generator) * deviation)


def fresh_vectors(rows: int, size: int, generator: torch.Generator) -> nn.Parameter:
    """(rows, size + 1): vectors, and behind them biases of 0."""
    table = normal(rows, size + 1, START, generator)
    with torch.no_grad():
        table[:, -1] = 0
    return table


def layers_above(tower: tuple[int, ...], generator: torch.Generator) -> tuple[nn.ParameterList, nn.ParameterList]:
    """Weights and biases of the layers behind the first, the last of which has one output; none without a tower."""
    widths = (*tower, 1)
    weights = nn.ParameterList(
        normal(out, width, ((2 if out > 1 else 1) / width) ** 0.5, generator)
        for width, out in zip(tower, widths[1:], strict=True)
    )
    return weights, nn.ParameterList(torch.zeros(out) for out in widths[1:])


class HalvesNet(nn.Module, ABC):
    """y(u, i) = product of the halves' first parts + layers above the sum of their second parts.

    The first layer of a tower is linear before its ReLU, so W [p; q] = W_u p + W_i q. Each side's half is computed once
    and used for many pairs, which is most of the work saved. A half is a row of f = g + h numbers: the first g are
    multiplied with the other side's (a bias is multiplied with a 1), the last h (the width of the first layer) are
    added to them.

    Attributes:
        user_table: (U, d), item_table: (I, d'), what is learned about each one alone, the bias last.
        half_sizes: g and h.
        weights, biases: of the layers behind the first.
        tables: the parameters whose rows are pulled towards zero, and what their rows stand for.
    """

    user_table: nn.Parameter
    item_table: nn.Parameter
    half_sizes: list[int]
    weights: nn.ParameterList
    biases: nn.ParameterList
    tables: Mapping[str, tuple[RowsOf, ...]] = {"user_table": (RowsOf.PEOPLE,), "item_table": (RowsOf.ITEMS,)}

    @property
    def slow(self) -> Mapping[str, float]:
        """Parameter → what its steps are multiplied by, where they are shorter than others."""
        return {}

    @property
    def heads(self) -> frozenset[str]:
        """The parameters that make one number of person and item: the tower's last layer, the weights of a product."""
        last = len(self.weights) - 1
        return frozenset({"product_weights", f"weights.{last}", f"biases.{last}"})

    @property
    def width(self) -> int:
        """Numbers that a pair of user and item takes at most while it is scored."""
        return max(sum(self.half_sizes), *(len(bias) for bias in self.biases), 1)

    @abstractmethod
    def user_half(self, vectors: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        """(..., f) of people of whom nothing is known but these rows of a user table, (..., d)."""

    @abstractmethod
    def user_halves(self, users: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        """(..., f) of users at these positions (...)."""

    @abstractmethod
    def item_halves(self, items: torch.Tensor | None = None) -> torch.Tensor:
        """(..., f) of items at these positions (...), or (I, f) of all."""

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

    def slopes(
        self, users: torch.Tensor, items: torch.Tensor, moves: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """As :meth:`join`, and how fast each output grows when its person's half moves in d directions.

        Args:
            moves: (d, f), the directions.

        Returns:
            (B, C) and (B, C, d); the latter without a tower (C, d), where the items are the same for all.
        """
        user_product, user_hidden = torch.split(users, self.half_sizes, dim=-1)
        item_product, item_hidden = torch.split(items, self.half_sizes, dim=-1)
        product_moves, hidden_moves = torch.split(moves, self.half_sizes, dim=-1)
        output = torch.matmul(item_product, user_product.unsqueeze(-1)).squeeze(-1)  # (B, C)
        slopes = item_product @ product_moves.T
        if not len(self.weights):
            return output, slopes
        hidden = item_hidden + user_hidden.unsqueeze(-2)  # (B, C, h)
        layers = []
        for weight, bias in zip(self.weights, self.biases, strict=True):
            layers.append(hidden.relu_())
            hidden = F.linear(hidden, weight, bias)
        by_hidden = torch.ones_like(hidden)
        for weight, layer in zip(reversed(self.weights), reversed(layers), strict=True):
            by_hidden = (by_hidden @ weight).mul_(layer.sign_())
        return output + hidden.squeeze(-1), (by_hidden @ hidden_moves.T).add_(slopes)

    def forward(self, users: torch.Tensor, items: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        """(B, C) from positions of users (B,) and of their items (B, C)."""
        user_half = self.user_halves(users, dropout)
        if items.numel() > len(self.item_table):
            item_half = F.embedding(items, self.item_halves())
        else:
            item_half = self.item_halves(items)
        return self.join(user_half, item_half, dropout)
