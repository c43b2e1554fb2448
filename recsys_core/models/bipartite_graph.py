"""The graph of people and items, in which everybody is linked with what they met."""

import warnings
from typing import Any

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.types import Float32


class BipartiteGraph:
    """Vectors of people and items, passed along the links of a graph with U people and I items.

    With the pairs R (U, I) that met, and n_u and n_i counting the links of a person and of an item, the matrix

        A = D^-½ [[0, R], [R', 0]] D^-½, which holds 1 / √(n_u n_i) for each link

    makes a step from layer to layer (He et al. 2020, eq. 7 and 8). What has no link receives nothing.

    Args:
        known: (U, I), an entry for each pair that met; its values do not matter. Without repeats.
        device: where vectors are.

    Attributes:
        n_users: U; people stand before items in every table (U + I, d).
    """

    def __init__(self, known: csr_array, device: str = "cpu") -> None:
        self.n_users = known.shape[0]
        links = link_weights(known)
        self._to_users = _on_device(links, device)  # (U, I)
        self._to_items = _on_device(links.T.tocsr(), device)  # (I, U)

    def step(self, vectors: torch.Tensor) -> torch.Tensor:
        """A x of vectors x, (U + I, d)."""
        users, items = vectors[: self.n_users], vectors[self.n_users :]
        return torch.cat([self._to_users @ items, self._to_items @ users])

    def smooth(self, vectors: torch.Tensor, layers: int) -> torch.Tensor:
        """Mean of the layers 0 to K: (x + A x + … + A^K x) / (K + 1), (U + I, d)."""
        total = vectors.clone()
        for _ in range(layers):
            vectors = self.step(vectors)
            total += vectors
        return total.div_(layers + 1)

    def propagate(self, vectors: torch.Tensor, layers: int) -> torch.Tensor:
        """:meth:`smooth` with a gradient."""
        propagated: torch.Tensor = _Smooth.apply(vectors, self, layers)  # type: ignore[no-untyped-call]
        return propagated


class _Smooth(torch.autograd.Function):
    """A is symmetric, so gradients go the way that vectors went."""

    @staticmethod
    def forward(ctx: Any, vectors: torch.Tensor, graph: BipartiteGraph, layers: int) -> torch.Tensor:
        ctx.graph, ctx.layers = graph, layers
        return graph.smooth(vectors, layers)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None, None]:
        return ctx.graph.smooth(gradients[0], ctx.layers), None, None


def link_weights(known: csr_array) -> csr_array:
    """Float32 (U, I), 1 / √(n_u n_i) wherever there is an entry."""
    user_scale = root_scale(np.diff(known.indptr))
    item_scale = root_scale(np.bincount(known.indices, minlength=known.shape[1]))
    weights = np.repeat(user_scale, np.diff(known.indptr)) * item_scale[known.indices]
    return csr_array((weights, known.indices, known.indptr), shape=known.shape)


def root_scale(counts: np.ndarray) -> Float32:
    """Float32[n], 1 / √n of numbers of links; 1 where there are none."""
    scale: Float32 = (1 / np.sqrt(np.maximum(counts, 1))).astype(np.float32)
    return scale


def _on_device(matrix: csr_array, device: str) -> torch.Tensor:
    """A sparse tensor. Indices of 32 bits are what MKL multiplies with; wider ones it would copy each time."""
    starts, columns, values = (
        torch.from_numpy(part).to(device)
        for part in (matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32), matrix.data)
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta state")
        return torch.sparse_csr_tensor(starts, columns, values, size=matrix.shape, check_invariants=False)
