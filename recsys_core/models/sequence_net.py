"""What networks share that read a history and say what comes next."""

from abc import ABC, abstractmethod

import torch
from torch import nn
from torch.nn import functional as F

from recsys_core.training.dropout import Dropout, keep_all

NOTHING = -1  # the token before the first item of a history; also fills places up
FRESH = 0.02  # standard deviation of fresh item vectors


class SequenceNet(nn.Module, ABC):
    """logit(i | history) = state · q_i + b_i; the vectors q_i are also what is read (tied, as in both papers).

    Histories are rows of tokens (B, T): items, oldest first, behind :data:`NOTHING` where the row starts with the
    history's first. Rows are filled up behind their end. No state depends on what comes behind it, so what fills up
    does not matter.
    """

    def __init__(self, n_items: int, size: int, generator: torch.Generator) -> None:
        super().__init__()
        self.item_table = nn.Parameter(FRESH * torch.randn(n_items, size, generator=generator))  # (I, d)
        self.item_bias = nn.Parameter(torch.zeros(n_items))  # (I,)
        self.nothing = nn.Parameter(FRESH * torch.randn(size, generator=generator))  # (d,)

    @abstractmethod
    def read(self, vectors: torch.Tensor, dropout: Dropout) -> torch.Tensor:
        """States (B, T, d) after each token, from the tokens' vectors (B, T, d)."""

    def forward(self, tokens: torch.Tensor, dropout: Dropout = keep_all) -> torch.Tensor:
        """States (B, T, d) after each of the tokens (B, T)."""
        vectors = F.embedding(tokens.clamp(min=0), self.item_table)
        vectors = torch.where((tokens == NOTHING).unsqueeze(-1), self.nothing, vectors)
        return self.read(vectors, dropout)

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """(B, I) for states (B, d)."""
        return F.linear(states, self.item_table, self.item_bias)
