"""Shares where people bring several, against resampling and known answers."""

import numpy as np
import pytest

from recsys_core.statistics.bootstrap import resampled_sums
from recsys_core.statistics.ratios import ratio
from recsys_core.statistics.shares import Shares, independent_count, wilson


def beta_people(rng: np.random.Generator, n: int, rate: float, alike: float) -> tuple[np.ndarray, np.ndarray]:
    """Hits and how many each of n people brings, whose own rates spread."""
    of = rng.geometric(0.1, n)
    return rng.binomial(of, rng.beta(rate * alike, (1 - rate) * alike, n)), of


def test_the_interval_is_that_of_resampled_people() -> None:
    hits, of = beta_people(np.random.default_rng(0), 400, 0.2, 4)
    counts = independent_count(hits, of, np.zeros(400, np.int64), 1)
    low, high = wilson(np.array([hits.sum()]), np.array([of.sum()]), counts)
    sums = resampled_sums(np.stack([hits, of], axis=1).astype(np.float64), 1)
    ends = np.quantile(sums[:, 0] / sums[:, 1], (0.025, 0.975))
    assert (low[0], high[0]) == pytest.approx(tuple(ends), abs=0.004)
    naive = wilson(np.array([hits.sum()]), np.array([of.sum()]))
    assert high[0] - low[0] > 1.5 * float(naive[1][0] - naive[0][0])
    told = ratio(hits, of)
    assert (told.low, told.high) == pytest.approx(tuple(ends), abs=0.004)


@pytest.mark.parametrize("rate", [0.05, 0.4])
def test_it_covers_the_truth_of_other_people(rate: float) -> None:
    rng, inside, plain = np.random.default_rng(2), 0, 0
    for _ in range(500):
        hits, of = beta_people(rng, 150, rate, 3)
        total = np.array([hits.sum()]), np.array([of.sum()])
        low, high = wilson(*total, independent_count(hits, of, np.zeros(150, np.int64), 1))
        inside += bool(low[0] <= rate <= high[0])
        low, high = wilson(*total)
        plain += bool(low[0] <= rate <= high[0])
    assert 0.9 <= inside / 500 <= 0.99
    assert plain / 500 < 0.85


def test_independent_ones_count_almost_fully_and_never_more() -> None:
    hits = (np.arange(1000) % 5 == 0).astype(np.int64)
    counts = independent_count(hits, np.ones(1000, np.int64), np.zeros(1000, np.int64), 1)
    assert 990 < counts[0] <= 1000
    same = independent_count(np.full(50, 2), np.full(50, 10), np.zeros(50, np.int64), 1)
    assert same[0] <= 500, "people who are all alike tell no more than there is"


def test_without_spread_each_person_counts_once_and_one_person_says_nothing() -> None:
    groups = np.repeat([0, 1], [30, 1])
    counts = independent_count(np.zeros(31, np.int64), np.full(31, 100), groups, 3)
    assert counts[0] == pytest.approx(30, rel=0.1)
    assert counts[1:].tolist() == [0, 0]
    low, high = wilson(np.zeros(3, np.int64), np.array([3000, 100, 0]), counts)
    assert low.tolist() == [0, 0, 0]
    assert 0.05 < high[0] < 0.2
    assert high[1:].tolist() == [1, 1]


def test_a_ratio_of_few_people_has_no_interval_and_of_nobody_no_value() -> None:
    assert ratio(np.array([1, 2]), np.array([2, 2])).value == 0.75
    assert ratio(np.array([1, 2]), np.array([2, 2])).low is None
    assert ratio(np.zeros(3), np.zeros(3)) is None
    even = ratio(np.ones(20), np.full(20, 4))
    assert (even.low, even.high) == pytest.approx((0.25, 0.25))


def test_shares_are_told_with_their_denominators() -> None:
    rows = Shares(np.array([1, 0]), np.array([4, 0])).rows()
    assert (rows[0]["people"], rows[0]["of"], rows[0]["share"]) == (1, 4, 0.25)
    assert rows[1] == {"people": 0, "of": 0, "share": None, "low": 0, "high": 1}
