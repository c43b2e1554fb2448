"""What people met, as the first layer of an autoencoder takes it in: cheap, as most of a row is zeros."""

from dataclasses import dataclass

import torch
from scipy.sparse import csr_array
from torch.nn import functional as F


@dataclass(frozen=True)
class ItemBags:
    """Rows x_u / |x_u| of B people, where x_u is 1 for each item that u met and 0 for all others.

    Attributes:
        items: Int64 (E,); row b is ``items[starts[b]:starts[b + 1]]``. An empty row is legal.
        starts: Int64 (B + 1,).
        weights: Float32 (E,), what stands in the row for each of the items.
    """

    items: torch.Tensor
    starts: torch.Tensor
    weights: torch.Tensor

    @classmethod
    def of(cls, met: csr_array, device: torch.device | str) -> "ItemBags":
        """From (B, I), which has an entry for each item that a person met."""
        starts = torch.from_numpy(met.indptr).to(device, torch.int64)
        lengths = starts.diff()
        weights = lengths.float().rsqrt().repeat_interleave(lengths)
        return cls(torch.from_numpy(met.indices).to(device, torch.int64), starts, weights)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def lengths(self) -> torch.Tensor:
        """Int64 (B,), how many items each person met."""
        return self.starts.diff()

    def people(self) -> torch.Tensor:
        """Int64 (E,), the row that each item stands in."""
        return torch.arange(len(self), device=self.starts.device).repeat_interleave(self.lengths())

    def thinned(self, share: float, generator: torch.Generator) -> "ItemBags":
        """Without a random ``share`` of the items; the others weigh more, so that on average products stay alike."""
        if not share:
            return self
        kept = torch.rand(self.weights.shape, generator=generator, device=self.weights.device) >= share
        starts = F.pad(kept.cumsum(0), (1, 0))[self.starts]
        return ItemBags(self.items[kept], starts, self.weights[kept] / (1 - share))

    def times(self, table: torch.Tensor) -> torch.Tensor:
        """(B, h), the product with a dense (I, h)."""
        return F.embedding_bag(
            self.items, table, self.starts, mode="sum", per_sample_weights=self.weights, include_last_offset=True
        )
