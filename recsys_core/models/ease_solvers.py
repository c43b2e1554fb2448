"""Two ways to the weights of EASE: exact, for catalogues whose square fits into memory, and truncated, for any.

Both take Z, Float32 (U, I): the rows that are to be rebuilt from themselves. With P = (ZᵀZ + λI)⁻¹ the ridge regression
of every item on all others has the solution B = I − P · diag(1 / diag P) (Steck, WWW 2019, eq. 8).
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.errors import ModelError
from recsys_core.training.compiled import compiled
from recsys_core.training.context import Cancelled
from recsys_core.types import Float32, Float64, Int32, Int64

PASSES = 3  # of the block power iteration: within 0.001 of the exact NDCG on ML-1M at the default rank
SAMPLE = 2**21  # events that the iteration looks at; what it finds is then measured on all of them
COLUMNS = 32  # of the basis at a time: rows of 50,000 items are 6 MB
CHUNK = 2**22  # numbers in an intermediate result: 32 MB
PRECISION = 1e-6  # of the largest; what is smaller is rounding


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

    Items that nobody met take no part: their rows and columns are 0. So time grows with the others alone.

    Raises:
        ModelError: λ is too small for the precision of the arithmetic.
    """
    n_items = met.shape[1]
    whole = np.zeros((n_items, n_items), dtype=np.float32)
    with_events = np.flatnonzero(np.bincount(met.indices, minlength=n_items))
    n = len(with_events)
    gram = whole.ravel()[: n * n].reshape(n, n)
    places = np.searchsorted(with_events, met.indices).astype(met.indices.dtype)
    _add_pairs(met.indptr, places, (rows**2).astype(np.float32), gram)
    scale = columns[with_events].astype(np.float32)
    gram *= scale[:, None]
    gram *= scale
    np.einsum("ii->i", gram)[:] += np.float32(regularisation)  # a view of the diagonal
    invert(gram)
    gram *= -1 / np.diag(gram)
    np.fill_diagonal(gram, 0)
    if n < n_items:
        _spread(gram, whole, with_events)
    return whole


def _spread(part: Float32, whole: Float32, places: Int64) -> None:
    """Move a part, which lies at the beginning of the whole's memory, to these rows and columns; all else gets 0.

    From the last row to the first, so that no row is written to before what lies there was moved.
    """
    row_of = np.full(len(whole), -1)
    row_of[places] = np.arange(len(places))
    for place in range(len(whole) - 1, -1, -1):
        moved = part[row_of[place]].copy() if row_of[place] >= 0 else np.float32(0)
        whole[place] = 0
        whole[place, places] = moved


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
    off the diagonal B_ij = H_ij / (1 − H_jj). With all eigenvalues this is the exact solution. A basis Q of their space
    is found by block power iteration (Halko, Martinsson and Tropp, Finding Structure with Randomness, SIAM Review
    2011, algorithm 4.4) over a sample of the people, and what all people say of it is ZᵀZ ≈ Y (QᵀY)⁻¹ Yᵀ with
    Y = ZᵀZ Q (Nyström's approximation, ibid. section 5.4).

    Raises:
        Cancelled: between two passes over the events.
    """
    generator = torch.Generator().manual_seed(seed)
    people = torch.randperm(z.shape[0], generator=generator).numpy()
    some = z[np.sort(people[: max(1, round(len(people) * min(1.0, SAMPLE / max(z.nnz, 1))))])]
    basis = torch.randn(z.shape[1], min(rank, z.shape[1]), generator=generator)
    for _ in range(PASSES):
        if cancel():
            raise Cancelled
        basis = _orthonormal(_gram_times(some, basis))
    if cancel():
        raise Cancelled
    product = _gram_times(z, basis)
    sizes, rotation = torch.linalg.eigh(basis.T @ product)
    root = product @ (rotation * torch.where(sizes > PRECISION * sizes[-1], sizes, torch.inf).rsqrt())  # Y (QᵀY)^−½
    eigenvalues, rotation = torch.linalg.eigh(root.T @ root)
    vectors = root @ (rotation * eigenvalues.clamp(min=PRECISION * eigenvalues[-1]).rsqrt())
    shrunk = vectors * (eigenvalues.clamp(min=0) / (eigenvalues.clamp(min=0) + regularisation))
    self_weight = (shrunk * vectors).sum(dim=1, keepdim=True)  # (I, 1), H_jj
    return shrunk.numpy(), (vectors / (1 - self_weight)).numpy()


def _orthonormal(block: torch.Tensor) -> torch.Tensor:
    """A basis of the space of the columns, Float32 (I, rank).

    By Cholesky's factor of their products in double precision, which takes a third of the time of Householder's way;
    by that where they hardly span as many dimensions as they are.
    """
    products = torch.zeros(block.shape[1], block.shape[1], dtype=torch.float64)
    for rows in torch.split(block, max(1, CHUNK // block.shape[1])):
        products.addmm_(rows.double().T, rows.double())
    factor, failed = torch.linalg.cholesky_ex(products)
    if failed or factor.diagonal().min() < PRECISION * factor.diagonal().max():
        return torch.linalg.qr(block).Q
    return torch.linalg.solve_triangular(factor.T.float(), block, upper=True, left=False)


def _gram_times(z: csr_array, block: torch.Tensor) -> torch.Tensor:
    """ZᵀZ · block, Float32 (I, rank), some columns at a time, as many as the caches hold."""
    dense, product = block.numpy(), np.empty(tuple(block.shape), dtype=np.float32)

    def some(start: int) -> None:
        columns = slice(start, start + COLUMNS)
        product[:, columns] = z.T @ (z @ np.ascontiguousarray(dense[:, columns]))

    with ThreadPoolExecutor(torch.get_num_threads()) as pool:
        list(pool.map(some, range(0, block.shape[1], COLUMNS)))
    return torch.from_numpy(product)
