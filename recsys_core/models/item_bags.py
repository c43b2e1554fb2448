"""What people met, as the first layer of an autoencoder takes it in: cheap, as most of a row is zeros."""

import torch
from scipy.sparse import csr_array

from recsys_core.models.bags import Bags


def unit_rows(met: csr_array, device: torch.device | str) -> Bags:
    """Rows x_u / |x_u|, where x_u is 1 for each item that u met and 0 for all others.

    Args:
        met: (B, I), with an entry for each item that a person met. An empty row is legal.
        device: where they are used.
    """
    rows = Bags.of(met.indptr, met.indices, met.data, str(device))
    lengths = rows.lengths()
    return rows.valued(lengths.float().rsqrt().repeat_interleave(lengths))


def thinned(rows: Bags, share: float, generator: torch.Generator) -> Bags:
    """Without a random ``share`` of the items; the others weigh more, so that on average products stay alike."""
    if not share:
        return rows
    kept = torch.rand(rows.values.shape, generator=generator, device=rows.values.device) >= share
    left = rows.keep(kept)
    return left.valued(left.values / (1 - share))
