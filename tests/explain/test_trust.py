"""Figures that tell good explanations from bad ones."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.interactions import Histories
from recsys_core.explain.explainers import explain
from recsys_core.explain.explanation import Explanation
from recsys_core.explain.faithfulness import curves
from recsys_core.explain.game import Question
from recsys_core.explain.likeness import stability
from recsys_core.explain.readings import readings, verdict
from recsys_core.explain.trust import ORDERS, SEEDS, Trust, trust
from tests.explain.games import Additive
from tests.explain.test_explainers import DATASET, model, question

BUDGET = 600


def explained(key: str, method: str = "shap-history", length: int = 100) -> tuple[Explanation, Question]:
    asked = question(length=length)
    *_, found = explain(method, model(key), DATASET, asked, BUDGET)
    return found, asked


def measured(key: str, found: Explanation, asked: Question) -> Trust:
    *_, last = trust(model(key), DATASET, asked, found.method, found, BUDGET)
    return last


def test_what_carries_the_score_is_better_than_chance_and_its_opposite_is_not():
    found, asked = explained("mult_vae")
    good = measured("mult_vae", found, asked)
    assert not good.is_no_better_than_chance
    assert good.curves.deletion_gain > 0.1
    assert verdict(good) == ("It names what carries the score, and does so better than chance.", True)
    numbers = found.contributions
    upside_down = replace(found, contributions=replace(numbers, values=-numbers.values))
    bad = measured("mult_vae", upside_down, asked)
    assert bad.is_no_better_than_chance
    assert "no better than chance" in verdict(bad)[0]
    assert "of its range above that of random orders" in " ".join(one.words for one in readings(upside_down, bad))
    assert min(one.correlation for one in good.agreements) > 0.5 > max(one.correlation for one in bad.agreements)


def test_parts_that_do_not_add_up_are_caught():
    found, asked = explained("mult_vae")
    numbers = found.contributions
    assert abs(measured("mult_vae", found, asked).gap) < 1e-4
    tampered = replace(found, contributions=replace(numbers, values=numbers.values + 0.3))
    trusted = measured("mult_vae", tampered, asked)
    assert trusted.gap == pytest.approx(-0.3 * len(numbers.values), abs=1e-4)
    assert readings(tampered, trusted)[0].is_warning
    assert "miss the score" in readings(tampered, trusted)[0].words


def test_a_constant_score_has_nothing_to_explain():
    for method in ("shap-history", "lime-history"):
        found, asked = explained("popularity", method)
        trusted = measured("popularity", found, asked)
        assert verdict(trusted) == (
            "Whatever is taken away, the score stays the same: there is nothing to explain.",
            False,
        )
        assert len(readings(found, trusted)) == 1


def test_one_part_alone_has_no_order():
    found, asked = explained("mult_vae", length=1)
    trusted = measured("mult_vae", found, asked)
    assert trusted.curves is None
    assert not trusted.is_no_better_than_chance
    assert "one part only" in verdict(trusted)[0]
    assert trusted.stability == 1


def test_each_figure_comes_as_soon_as_it_is_known_and_stability_last():
    found, asked = explained("mult_vae", "lime-history")
    steps = list(trust(model("mult_vae"), DATASET, asked, found.method, found, BUDGET))
    assert [len(step.agreements) for step in steps] == [0, 1, 2, 3, 3]
    assert [step.stability is None for step in steps] == [True, True, True, True, False]
    seeds = [
        list(explain("lime-history", model("mult_vae"), DATASET, asked, BUDGET, seed))[-1] for seed in range(SEEDS)
    ]
    assert steps[-1].stability == pytest.approx(stability([one.contributions.values for one in seeds]))
    assert steps[-1].stability < 1
    assert set(steps[-1].figures()) == {
        *("fit", "deletion_gain", "insertion_gain", "beaten_by", "stability"),
        *("agreement shap-history", "agreement gradients-history", "agreement leave-one-out-history"),
    }
    assert "A straight line explains" in readings(found, steps[-1])[1].words


def test_the_share_of_better_orders_is_counted():
    game = Additive([5.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.25])
    best = curves(game, game.weights, np.random.default_rng(0))
    worst = curves(game, -game.weights, np.random.default_rng(0))
    assert best.beaten_by == 0
    assert worst.beaten_by == 1
    alike = Additive([1.0] * 6)
    assert curves(alike, alike.weights, np.random.default_rng(0)).beaten_by == 0


def test_of_orders_without_meaning_one_in_twenty_passes():
    passed = []
    for seed in range(400):
        rng = np.random.default_rng(seed)
        found = curves(Additive(list(rng.exponential(size=25))), rng.normal(size=25), rng, ORDERS)
        passed.append(not Trust(25, None, 1.0, None, found).is_no_better_than_chance)
    assert 0.02 < np.mean(passed) < 0.075


def test_two_methods_of_a_sum_agree():
    asked = Question(Histories.of([([0, 2, 4], [1.0] * 3)], DATASET.n_items), 6)
    *_, found = explain("linear-history", model(), DATASET, asked, BUDGET)
    trusted = measured("ease", found, asked)
    assert {one.method for one in trusted.agreements} == {"shap-history", "lime-history", "leave-one-out-history"}
    assert trusted.stability == 1
