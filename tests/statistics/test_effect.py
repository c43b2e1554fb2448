"""Effect sizes, shares of people, power and seeds."""

import numpy as np
import pytest
from scipy import stats

from recsys_core.statistics.effect import contributions, detectable, effect
from recsys_core.statistics.permutation import paired_tests
from recsys_core.statistics.seeds import mean_over_seeds, seed_margin
from tests.statistics.people import mean_of, rmse_of


def test_of_a_mean_each_person_adds_the_own_value():
    values = np.random.default_rng(0).random(30)
    assert contributions(mean_of(values)) == pytest.approx(values)


def test_of_a_pooled_ratio_contributions_have_its_standard_error():
    rng = np.random.default_rng(1)
    figures, errors = [], []
    for _ in range(400):
        counts = rng.integers(1, 20, 150)
        part = rmse_of(rng.gamma(3, 0.3, 150) * rng.chisquare(counts), counts)
        figures.append(part.value())
        errors.append(contributions(part).std(ddof=1) / np.sqrt(150))
    assert np.mean(errors) == pytest.approx(np.std(figures), rel=0.1)


def test_sums_that_rounding_leaves_below_zero_have_a_root_and_negative_figures_stay_as_they_are():
    below = np.array([-1e-18, 4.0])
    assert rmse_of([1, 2], [1, 1]).figures(below, np.ones(2)).tolist() == [0.0, 2.0]
    assert mean_of([-1, 2]).figures(-np.ones(2), np.ones(2)).tolist() == [-1.0, -1.0]


def test_an_effect_is_the_difference_in_standard_deviations_of_people():
    rng = np.random.default_rng(2)
    mine, theirs = rng.random(80), rng.random(80)
    found = effect(mean_of(mine), mean_of(theirs))
    assert found.size == pytest.approx((mine - theirs).mean() / (mine - theirs).std(ddof=1))
    assert found.higher == pytest.approx((mine > theirs).mean())
    assert found.lower == pytest.approx((mine < theirs).mean())


def test_people_with_the_same_are_neither_better_nor_worse():
    found = effect(mean_of([0.1 + 0.2, 1, 0, 0.5]), mean_of([0.3, 0, 1, 0.5]))
    assert (found.higher, found.lower) == (0.25, 0.25)
    nobody = effect(mean_of(np.ones(5)), mean_of(np.ones(5)))
    assert (nobody.size, nobody.higher, nobody.lower) == (0, 0, 0)


def test_people_of_whom_a_figure_knows_nothing_have_no_side():
    mine, theirs = rmse_of([1, 0, 4], [1, 0, 1]), rmse_of([4, 0, 1], [1, 0, 1])
    found = effect(mine, theirs)
    assert (found.higher, found.lower) == (0.5, 0.5)


def test_what_is_called_detectable_is_found_four_times_in_five():
    """t-test's exact power as reference (Cohen 1988), and the test itself on made-up people."""
    n, spread = 200, 0.4
    least = detectable(spread, n)
    t = stats.t(n - 1).ppf(0.975)
    assert 1 - stats.nct(n - 1, least / spread * np.sqrt(n)).cdf(t) == pytest.approx(0.8, abs=0.01)
    rng = np.random.default_rng(4)
    found = 0
    for seed in range(200):
        differences = rng.normal(least, spread, n)
        found += paired_tests([mean_of(differences), mean_of(np.zeros(n))], [(0, 1)], seed)[0] < 0.05
    assert found / 200 == pytest.approx(0.8, abs=0.08)


def test_what_a_person_has_is_averaged_over_seeds():
    part = mean_over_seeds([mean_of([0.0, 1.0]), mean_of([1.0, 1.0])])
    assert part.numerator.tolist() == [0.5, 1.0]
    assert part.value() == 0.75


def test_the_margin_of_seeds_is_welchs():
    mine, theirs = (0.30, 0.32, 0.31), (0.25, 0.29, 0.27)
    found = stats.ttest_ind(mine, theirs, equal_var=False).confidence_interval(0.95)
    assert seed_margin(mine, theirs) == pytest.approx((found.high - found.low) / 2)
    one = stats.t(2).ppf(0.975) * np.std(mine, ddof=1) / np.sqrt(3)
    assert seed_margin(mine, (0.25,)) == pytest.approx(one)
    assert seed_margin((0.3,), (0.25,)) == 0
    assert seed_margin((0.3, 0.3), (0.2, 0.2)) == 0
