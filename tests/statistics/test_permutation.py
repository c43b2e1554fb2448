"""The paired test beside scipy's, and Holm's correction beside its paper."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from recsys_core.statistics.permutation import PERMUTATIONS, holm, paired_tests
from tests.statistics.people import mean_of, rmse_of


def p_of(mine, theirs, seed=0):
    return paired_tests([mine, theirs], [(0, 1)], seed)[0]


@pytest.mark.parametrize("shift", [0.0, 0.05, 0.1, 0.2])
def test_for_means_it_is_scipys_test_of_sign_flips(shift):
    rng = np.random.default_rng(7)
    mine, theirs = rng.random(60) + shift, rng.random(60)
    wanted = stats.permutation_test(
        (mine - theirs,), np.mean, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(1)
    ).pvalue
    assert p_of(mean_of(mine), mean_of(theirs)) == pytest.approx(wanted, abs=0.015)
    assert p_of(mean_of(mine), mean_of(theirs)) == pytest.approx(stats.wilcoxon(mine, theirs).pvalue, abs=0.2)


def test_of_few_people_it_comes_to_the_exact_value():
    mine, theirs = np.arange(10) + 1.0, np.zeros(10)
    assert p_of(mean_of(mine), mean_of(theirs)) == pytest.approx(2 / 2**10, abs=0.001)


def test_for_ratios_both_figures_are_put_together_anew():
    rng = np.random.default_rng(3)
    counts = rng.integers(1, 30, 50)
    mine, theirs = rng.chisquare(counts), 1.15 * rng.chisquare(counts)

    def difference(first, second, axis=-1):
        return np.sqrt(first.sum(axis) / counts.sum()) - np.sqrt(second.sum(axis) / counts.sum())

    swaps = np.random.default_rng(9).random((20_000, 50)) < 0.5
    permuted = difference(np.where(swaps, theirs, mine), np.where(swaps, mine, theirs))
    wanted = (np.abs(permuted) >= abs(difference(mine, theirs))).mean()
    assert p_of(rmse_of(mine, counts), rmse_of(theirs, counts)) == pytest.approx(wanted, abs=0.015)


def test_denominators_change_places_too():
    rng = np.random.default_rng(3)
    counts = rng.integers(1, 30, (2, 50))
    sums = counts * rng.random((2, 50))
    parts = [rmse_of(*pair) for pair in zip(sums, counts, strict=True)]
    swaps = np.random.default_rng(9).random((20_000, 50)) < 0.5

    def figure(own, other):
        chosen = (np.where(swaps, both[other], both[own]).sum(axis=1) for both in (sums, counts))
        return np.sqrt(np.divide(*chosen))

    least = abs(parts[0].value() - parts[1].value())
    assert p_of(*parts) == pytest.approx((np.abs(figure(0, 1) - figure(1, 0)) >= least).mean(), abs=0.015)


def test_the_same_figures_are_never_different_and_a_p_value_is_never_zero():
    same = mean_of(np.random.default_rng(0).random(30))
    assert p_of(same, same) == 1
    assert p_of(mean_of(np.ones(30)), mean_of(np.zeros(30))) == pytest.approx(1 / (1 + PERMUTATIONS))


def test_of_very_many_pairs_a_certain_one_stays_certain():
    parts = [mean_of(np.full(40, float(place))) for place in range(33)]
    pairs = [(one, other) for one in range(33) for other in range(one)]
    assert (holm(paired_tests(parts, pairs)) < 0.05).all()


def test_no_errors_at_all_have_a_root_too():
    perfect, other = rmse_of(np.zeros(20), np.ones(20)), rmse_of(np.full(20, 0.1) ** 2, np.ones(20))
    assert p_of(perfect, other) < 0.001


def test_pairs_do_not_depend_on_which_others_there_are_nor_on_their_side():
    rng = np.random.default_rng(8)
    parts = [mean_of(rng.random(40)) for _ in range(3)]
    together = paired_tests(parts, [(0, 1), (2, 1), (0, 2)])
    assert together[0] == p_of(parts[0], parts[1])
    assert together[1] == p_of(parts[1], parts[2])


def step_down(p_values):
    """Holm, Scandinavian Journal of Statistics 1979, section 3, written for one test after the other."""
    adjusted, least = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = least
    return adjusted


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holms_correction_is_the_papers(p_values):
    found = holm(np.array(p_values))
    assert found.tolist() == pytest.approx(step_down(p_values))
    assert (found >= np.array(p_values)).all()


def test_holms_correction_of_three():
    assert holm(np.array([0.01, 0.04, 0.03])).tolist() == pytest.approx([0.03, 0.06, 0.06])
