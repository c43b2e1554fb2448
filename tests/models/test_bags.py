"""Sums and products over ragged rows against dense matrices; their gradients against differences."""

import pytest
import torch

from recsys_core.models import bags as module
from recsys_core.models.bags import Bags

N = 5


def made() -> Bags:
    """Four rows: three members, one of them twice; none; one; two."""
    starts, members = torch.tensor([0, 4, 4, 5, 7]), torch.tensor([2, 0, 2, 4, 1, 4, 0])
    generator = torch.Generator().manual_seed(0)
    return Bags(starts, members, torch.randn(7, generator=generator, dtype=torch.float64))


def dense(bags: Bags, n: int = N) -> torch.Tensor:
    matrix = torch.zeros(len(bags), n, dtype=torch.float64)
    return matrix.index_put((bags.rows(), bags.members), bags.values, accumulate=True)


def table(rows: int, seed: int) -> torch.Tensor:
    return torch.randn(rows, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64, requires_grad=True)


def test_rows_are_taken_in_the_order_asked_for():
    taken = made().take(torch.tensor([3, 1, 0, 3]))
    assert taken.starts.tolist() == [0, 2, 2, 6, 8]
    assert torch.equal(dense(taken), dense(made())[[3, 1, 0, 3]])


def test_what_is_kept_stays_in_its_row():
    kept = torch.tensor([True, False, False, True, False, True, True])
    assert torch.equal(dense(made().keep(kept)), dense(made().valued(made().values * kept)))
    assert made().keep(kept).lengths().tolist() == [2, 0, 0, 2]


def test_transposed_is_transposed():
    assert torch.equal(dense(made().transposed(N), 4), dense(made()).T)


def test_sums_are_a_product_of_matrices():
    weights = table(N, 1)
    torch.testing.assert_close(made().sums(weights), dense(made()) @ weights)
    assert torch.autograd.gradcheck(made().sums, weights)


@pytest.mark.parametrize("at_once", [1 << 20, 6], ids=["together", "two by two"])
def test_products_are_those_of_the_pairs(at_once: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MULTIPLIED_AT_ONCE", at_once)
    left, right = table(4, 1), table(N, 2)
    bags = made()
    torch.testing.assert_close(bags.products(left, right), (left @ right.T)[bags.rows(), bags.members])
    assert torch.autograd.gradcheck(bags.products, (left, right))


def test_no_features_at_all_add_nothing():
    nothing = Bags(torch.zeros(4, dtype=torch.int64), torch.empty(0, dtype=torch.int64), torch.empty(0))
    empty = torch.zeros(0, 3, requires_grad=True)
    sums = nothing.sums(empty)
    assert torch.equal(sums, torch.zeros(3, 3))
    sums.sum().backward()
    assert empty.grad is not None
    assert empty.grad.shape == (0, 3)
