"""In a known world, the setting that matters is found."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.tuning.importance import FEWEST_TRIALS, importance
from recsys_core.tuning.proposal import propose
from recsys_core.tuning.trial import Ended, Trial


@pytest.fixture(scope="module")
def trials() -> list[Trial]:
    """Only regularisation matters."""
    made = [propose("ease", number, [], "ndcg@10", seed=0) for number in range(1, 25)]
    return [replace(one, ended=Ended.DONE, curve=(np.log10(one.settings["regularisation"]),)) for one in made]


def test_the_setting_that_matters_has_nearly_all_of_it(trials):
    shares = importance(trials, "ndcg@10")
    assert next(iter(shares)) == "regularisation"
    assert shares["regularisation"] > 0.8
    assert sum(shares.values()) == pytest.approx(1)
    assert importance(trials, "ndcg@10") == shares


def test_nothing_is_said_of_few_trials_or_where_all_came_to_the_same(trials):
    assert importance(trials[: FEWEST_TRIALS - 1], "ndcg@10") == {}
    assert importance([replace(one, curve=(1.0,)) for one in trials], "ndcg@10") == {}
    failed = [replace(one, ended=Ended.FAILED, curve=()) for one in trials]
    assert importance(failed, "ndcg@10") == {}
