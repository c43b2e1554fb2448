"""The verdict says who is best, no more certainly than the interval allows, and what it took."""

from dataclasses import replace

import numpy as np

from recsys_core.blending import Gain
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.tuning.outcome import Budget, Tuned, gain_over, verdict
from recsys_core.tuning.trial import Ended
from tests.tuning.made_up import trial

EASE = Tuned("EASE", Estimate(0.3, 0.28, 0.32), Gain(value=0.01, low=0.005, high=0.015), Budget(8, 0, 0, 12.4))
NEUMF = Tuned("NeuMF", Estimate(0.28, 0.26, 0.3), Gain(value=0.002, low=-0.01, high=0.014), Budget(8, 3, 0, 240))
SURE, UNSURE = Gain(value=0.02, low=0.01, high=0.03), Gain(value=0.02, low=-0.01, high=0.05)


def test_a_budget_counts_what_was_pruned_and_failed():
    trials = [trial(1, 0.1), trial(2, ended=Ended.FAILED), trial(3, 0.1, ended=Ended.PRUNED), trial(4, 0.2)]
    assert Budget.of(trials) == Budget(4, 1, 1, 4.0)


def test_a_winner_and_a_lead_that_is_not_certain_are_told_apart():
    assert verdict([EASE, NEUMF], SURE, "ndcg@10", {}) == (
        "EASE wins with NDCG@10 0.3000 [0.2800, 0.3200] on the test events, 0.0200 [0.0100, 0.0300] more than NeuMF. "
        "Over the settings as they come, tuning brought EASE 0.0100 [0.0050, 0.0150] and NeuMF nothing certain, "
        "0.0020 [-0.0100, 0.0140]. The budget: 8 trials each, which took EASE 12 s and NeuMF 4 min."
    )
    words = verdict([EASE, NEUMF], UNSURE, "rmse", {})
    assert words.startswith("EASE is ahead with RMSE 0.3000 [0.2800, 0.3200] on the test events, but not certainly: ")
    assert "0.0200 [-0.0100, 0.0500] less than NeuMF" in words


def test_one_model_nothing_gained_unequal_budgets_and_no_result_are_said():
    alone = verdict([replace(EASE, gain=None)], None, "ndcg@10", {"GMF": "the loss is not a number."})
    assert alone == (
        "EASE has NDCG@10 0.3000 [0.2800, 0.3200] on the test events. Over the settings as they come, tuning brought "
        "EASE nothing. The budget: 8 trials, which took EASE 12 s. GMF has no result: the loss is not a number."
    )
    worse = replace(EASE, gain=Gain(value=-0.2, low=-0.3, high=-0.1))
    assert "tuning brought EASE a certain loss, -0.2000 [-0.3000, -0.1000]." in verdict([worse], None, "ndcg@10", {})
    few = verdict([EASE, replace(NEUMF, budget=Budget(7, 0, 0, 1))], None, "ndcg@10", {})
    assert "EASE comes out first" in few
    assert "The budget: EASE 8 trials in 12 s and NeuMF 7 trials in 1 s." in few


def test_a_gain_is_judged_by_the_people_that_both_models_know():
    def figures(users: list[int], value: float) -> PerUser:
        return PerUser(np.array(users), np.full(len(users), value), np.ones(len(users)), lambda figure: figure)

    gain = gain_over(figures([*range(20)], 0.4), figures([*range(5, 30)], 0.3), "ndcg@10")
    assert gain is not None
    assert (round(gain.value, 9), round(gain.low, 9)) == (0.1, 0.1)
    worse = gain_over(figures([*range(20)], 0.4), figures([*range(20)], 0.3), "rmse")
    assert worse is not None
    assert worse.value < 0
    assert gain_over(figures([*range(20)], 0.4), figures([*range(15, 30)], 0.3), "ndcg@10") is None
