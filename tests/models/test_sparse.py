"""Sparse products against dense ones, and saved matrices that were damaged."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_array

from recsys_core.errors import ModelError
from recsys_core.models.sparse import pattern, product, rows_at_even_distances, take_matrix, to_arrays, weighted_sums


def matrices(n_rows: int, n_columns: int) -> st.SearchStrategy[np.ndarray]:
    return arrays(np.float32, (n_rows, n_columns), elements=st.sampled_from([0.0, 0.0, 1.0, -2.0, 0.5]))


@given(matrices(4, 5), matrices(5, 3))
def test_a_product_is_that_of_the_dense_matrices(left: np.ndarray, right: np.ndarray):
    result = product(csr_array(left), csr_array(right))
    assert result.dtype == np.float32
    assert np.array_equal(result, left @ right)


def test_matrices_that_do_not_fit_are_not_multiplied():
    wide = csr_array(np.ones((1, 3), dtype=np.float32))
    with pytest.raises(ValueError, match="do not fit"):
        product(wide, csr_array(np.ones((2, 4), dtype=np.float32)))


@given(matrices(7, 5), st.integers(1, 9))
def test_rows_at_even_distances_stay_and_the_others_are_empty(matrix: np.ndarray, most: int):
    kept = rows_at_even_distances(csr_array(matrix), most).toarray()
    same = (kept == matrix).all(axis=1)
    full = matrix.any(axis=1)
    assert kept.any(axis=1).sum() <= most
    assert (same | ~kept.any(axis=1)).all()
    if most >= 7:
        assert same.all()
    else:
        assert (same[np.arange(most) * 7 // most] | ~full[np.arange(most) * 7 // most]).all()


@given(matrices(3, 6), matrices(4, 6))
def test_sums_run_over_the_columns_that_both_rows_have(weights: np.ndarray, values: np.ndarray):
    weight_rows, value_rows = (rows.ravel().astype(np.int32) for rows in np.mgrid[:3, :4])
    sums, totals = weighted_sums(csr_array(weights), csr_array(values), weight_rows, value_rows)
    assert np.array_equal(sums, (weights @ values.T).ravel())
    assert np.array_equal(totals, (weights @ (values != 0).T).ravel())


def test_an_entry_of_zero_is_part_of_the_pattern():
    matrix = csr_array((np.zeros(1, dtype=np.float32), ([0], [1])), shape=(2, 2))
    assert np.array_equal(pattern(matrix).toarray(), [[0, 1], [0, 0]])


SAVED = csr_array(np.array([[0, 2, 0, 1], [0, 0, 0, 0], [3, 0, 0, 4]], dtype=np.float32))


def test_a_saved_matrix_comes_back_and_other_arrays_stay():
    own = to_arrays("likes", SAVED) | {"bias": np.ones(2)}
    assert np.array_equal(take_matrix("likes", own, (3, 4)).toarray(), SAVED.toarray())
    assert list(own) == ["bias"]


def put(name: str, place: int, value: float) -> Callable[[dict[str, Any]], None]:
    def damage(own: dict[str, Any]) -> None:
        own[f"likes.{name}"][place] = value

    return damage


def replace(name: str, change: Callable[[np.ndarray], np.ndarray]) -> Callable[[dict[str, Any]], None]:
    def damage(own: dict[str, Any]) -> None:
        own[f"likes.{name}"] = change(own[f"likes.{name}"])

    return damage


DAMAGE = {
    "a row begins after its end": put("indptr", 1, 3),
    "a row begins before the file": put("indptr", 0, -1),
    "rows go on after the end": put("indptr", 3, 5),
    "rows leave something over": put("indptr", 3, 3),
    "a column too far": put("indices", 3, 4),
    "a column below the first": put("indices", 0, -1),
    "columns not in order": put("indices", 0, 3),
    "a value that is no number": put("values", 0, np.nan),
    "bounds whose differences wrap around": replace(
        "indptr", lambda array: np.array([0, np.iinfo(np.int64).max, -2, array[-1]])
    ),
    "a row less": replace("indptr", lambda array: array[:-1]),
    "an index less": replace("indices", lambda array: array[:-1]),
    "a table for a column": replace("values", lambda array: array[:, None]),
    "positions that are not whole": replace("indptr", lambda array: array.astype(np.float64)),
    "columns that are not whole": replace("indices", lambda array: array.astype(np.float32)),
    "values of another kind": replace("values", lambda array: array.astype(np.int64)),
    "nothing": lambda own: own.clear(),
    "no values": lambda own: own.pop("likes.values"),
    "something more": lambda own: own.update({"likes.more": np.ones(1)}),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_matrix_is_an_error_in_words(damage: Callable[[dict[str, Any]], None]):
    own = to_arrays("likes", SAVED)
    damage(own)
    with pytest.raises(ModelError, match=r"of the saved model|the saved model\.") as caught:
        take_matrix("likes", own, (3, 4))
    assert caught.value.code == "damaged-model"


def test_a_matrix_of_another_size_is_refused():
    with pytest.raises(ModelError, match="of the saved model"):
        take_matrix("likes", to_arrays("likes", SAVED), (3, 3))


def test_an_empty_matrix_can_be_saved():
    empty = csr_array((2, 3), dtype=np.float32)
    assert take_matrix("likes", to_arrays("likes", empty), (2, 3)).nnz == 0
