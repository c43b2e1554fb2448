"""Random orders and hints of compiled loops."""

import numpy as np
import pytest

from recsys_core.training.compiled import compiled, draw_below, seeded, shuffled, shuffled_in_blocks
from recsys_core.training.prefetch import fetch, fetch_row


def test_blocks_stay_together_and_nothing_is_lost():
    order = shuffled_in_blocks(1003, 100, seeded(1))
    assert np.array_equal(np.sort(order), np.arange(1003))
    blocks = order // 100
    changes = 1 + np.count_nonzero(np.diff(blocks))
    assert changes == 11  # one run for each of the ten blocks of a hundred and the block of three
    assert not np.array_equal(blocks, np.sort(blocks))
    assert not np.array_equal(order[blocks == 4], np.arange(400, 500))


def test_one_block_is_shuffled_as_a_whole():
    order = shuffled_in_blocks(50, 50, seeded(1))
    assert np.array_equal(np.sort(order), np.arange(50))
    assert np.count_nonzero(order == np.arange(50)) < 10


@pytest.mark.parametrize("n", [0, 1, 7])
def test_few_rows_are_in_one_block(n):
    assert sorted(shuffled_in_blocks(n, 10, seeded(3)).tolist()) == list(range(n))


def test_every_block_comes_first_about_as_often():
    random = seeded(5)
    firsts = np.bincount([shuffled_in_blocks(40, 10, random)[0] // 10 for _ in range(2000)], minlength=4)
    assert firsts.min() > 400  # 500 each; 5 deviations lower


@compiled
def _sum_with_hints(table, rows):
    total = 0.0
    for row in rows:
        fetch(table, row)
        fetch_row(table, row + 10**9)  # far outside: a hint is never a fault
        total += table[row].sum()
    return total


def test_hints_change_nothing_even_outside_the_table():
    table = np.arange(12, dtype=np.float32).reshape(3, 4)
    before = table.copy()
    assert _sum_with_hints(table, np.array([2, 0, 2])) == table[[2, 0, 2]].sum()
    assert np.array_equal(table, before)


def test_draws_are_uniform():
    random = seeded(2)
    counts = np.bincount([draw_below(5, random) for _ in range(5000)], minlength=5)
    assert np.abs(counts - 1000).max() < 150  # five deviations
    assert not np.array_equal(shuffled(20, seeded(1)), shuffled(20, seeded(2)))


def test_a_hint_is_compiled_to_the_instruction():
    _sum_with_hints(np.zeros((1, 4), np.float32), np.zeros(1, np.int64))
    assert all("prefetch" in code for code in _sum_with_hints.inspect_llvm().values())
