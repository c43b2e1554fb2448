"""A trial is ended where its best is worse than what the median trial had by then."""

import pytest

from recsys_core.tuning.pruning import FEWEST_DONE, FIRST_EPOCHS, is_hopeless
from recsys_core.tuning.trial import Ended
from tests.tuning.made_up import trial

RISING = [trial(number, 0.0, 0.0625, number / 8, 1.0) for number in range(1, FEWEST_DONE + 1)]


def test_it_is_ended_below_the_median_and_not_at_it():
    # By the third epoch the four had 0.125, 0.25, 0.375 and 0.5: the median is 0.3125.
    assert is_hopeless([0.1, 0.2, 0.31], RISING, "ndcg@10")
    assert not is_hopeless([0.1, 0.2, 0.3125], RISING, "ndcg@10")
    assert not is_hopeless([0.1, 0.33, 0.2], RISING, "ndcg@10")  # its best counts, not its last


def test_lower_is_better_for_errors():
    falling = [trial(number, 1.0, 0.75, number / 8, 0.0) for number in range(1, FEWEST_DONE + 1)]
    assert not is_hopeless([0.9, 0.5, 0.3125], falling, "rmse")
    assert is_hopeless([0.9, 0.5, 0.32], falling, "rmse")


def test_nobody_is_judged_in_the_first_epochs_or_by_few_trials():
    assert FIRST_EPOCHS == 3
    assert not is_hopeless([0.0, 0.0], RISING, "ndcg@10")
    assert not is_hopeless([0.0, 0.0, 0.0], RISING[1:], "ndcg@10")


@pytest.mark.parametrize("ended", [Ended.PRUNED, Ended.FAILED])
def test_only_finished_trials_set_the_measure(ended):
    others = [trial(number, 0.0, 0.0, 0.0, ended=ended) for number in range(5, 20)]
    assert is_hopeless([0.1, 0.2, 0.31], [*RISING, *others], "ndcg@10")
    assert not is_hopeless([0.0] * 3, [*RISING[1:], *others], "ndcg@10")


def test_a_trial_that_stopped_early_keeps_its_best_for_later_epochs():
    short = [trial(number, 0.5, 0.4, 0.3) for number in range(1, FEWEST_DONE + 1)]
    assert is_hopeless([0.45] * 9, short, "ndcg@10")
