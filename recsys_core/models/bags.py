"""Weighted sums of rows of a table, and products of pairs of rows: where a network meets sparse data.

Gradients are sums of the same kind over the transposed data. torch's own took eighty times as long.
"""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from torch.nn import functional as F

from recsys_core.types import Float32, Int32, Int64

MULTIPLIED_AT_ONCE = 1 << 20  # numbers: 4 MB stay in the cache


class HasSums(Protocol):
    """Rows of members of a table that can be added up."""

    def sums(self, table: torch.Tensor) -> torch.Tensor:
        """(R, d), one for each row."""


@dataclass(frozen=True)
class SameMembers:
    """Rows that all hold the same members (E,), with values (R, E) that gradients go back to."""

    members: torch.Tensor
    values: torch.Tensor

    def sums(self, table: torch.Tensor) -> torch.Tensor:
        """(R, d), Σ value · ``table[member]`` of each row."""
        return self.values @ table[self.members]


@dataclass(frozen=True)
class Bags:
    """Ragged rows: row r holds ``members[starts[r]:starts[r + 1]]`` with ``values``. Repeats count each time.

    Attributes:
        starts: Int64 (R + 1,); members: Int64 (E,), rows of a table; values: Float32 (E,).
    """

    starts: torch.Tensor
    members: torch.Tensor
    values: torch.Tensor

    @classmethod
    def of(cls, starts: Int64, members: Int32, values: Float32, device: str) -> "Bags":
        """From arrays such as those of a sparse matrix."""
        columns = (starts.astype(np.int64), members.astype(np.int64), values.astype(np.float32))
        return cls(*(torch.from_numpy(column).to(device) for column in columns))

    def __len__(self) -> int:
        return len(self.starts) - 1

    def lengths(self) -> torch.Tensor:
        """Int64 (R,)."""
        return self.starts.diff()

    def rows(self) -> torch.Tensor:
        """Int64 (E,), the row that each member belongs to."""
        return torch.arange(len(self), device=self.starts.device).repeat_interleave(self.lengths())

    def take(self, rows: torch.Tensor) -> "Bags":
        """These rows, in this order."""
        lengths = self.lengths()[rows]
        starts = F.pad(lengths.cumsum(0), (1, 0))
        within = torch.arange(int(starts[-1]), device=starts.device)
        places = within + (self.starts[rows] - starts[:-1]).repeat_interleave(lengths)
        return Bags(starts, self.members[places], self.values[places])

    def keep(self, kept: torch.Tensor) -> "Bags":
        """The same rows with the members where the mask, (E,), is true."""
        return Bags(F.pad(kept.cumsum(0), (1, 0))[self.starts], self.members[kept], self.values[kept])

    def valued(self, values: torch.Tensor) -> "Bags":
        """The same rows and members with other values."""
        return Bags(self.starts, self.members, values)

    def transposed(self, n: int) -> "Bags":
        """``n`` rows, one for each member there may be, that hold this one's rows."""
        order = torch.argsort(self.members, stable=True)
        starts = F.pad(torch.bincount(self.members, minlength=n).cumsum(0), (1, 0))
        return Bags(starts, self.rows()[order], self.values[order])

    def sums(self, table: torch.Tensor) -> torch.Tensor:
        """(R, d), Σ value · ``table[member]`` of each row."""
        return _Sums.apply(table, self)  # type: ignore[no-untyped-call]

    def products(self, left: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        """(E,), ``left[row] · right[member]`` of each member."""
        return _Products.apply(left, right, self)  # type: ignore[no-untyped-call]


class _Sums(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, table: torch.Tensor, bags: Bags) -> torch.Tensor:
        ctx.bags, ctx.n = bags, len(table)
        return _sums(bags, table)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        return _sums(ctx.bags.transposed(ctx.n), gradient.contiguous()), None


class _Products(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, left: torch.Tensor, right: torch.Tensor, bags: Bags) -> torch.Tensor:
        ctx.bags = bags
        ctx.save_for_backward(left, right)
        rows, products = bags.rows(), torch.empty_like(bags.values)
        n_at_once = max(1, MULTIPLIED_AT_ONCE // left.shape[1])
        for start in range(0, len(rows), n_at_once):
            part = slice(start, start + n_at_once)
            products[part] = (left[rows[part]] * right[bags.members[part]]).sum(1)
        return products

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, None]:
        left, right = ctx.saved_tensors
        bags = ctx.bags.valued(gradient)
        return _sums(bags, right), _sums(bags.transposed(len(right)), left), None


def _sums(bags: Bags, table: torch.Tensor) -> torch.Tensor:
    return F.embedding_bag(bags.members, table, bags.starts[:-1], mode="sum", per_sample_weights=bags.values)
