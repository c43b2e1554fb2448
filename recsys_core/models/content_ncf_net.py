"""The network of content-aware neural collaborative filtering."""

from collections.abc import Callable

import torch
from torch.nn import functional as F

from recsys_core.models.content_net import ContentNet
from recsys_core.models.halves_net import normal
from recsys_core.models.neural_cf_net import NeuralCFNet

# Of items at these positions (...), or of all: content (..., h), and Float32 (..., 1), 1 where their own vector counts.
Contents = Callable[[torch.Tensor | None], tuple[torch.Tensor, torch.Tensor]]


class ContentNCFNet(NeuralCFNet):
    """y(u, i) = h · (p ∘ q) + tower([p'; q'; c_i]) + b_u + b_i + b, where c_i is made of the item's content.

    Of an item that nobody met q, q' and b_i are 0.

    Attributes:
        contents: says what items are made of; set by whoever has them.
    """

    contents: Contents

    def __init__(
        self,
        n_users: int,
        n_items: int,
        product_size: int,
        tower_size: int,
        tower: tuple[int, ...],
        content: ContentNet,
        generator: torch.Generator,
    ) -> None:
        super().__init__(n_users, n_items, product_size, tower_size, tower, generator)
        self.content = content
        self.content_layer = normal(tower[0], content.width, (1 / content.width) ** 0.5, generator)

    @property
    def slow(self) -> dict[str, float]:
        return self.content.slow("content")

    def item_halves(self, items: torch.Tensor | None = None) -> torch.Tensor:
        content, counts = self.contents(items)
        vectors = self.item_table if items is None else F.embedding(items, self.item_table)
        return self.half_with(vectors * counts, content)

    def half_with(self, vectors: torch.Tensor, content: torch.Tensor) -> torch.Tensor:
        """(n, f) from rows of the item table and content (n, h)."""
        product, hidden = torch.split(self.item_half(vectors), self.half_sizes, dim=-1)
        return torch.cat([product, hidden + F.linear(content, self.content_layer)], -1)
