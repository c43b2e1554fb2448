"""Intervals that hold at every moment."""

import numpy as np
import pytest
from scipy.special import betaln
from scipy.stats import binom, norm

from recsys_core.statistics.anytime import anytime_reach, anytime_share


def test_nothing_is_known_before_anything_came_in():
    assert anytime_share(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("hits", "of"), [(0, 5), (5, 5), (3, 10), (500, 1000), (1, 100_000)])
def test_the_ends_are_where_the_martingale_reaches_twenty(hits, of):
    low, high = anytime_share(hits, of)
    assert low <= hits / of <= high
    for end in (low, high):
        if 0 < end < 1:
            wealth = betaln(1 + hits, 1 + of - hits) - hits * np.log(end) - (of - hits) * np.log1p(-end)
            assert np.exp(wealth) == pytest.approx(20, rel=1e-5)


def test_swapping_hits_and_misses_mirrors_the_interval():
    low, high = anytime_share(3, 20)
    assert anytime_share(17, 20) == pytest.approx((1 - high, 1 - low))


def test_it_is_wider_than_an_interval_for_one_look():
    low, high = anytime_share(40, 100)
    assert low < binom.ppf(0.025, 100, 0.4) / 100
    assert high > binom.ppf(0.975, 100, 0.4) / 100


@pytest.mark.parametrize("share", [0.5, 0.1])
def test_looking_all_the_time_errs_in_at_most_one_of_twenty(share):
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(400):
        hits = np.cumsum(rng.random(150) < share)
        ends = [anytime_share(int(hits[n]), n + 1) for n in range(150)]
        wrong += any(not low <= share <= high for low, high in ends)
    assert wrong <= 400 * 0.05


@pytest.mark.parametrize(("hits", "of"), [(-1, 3), (4, 3)])
def test_hits_that_cannot_be(hits, of):
    with pytest.raises(ValueError, match="of 3"):
        anytime_share(hits, of)


def test_the_reach_is_where_the_mixture_of_normals_reaches_twenty():
    for error in (0.001, 0.02, 0.3, 4.0):
        reach = float(anytime_reach(np.array([error]), 0.1)[0])
        # density of the estimate mixed over truths, over that under the end of the interval
        wealth = norm.logpdf(reach, scale=np.hypot(error, 0.1)) - norm.logpdf(reach, scale=error)
        assert wealth == pytest.approx(np.log(20), rel=1e-6)


def test_looking_at_a_mean_all_the_time_errs_in_at_most_one_of_twenty():
    rng = np.random.default_rng(3)
    n = np.arange(1, 1001)
    means = np.cumsum(rng.normal(size=(1000, 1000)), axis=1) / n
    wrong = np.abs(means) > anytime_reach(1 / np.sqrt(n), 0.1)
    assert wrong.any(axis=1).mean() <= 0.05
    assert (np.abs(means) > 1.96 / np.sqrt(n)).any(axis=1).mean() > 0.3
