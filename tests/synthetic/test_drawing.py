import numpy as np
import pytest

from recsys_core.synthetic.tastes.drawing import Urn, calibrated, chances, draw_items


def weights_of(row, n):
    return np.tile(np.array(row, dtype=np.float32), (n, 1))


def frequencies(items, n_items, n):
    return np.bincount(items, minlength=n_items) / n


def test_one_item_is_drawn_by_its_share_of_the_weights():
    n = 20_000
    items = draw_items(weights_of([1, 2, 5], n), np.ones(n, dtype=np.int64), np.random.default_rng(0))
    assert frequencies(items, 3, n) == pytest.approx([1 / 8, 2 / 8, 5 / 8], abs=0.015)


def test_two_items_are_drawn_one_after_the_other_without_the_first():
    n = 20_000
    items = draw_items(weights_of([1, 2, 5], n), np.full(n, 2), np.random.default_rng(0))
    left_out = [2 / 8 * 5 / 6 + 5 / 8 * 2 / 3, 1 / 8 * 5 / 7 + 5 / 8 * 1 / 3, 1 / 8 * 2 / 7 + 2 / 8 * 1 / 6]
    assert frequencies(items, 3, n) == pytest.approx([1 - left for left in left_out], abs=0.015)


def test_people_have_their_numbers_of_different_items_and_none_without_weight():
    counts = np.array([1, 4, 3])
    items = draw_items(weights_of([1, 0, 1, 1, 1], 3), counts, np.random.default_rng(0))
    rows = np.split(items, np.cumsum(counts)[:-1])
    assert [len(set(row)) for row in rows] == [1, 4, 3]
    assert list(rows[1]) == [0, 2, 3, 4]


def test_nobody_draws_nothing():
    assert (
        len(draw_items(np.empty((0, 3), dtype=np.float32), np.empty(0, dtype=np.int64), np.random.default_rng(0))) == 0
    )


def test_chances_add_up_to_the_counts_and_are_near_the_frequencies():
    rng = np.random.default_rng(1)
    row = rng.lognormal(0, 1.5, 40)
    n = 4000
    counts = np.full(n, 10)
    met, _ = chances(weights_of(row, n), counts, np.log(counts))
    assert met.sum(1) == pytest.approx(counts, rel=1e-3)
    drawn = frequencies(draw_items(weights_of(row, n), counts, rng), 40, n)
    assert met[0] == pytest.approx(drawn, abs=0.03)


def test_items_get_their_shares_whatever_the_weights_are():
    rng = np.random.default_rng(2)
    n = 3000
    weights = rng.lognormal(0, 1, (n, 30)).astype(np.float32)
    counts = rng.integers(1, 8, n)
    shares = np.arange(30) / np.arange(30).sum()
    factors = calibrated(weights, counts, shares)
    drawn = draw_items(weights * factors, counts, rng)
    assert np.bincount(drawn, minlength=30) / len(drawn) == pytest.approx(shares, abs=0.006)
    assert 0 not in drawn


def test_a_share_that_no_item_can_have_is_come_near():
    weights = np.ones((50, 4), dtype=np.float32)
    factors = calibrated(weights, np.full(50, 2), np.array([0.97, 0.01, 0.01, 0.01]))
    assert np.isfinite(factors).all()
    assert factors[0] > 10 * factors[1]


def test_the_urn_keeps_rare_items_to_their_numbers():
    rng = np.random.default_rng(3)
    shares = np.full(200, 1 / 200)
    urn = Urn.of(shares, 600, rng)
    for _ in range(60):  # people, of whom each meets ten items
        urn.take(draw_items(urn.needs()[None].copy(), np.array([10]), rng))
    assert urn.drawn.sum() == 600
    assert urn.drawn.std() < 0.5  # left to chance it would be 1.7


def test_the_urn_says_nothing_before_anybody_came():
    assert Urn.of(np.array([0.5, 0.3, 0.2]), 100, np.random.default_rng(0)).needs() == pytest.approx([1, 1, 1])
