"""Two ways to the weights of EASE: exact, for catalogues whose square fits into memory, and truncated, for any.

Both take Z, Float32 (U, I): the rows that are to be rebuilt from themselves. With P = (ZᵀZ + λI)⁻¹ the ridge regression
of every item on all others has the solution B = I − P · diag(1 / diag P) (Steck, WWW 2019, eq. 8).
"""

from collections.abc import Callable

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.errors import ModelError
from recsys_core.training.compiled import compiled
from recsys_core.training.context import Cancelled
from recsys_core.types import Float32, Float64, Int32

PASSES = 3  # of the block power iteration: within 0.001 of the exact NDCG on ML-1M at the default rank
CHUNK = 2**24  # numbers in an intermediate result: 64 MB


def normalised(met: csr_array, user_power: float, item_power: float) -> tuple[Float64, Float64]:
    """r, Float64[U], and c, Float64[I], of Z = diag(r) X diag(c), where X is 1 where a person met an item.

    r_u = s · n_u^−user_power and c_i = n_i^−item_power for counts n. s keeps the sum of the squares at the number of
    events, so that λ means about the same whatever the powers are.
    """
    rows = np.maximum(np.diff(met.indptr), 1.0) ** -user_power
    columns = np.maximum(np.bincount(met.indices, minlength=met.shape[1]), 1.0) ** -item_power
    squares = rows**2 @ (met @ columns**2)
    return rows * np.sqrt(met.nnz / squares), columns


def exact(met: csr_array, rows: Float64, columns: Float64, regularisation: float) -> Float32:
    """B, Float32 (I, I), from Z = diag(rows) ``met`` diag(columns). It is the only array of that size.

    Raises:
        ModelError: λ is too small for the precision of the arithmetic.
    """
    n_items = met.shape[1]
    gram = np.zeros((n_items, n_items), dtype=np.float32)
    _add_pairs(met.indptr, met.indices, (rows**2).astype(np.float32), gram)
    gram *= columns.astype(np.float32)[:, None]
    gram *= columns.astype(np.float32)
    np.einsum("ii->i", gram)[:] += np.float32(regularisation)  # a view of the diagonal
    invert(gram)
    gram *= -1 / np.diag(gram)
    np.fill_diagonal(gram, 0)
    return gram


def invert(upper: Float32) -> None:
    """Turn a positive definite matrix, of which the upper triangle is given, into its full inverse, in place.

    Raises:
        ModelError: it is not positive definite in this precision.
    """
    lower = torch.from_numpy(upper).mT  # column by column, as LAPACK wants it: it then works in the same memory
    failed = torch.linalg.cholesky_ex(lower, out=(lower, torch.empty((), dtype=torch.int32))).info
    if failed:
        raise ModelError(
            "The regularisation is too small for this data set: the equations have no stable solution.",
            "Raise the regularisation tenfold and train again.",
            "not-positive-definite",
        )
    torch.cholesky_inverse(lower, out=lower)


@compiled
def _add_pairs(indptr: Int32, items: Int32, weights: Float32, gram: Float32) -> None:
    """Add each person's weight to the upper triangle at every pair of items met; items ascend in each row."""
    for user in range(len(indptr) - 1):
        for first in range(indptr[user], indptr[user + 1]):
            row = gram[items[first]]
            for second in range(first, indptr[user + 1]):
                row[items[second]] += weights[user]


def truncated(
    z: csr_array, regularisation: float, rank: int, seed: int, cancel: Callable[[], bool]
) -> tuple[Float32, Float32]:
    """E and D, both Float32 (I, rank), with B = E Dᵀ apart from its diagonal, which stays 0.

    Only the largest eigenvalues μ of ZᵀZ = V diag(μ) Vᵀ are kept. Then λP = I − H with H = V diag(μ / (μ + λ)) Vᵀ, and
    off the diagonal B_ij = H_ij / (1 − H_jj). With all eigenvalues this is the exact solution. They are found by block
    power iteration (Halko, Martinsson and Tropp, Finding Structure with Randomness, SIAM Review 2011, algorithm 4.4).

    Raises:
        Cancelled: between two passes over the events.
    """
    generator = torch.Generator().manual_seed(seed)
    basis = torch.randn(z.shape[1], min(rank, z.shape[1]), generator=generator)
    for _ in range(PASSES):
        if cancel():
            raise Cancelled
        basis = _gram_times(z, torch.linalg.qr(basis).Q)
    basis = torch.linalg.qr(basis).Q
    eigenvalues, rotation = torch.linalg.eigh(basis.T @ _gram_times(z, basis))
    vectors = basis @ rotation
    shrunk = vectors * (eigenvalues.clamp(min=0) / (eigenvalues.clamp(min=0) + regularisation))
    self_weight = (shrunk * vectors).sum(dim=1, keepdim=True)  # (I, 1), H_jj
    return shrunk.numpy(), (vectors / (1 - self_weight)).numpy()


def _gram_times(z: csr_array, block: torch.Tensor) -> torch.Tensor:
    """ZᵀZ · block, Float32 (I, rank), some people at a time."""
    dense, product = np.ascontiguousarray(block.numpy()), np.zeros(tuple(block.shape), dtype=np.float32)
    people = max(1, CHUNK // block.shape[1])
    for start in range(0, z.shape[0], people):
        part = z[start : start + people]
        product += part.T @ (part @ dense)
    return torch.from_numpy(product)
