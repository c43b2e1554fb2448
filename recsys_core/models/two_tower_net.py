"""The network of the two towers."""

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.models.content_net import ContentNet, ReadItems
from recsys_core.training.dropout import Dropout, keep_all

START = 0.05  # standard deviation of an item's fresh vectors
FIRST = 0.2  # that of what fresh layers make of content, about


class TwoTowerNet(nn.Module):
    """score(u, i) = p_u · q_i + c_i.

    Item tower: [e_i; q_i; c_i] = own_i + V h_i, where h_i is made of the item's content (:class:`ContentNet`) and own_i
    is what was learned about this very item, or 0. Person tower: p_u = tanh(Σ e_j / √n + A a_u + b) over the n items j
    that u met, where a_u are attributes of u.

    Args:
        n_items: that have a row of their own; 0: content alone.
        n_about: numbers that say what is known of a person.
        size: of vectors, d.
    """

    def __init__(self, n_items: int, content: ContentNet, n_about: int, size: int, generator: torch.Generator) -> None:
        super().__init__()
        self.sizes = [size, size, 1]
        width = sum(self.sizes)
        self.content = content
        self.item_table = nn.Parameter(torch.randn(n_items, width, generator=generator) * START)
        self.item_layer = nn.Parameter(
            torch.randn(width, content.width, generator=generator) * FIRST * content.width**-0.5
        )
        self.item_bias = nn.Parameter(torch.zeros(width))
        self.about_layer = nn.Parameter(torch.zeros(size, n_about))
        self.about_unknown = nn.Parameter(torch.zeros(size))
        self.person_bias = nn.Parameter(torch.zeros(size))

    def items(
        self, looked: ReadItems, n: int, own: torch.Tensor | None = None, dropout: Dropout = keep_all
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """e (n, d), q (n, d) and c (n, 1) of n items.

        Args:
            own: (n, 2 d + 1), what was learned about these very items; None: nothing was.
        """
        made = F.linear(self.content(looked, dropout), self.item_layer, self.item_bias).expand(n, -1)
        entering, vectors, biases = torch.split(made if own is None else made + own, self.sizes, dim=1)
        return entering, vectors, biases

    def people(self, pooled: torch.Tensor, about: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
        """p (B, d), from Σ e_j / √n (B, d), attributes (B, F) and whether any of them is known (B, 1)."""
        told = F.linear(about, self.about_layer) * known + self.about_unknown * (1 - known)
        return (pooled + told + self.person_bias).tanh()
