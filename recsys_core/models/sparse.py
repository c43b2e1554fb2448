"""Sparse matrices of which models are made: how they are multiplied, and how they are saved."""

import numpy as np
from scipy.sparse import csr_array

from recsys_core.errors import ModelError
from recsys_core.models.base import expect_shapes
from recsys_core.training.compiled import compiled
from recsys_core.types import Bool, Float32, Int32, Int64


def product(left: csr_array, right: csr_array) -> Float32:
    """left @ right for sparse (B, n) and (n, C), as a dense Float32[B, C]."""
    if left.shape[1] != right.shape[0]:
        raise ValueError(f"shapes that do not fit: {left.shape} and {right.shape}")  # the loop below would not notice
    out = np.zeros((left.shape[0], right.shape[1]), dtype=np.float32)
    _add_rows(left.indptr, left.indices, left.data, right.indptr, right.indices, right.data, out)
    return out


@compiled
def _add_rows(
    left_starts: Int32,
    left_indices: Int32,
    left_values: Float32,
    right_starts: Int32,
    right_indices: Int32,
    right_values: Float32,
    out: Float32,
) -> None:
    for row in range(len(out)):
        for entry in range(left_starts[row], left_starts[row + 1]):
            middle, value = left_indices[entry], left_values[entry]
            for other in range(right_starts[middle], right_starts[middle + 1]):
                out[row, right_indices[other]] += value * right_values[other]


def weighted_sums(
    weights: csr_array, values: csr_array, weight_rows: Int32, value_rows: Int32
) -> tuple[Float32, Float32]:
    """Σ w_f · x_f and Σ w_f over the columns f that row ``weight_rows[n]`` and row ``value_rows[n]`` both have.

    Args:
        weights, values: sparse, of the same width, with sorted indices.
        weight_rows, value_rows: Int32[n].

    Returns:
        Float32[n], the sums of products, and Float32[n], the sums of weights.
    """
    sums, totals = np.zeros((2, len(weight_rows)), dtype=np.float32)
    _sum_shared(
        weights.indptr,
        weights.indices,
        weights.data,
        weight_rows,
        values.indptr,
        values.indices,
        values.data,
        value_rows,
        sums,
        totals,
    )
    return sums, totals


@compiled
def _sum_shared(
    weight_starts: Int32,
    weight_indices: Int32,
    weights: Float32,
    weight_rows: Int32,
    value_starts: Int32,
    value_indices: Int32,
    values: Float32,
    value_rows: Int32,
    sums: Float32,
    totals: Float32,
) -> None:
    for pair in range(len(sums)):
        weight, weights_end = weight_starts[weight_rows[pair]], weight_starts[weight_rows[pair] + 1]
        value, values_end = value_starts[value_rows[pair]], value_starts[value_rows[pair] + 1]
        while weight < weights_end and value < values_end:
            if weight_indices[weight] < value_indices[value]:
                weight += 1
            elif weight_indices[weight] > value_indices[value]:
                value += 1
            else:
                sums[pair] += weights[weight] * values[value]
                totals[pair] += weights[weight]
                weight += 1
                value += 1


def pattern(matrix: csr_array) -> csr_array:
    """Float32, 1 wherever the matrix has an entry."""
    ones = np.ones(len(matrix.data), dtype=np.float32)
    return csr_array((ones, matrix.indices, matrix.indptr), shape=matrix.shape)


def rows_at_even_distances(matrix: csr_array, most: int) -> csr_array:
    """The matrix with ``most`` of its rows, at even distances, and nothing in the others; itself if it has no more."""
    n_rows = matrix.shape[0]
    if n_rows <= most:
        return matrix
    kept: Bool = np.zeros(n_rows, dtype=bool)
    kept[np.arange(most) * n_rows // most] = True
    counts = np.diff(matrix.indptr)
    entries = np.repeat(kept, counts)
    indptr = np.concatenate([[0], np.cumsum(counts * kept)]).astype(matrix.indptr.dtype)
    return csr_array((matrix.data[entries], matrix.indices[entries], indptr), shape=matrix.shape)


def to_arrays(name: str, matrix: csr_array) -> dict[str, np.ndarray]:
    """A sparse matrix with sorted indices as three arrays to save."""
    return {
        f"{name}.indptr": matrix.indptr.astype(np.int64),
        f"{name}.indices": matrix.indices.astype(np.int32),
        f"{name}.values": matrix.data.astype(np.float32),
    }


def take_matrix(name: str, arrays: dict[str, np.ndarray], shape: tuple[int, int]) -> csr_array:
    """The matrix that :func:`to_arrays` took apart. Its arrays are taken out of ``arrays``.

    Raises:
        ModelError: an array is missing, or they do not make up a matrix of this shape.
    """
    own = {key: arrays.pop(key) for key in list(arrays) if key.startswith(f"{name}.")}
    n_entries = own[f"{name}.values"].size if f"{name}.values" in own else 0
    wanted: dict[str, tuple[int, ...]] = {
        f"{name}.indptr": (shape[0] + 1,),
        f"{name}.indices": (n_entries,),
        f"{name}.values": (n_entries,),
    }
    expect_shapes(own, wanted, {f"{name}.indptr": "int64", f"{name}.indices": "int32"})
    indptr, indices, values = (own[key] for key in wanted)
    if not (_are_rows(indptr, indices, shape[1]) and np.isfinite(values).all()):
        raise ModelError(
            f"The arrays {name!r} of the saved model are not a sparse matrix of {shape[0]:,} × {shape[1]:,}.",
            "Train it again.",
            "damaged-model",
        )
    return csr_array((values, indices, indptr), shape=shape)


def are_bounds(indptr: Int64, n_entries: int) -> bool:
    """Whether row bounds, one at least, rise from 0 to the end."""
    return bool(indptr[0] == 0 and indptr[-1] == n_entries and (indptr[1:] >= indptr[:-1]).all())


def _are_rows(indptr: Int64, indices: Int32, width: int) -> bool:
    """Whether the row bounds rise from 0 to the end, and the indices rise within each row and stay in bounds."""
    if not are_bounds(indptr, len(indices)):
        return False
    if not len(indices):
        return True
    starts_row: Bool = np.zeros(len(indices) + 1, dtype=bool)
    starts_row[indptr] = True
    rises = (np.diff(indices) > 0) | starts_row[1:-1]
    return bool(rises.all() and indices.min() >= 0 and indices.max() < width)
