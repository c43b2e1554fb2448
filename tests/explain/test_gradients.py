"""Integrated gradients: of a game whose integral is known, and of the autoencoders."""

import numpy as np
import pytest

from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError
from recsys_core.explain.explainers import EXPLAINERS, explain
from recsys_core.explain.game import Game, Grouped, HistoryGame, Question
from recsys_core.explain.gradients import integrated_gradients
from recsys_core.explain.players import PLAYERS
from recsys_core.types import Bool, Float64
from tests.explain.test_explainers import DATASET, model, question

AUTOENCODERS = ("mult_vae", "mult_dae", "recvae")


class Squared(Game):
    """(Σ w)²: along the straight path each player adds w_j Σ w."""

    def __init__(self, weights: list[float]) -> None:
        self.weights, self.n = np.array(weights), len(weights)

    def __call__(self, kept: Bool) -> Float64:
        return (kept @ self.weights) ** 2

    def slopes(self, parts: Float64) -> Float64:
        return 2 * parts[:, None] * self.weights.sum() * self.weights


def test_the_integral_is_the_one_that_is_known():
    found = integrated_gradients(Squared([1.0, -2.0, 4.0]))
    assert found.values == pytest.approx([3.0, -6.0, 12.0])
    assert found.gap == pytest.approx(0)


def test_a_wrong_slope_shows_as_a_gap():
    class Wrong(Squared):
        def slopes(self, parts: Float64) -> Float64:
            return 1.01 * super().slopes(parts)

    assert abs(integrated_gradients(Wrong([1.0, -2.0, 4.0])).gap) > 0.05


def test_those_who_go_together_have_the_sum_of_their_slopes():
    game = Squared([1.0, -2.0, 4.0])
    groups = np.array([0, 1, 0])
    assert Grouped(game, groups).slopes(np.ones(1))[0] == pytest.approx([30.0, -12.0])


@pytest.mark.parametrize("key", AUTOENCODERS)
def test_the_parts_of_autoencoders_add_up(key: str):
    *_, found = explain("gradients-history", model(key), DATASET, question())
    assert abs(found.contributions.gap) < 1e-5
    assert abs(found.contributions.score - found.contributions.base) > 1e-3
    assert found.contributions.exact


def test_an_item_that_stands_twice_in_a_history_counts_once():
    once, twice = (Histories.of([(items, [1.0] * len(items))], DATASET.n_items) for items in ([2, 5], [2, 5, 5]))
    item = 9
    alone = HistoryGame(model("mult_vae"), Question(once, item)).slopes(np.ones(1))[0]
    shared = HistoryGame(model("mult_vae"), Question(twice, item)).slopes(np.ones(1))[0]
    assert shared == pytest.approx([alone[0], alone[1] / 2, alone[1] / 2], rel=1e-5)


def test_only_models_that_say_so_are_asked_for_slopes():
    (gradients,) = (one for one in EXPLAINERS if one.about.key == "gradients")
    assert all(gradients.offers(model(key), PLAYERS[0]) for key in AUTOENCODERS)
    assert not gradients.offers(model("ease"), PLAYERS[0])
    with pytest.raises(AbilityError, match="no gradient"):
        list(explain("gradients-history", model("ease"), DATASET, question()))
