"""Shapley values: the definition, the sampler, and an independent implementation."""

from itertools import permutations

import numpy as np
import pytest
from scipy import stats

from recsys_core.explain.game import Game
from recsys_core.explain.shapley import Sampler, exact
from recsys_core.types import Float64
from tests.explain.games import Additive, Glove, Table


def by_definition(game: Game) -> Float64:
    """The mean gain of each player over all n! orders, one by one."""
    gains, orders = np.zeros(game.n), list(permutations(range(game.n)))
    for order in orders:
        kept = np.zeros((1, game.n), dtype=bool)
        before = game(kept)[0]
        for player in order:
            kept[0, player] = True
            after = game(kept)[0]
            gains[player] += after - before
            before = after
    return gains / len(orders)


def test_the_glove_game_has_the_values_of_the_textbook():
    assert exact(Glove()).values == pytest.approx([2 / 3, 1 / 6, 1 / 6])


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6])
def test_enumeration_is_the_definition(n: int):
    game = Table(n, seed=n)
    found = exact(game)
    assert found.values == pytest.approx(by_definition(game), abs=1e-12)
    assert found.gap == pytest.approx(0, abs=1e-12)


def test_enumeration_agrees_with_the_package():
    shap = pytest.importorskip("shap")
    game = Table(6, seed=3)
    explainer = shap.explainers.Exact(lambda rows: game(rows.astype(bool)), np.zeros((1, 6)))
    assert exact(game).values == pytest.approx(explainer(np.ones((1, 6))).values[0], abs=1e-9)


def test_too_many_players_are_not_enumerated():
    with pytest.raises(ValueError, match="13 players"):
        exact(Additive([1.0] * 13))


@pytest.mark.parametrize("n", [1, 2, 7, 12])
@pytest.mark.parametrize("pairs", [1, 3])
def test_drawn_values_add_up_however_few_orders_were_drawn(n: int, pairs: int):
    game = Table(n, seed=n)
    sampler = Sampler(game, np.random.default_rng(0))
    sampler.refine(pairs)
    assert sampler.found().gap == pytest.approx(0, abs=1e-9)


def test_drawing_finds_the_values_of_a_sum_at_once():
    sampler = Sampler(Additive([1.0, -2.0, 0.5, 0.0]), np.random.default_rng(0))
    sampler.refine(2)
    found = sampler.found()
    assert found.values == pytest.approx([1.0, -2.0, 0.5, 0.0])
    assert found.margins == pytest.approx(np.zeros(4), abs=1e-7)
    assert found.base == 3


def test_an_order_and_its_reverse_say_all_of_what_players_make_in_twos():
    """Of Σ a_jk over pairs that are both there, half of each pair is due to either one."""
    bonus = np.triu(np.random.default_rng(3).normal(size=(7, 7)), 1)

    class Twos(Game):
        n = 7

        def __call__(self, kept):
            return np.einsum("mj,jk,mk->m", kept.astype(float), bonus, kept.astype(float))

    sampler = Sampler(Twos(), np.random.default_rng(0))
    sampler.refine(1)
    assert sampler.found().values == pytest.approx((bonus + bonus.T).sum(1) / 2)


def test_intervals_are_those_of_student_over_pairs_of_orders():
    sampler, sums = Sampler(Table(5, seed=1), np.random.default_rng(0)), [np.zeros(5)]
    for pairs in range(1, 6):
        sampler.refine(1)
        sums.append(pairs * sampler.found().values)
    drawn = np.diff(sums, axis=0)
    wanted = stats.ttest_1samp(drawn, 0).confidence_interval(0.95)
    assert sampler.found().margins == pytest.approx((wanted.high - wanted.low) / 2)


def test_two_orders_and_their_reverses_need_no_more_questions_than_told():
    game = Table(9, seed=1)
    sampler = Sampler(game, np.random.default_rng(0))
    sampler.refine(2)
    sampler.refine(5)
    assert game.asked == sampler.evaluations == 2 + 2 * 7 * 8


def test_intervals_hold_the_true_values_as_often_as_they_say():
    inside = []
    for seed in range(60):
        game = Table(6, seed)
        sampler = Sampler(game, np.random.default_rng(1000 + seed))
        sampler.refine(30)
        found = sampler.found()
        inside += list(np.abs(found.values - exact(game).values) <= found.margins)
    assert 0.91 <= np.mean(inside) <= 0.98


def test_more_orders_narrow_the_intervals():
    game = Table(8, seed=2)
    sampler = Sampler(game, np.random.default_rng(0))
    sampler.refine(10)
    wide = np.median(sampler.found().margins)
    sampler.refine(150)
    assert np.median(sampler.found().margins) < wide / 3


def test_one_order_alone_has_no_interval():
    sampler = Sampler(Table(5, seed=0), np.random.default_rng(0))
    with pytest.raises(ValueError, match="no order"):
        sampler.found()
    sampler.refine(1)
    assert np.isinf(sampler.found().margins).all()


def test_nobody_plays():
    sampler = Sampler(Additive([]), np.random.default_rng(0))
    sampler.refine(3)
    assert sampler.found().values.shape == (0,)
