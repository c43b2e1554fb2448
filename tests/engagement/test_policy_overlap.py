"""When a log can speak for other lists, and when it is refused, in words."""

import numpy as np
import pytest

from recsys_core.engagement.policy.estimating import estimate_policy
from recsys_core.engagement.policy.overlap import Overlap, effective
from tests.engagement.weighed import weighed

RNG = np.random.default_rng(0)
CLICKS = RNG.random(2000) < 0.1


def test_the_effective_sample():
    assert effective(np.ones(7)) == pytest.approx(7)
    assert effective(np.array([5.0, 0, 0])) == pytest.approx(1)
    assert effective(np.zeros(3)) == 0


def test_a_fair_log_is_not_refused():
    overlap = Overlap.of(weighed(CLICKS, RNG.exponential(1, 2000), fitted=0.1))
    assert overlap.refusal() == ""
    assert overlap.cautions() == []
    assert overlap.low < 1 < overlap.high
    assert overlap.share == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize(
    ("log", "words"),
    [
        (weighed(CLICKS, np.where(np.arange(2000) == 0, 2000.0, 0.001), fitted=0.1), "effective sample size"),
        (weighed(CLICKS, 1.0, fitted=0.1, unseen=0.4), "40% of what these lists would show was never shown"),
        (weighed(CLICKS, RNG.exponential(0.5, 2000), fitted=0.1), "mean weight is 0.5"),
        (weighed(np.arange(2000) < 8, 1.0, fitted=0.1), "8 clicks"),
    ],
)
def test_refusals_say_why(log, words):
    found = estimate_policy(log)
    assert words in found.refusal
    assert found.ctr is None
    assert found.estimates == {}
    assert found.as_json()["refusal"] == found.refusal


def test_what_was_not_tested_is_said():
    weights = np.where(np.arange(5000) % 20 == 0, 20.0, 0.0)
    found = estimate_policy(weighed(np.arange(5000) % 250 < 2, weights, fitted=0.01))
    assert found.refusal == ""
    assert [caution.split(";")[0] for caution in found.cautions] == [
        f"The effective sample is {found.overlap.share:.1%} of the log",
        "There are 40 clicks",
    ]
