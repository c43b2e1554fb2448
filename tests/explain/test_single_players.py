"""One player out, one player alone, a line, and what tells whether they can be trusted."""

import numpy as np
import pytest

from recsys_core.explain.explainers import grouped
from recsys_core.explain.faithfulness import Curves, curves
from recsys_core.explain.game import Grouped
from recsys_core.explain.likeness import rank_correlation, stability
from recsys_core.explain.local_line import lime
from recsys_core.explain.shapley import exact
from recsys_core.explain.single_players import leave_one_out, one_alone
from tests.explain.games import Additive, Glove, Table

WEIGHTS = [1.0, -2.0, 0.5, 0.0, 3.0]


def test_of_a_sum_all_ways_find_the_terms():
    game = Additive(WEIGHTS)
    for found in (exact(game), one_alone(game), leave_one_out(game)):
        assert found.values == pytest.approx(WEIGHTS)
        assert (found.base, found.score) == (3, pytest.approx(5.5))
        assert found.gap == pytest.approx(0)


def test_taking_out_and_putting_in_differ_where_players_need_each_other():
    assert leave_one_out(Glove()).values == pytest.approx([1, 0, 0])
    assert one_alone(Glove()).values == pytest.approx([0, 0, 0])


def test_those_that_weigh_least_go_together():
    """The three strongest, whichever their sign, keep their order; the last group is all others."""
    game = Additive([0.1, -5.0, 0.2, 3.0, -0.3, 4.0])
    groups = grouped(game, 4)
    assert groups.tolist() == [3, 0, 3, 1, 3, 2]
    assert exact(Grouped(game, groups)).values == pytest.approx([-5, 3, 4, 0])


def test_what_is_no_sum_is_caught_by_its_gap():
    assert one_alone(Glove()).gap == pytest.approx(1)


def test_a_line_through_a_sum_is_the_sum():
    found = lime(Additive(WEIGHTS), 500, np.random.default_rng(0))
    assert found.values == pytest.approx(WEIGHTS, abs=0.15)
    assert found.fit == pytest.approx(1, abs=0.02)
    assert rank_correlation(found.values, np.array(WEIGHTS)) == pytest.approx(1)


def test_the_line_is_the_ridge_regression_of_the_kernel():
    """Of the same coalitions, solved by hand: √exp(−(1 − cos)² / 0.25²) weights each, the intercept is not pulled."""
    asked: list[np.ndarray] = []

    class Watched(Table):
        def __call__(self, kept):
            asked.append(kept)
            return super().__call__(kept)

    game = Watched(6, seed=4)
    found = lime(game, 80, np.random.default_rng(2))
    kept = asked[-1].astype(np.float64)
    whole = np.ones(6)
    cosines = kept @ whole / np.maximum(np.linalg.norm(kept, axis=1) * np.linalg.norm(whole), 1e-12)
    weights = np.sqrt(np.exp(-((1 - cosines) ** 2) / 0.25**2))
    columns = np.concatenate([kept, np.ones((80, 1))], axis=1)
    pull = np.diag([1e-4 * weights.sum()] * 6 + [0])
    values = Table(6, seed=4)(asked[-1])
    line = np.linalg.solve(columns.T * weights @ columns + pull, columns.T * weights @ values)
    assert found.values == pytest.approx(line[:6], abs=1e-8)
    left = (weights * (values - columns @ line) ** 2).sum()
    around = (weights * (values - np.average(values, weights=weights)) ** 2).sum()
    assert found.fit == pytest.approx(max(0, 1 - left / around), abs=1e-6)
    assert asked[-1][0].all()
    assert not asked[-1][1:].all(axis=1).any()


def test_a_line_through_chance_fits_badly():
    assert lime(Table(10, seed=0), 500, np.random.default_rng(0)).fit < 0.3


def test_a_line_needs_somebody():
    assert lime(Additive([]), 10, np.random.default_rng(0)).values.shape == (0,)
    assert lime(Additive([2.0]), 10, np.random.default_rng(0)).values[0] > 1


def test_the_same_seed_draws_the_same_line():
    one, again = (lime(Table(8, seed=0), 100, np.random.default_rng(5)).values for _ in range(2))
    assert np.array_equal(one, again)


def test_a_true_order_makes_the_score_fall_fastest():
    game, rng = Additive(WEIGHTS), np.random.default_rng(0)
    true, reverse = curves(game, np.array(WEIGHTS), rng), curves(game, -np.array(WEIGHTS), rng)
    assert true.deletion == pytest.approx([5.5, 2.5, 1.5, 1, 1, 3])
    assert true.insertion == pytest.approx([3, 6, 7, 7.5, 7.5, 5.5])
    assert true.deletion_gain > 0.2
    assert true.insertion_gain > 0.2
    assert reverse.deletion_gain < -0.2


def test_an_order_without_meaning_gains_nothing():
    game = Additive(list(np.random.default_rng(1).uniform(0.5, 1.5, 40)))
    gains = [
        curves(game, np.random.default_rng(seed).random(40), np.random.default_rng(seed)).deletion_gain
        for seed in range(40)
    ]
    assert abs(np.mean(gains)) < 0.02


def test_a_constant_score_can_neither_fall_nor_rise():
    found = curves(Additive([0.0, 0.0]), np.zeros(2), np.random.default_rng(0))
    assert (found.deletion_gain, found.insertion_gain) == (0, 0)


def test_gains_are_areas_between_curves_in_parts_of_the_range_of_all_values():
    """One random order alone; its value while players come is the highest of all."""
    deletion, insertion = np.array([2.0, 0.0, 1.0]), np.array([1.0, 4.0, 2.0])
    found = Curves(np.array([0, 0.5, 1]), deletion, insertion, np.array([[2.0, 3.0, 1.0]]), np.array([[1.0, 8.0, 2.0]]))
    assert found.span == 8
    assert found.deletion_gain == pytest.approx(0.5 * 3 / 8)
    assert found.insertion_gain == pytest.approx(0.5 * -4 / 8)
    assert found.beaten_by == 1  # 8 − 3 is more than 4 − 0


def test_long_histories_go_in_a_few_steps():
    found = curves(Additive([1.0] * 300), np.ones(300), np.random.default_rng(0))
    assert found.deletion.shape == found.shares.shape == (21,)
    assert (found.deletion[0], found.deletion[-1]) == (303, 3)


def test_likeness_looks_at_the_strongest_parts():
    one = np.array([5.0, -4, 3, *np.linspace(0.1, 0.2, 30)])
    assert rank_correlation(one, one[::1]) == 1
    other = one.copy()
    other[3:] = other[3:][::-1]
    assert rank_correlation(one, other, top=3) == pytest.approx(1)
    assert rank_correlation(one, -one, top=3) == pytest.approx(-1)
    assert rank_correlation(np.zeros(4), np.array([1.0, 2, 3, 4])) == 0
    assert stability([one, one, one]) == 1
