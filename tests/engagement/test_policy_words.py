"""Estimates in sentences, with as many digits as their intervals support."""

import pytest

from recsys_core.engagement.policy.words import lead, with_interval
from recsys_core.statistics.estimates import Estimate

ALS, EASE, POPULARITY = (
    Estimate(0.0679, 0.0627, 0.0734),
    Estimate(0.0591, 0.0544, 0.0641),
    Estimate(0.035, 0.031, 0.039),
)
SHOWN = Estimate(0.0418, 0.0389, 0.045)


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (ALS, "6.8% (95% interval 6.3% to 7.3%)"),
        (Estimate(0.0046, 0.0034, 0.0061), "0.46% (95% interval 0.34% to 0.61%)"),
        (Estimate(0.24, 0.15, 0.36), "24% (95% interval 15% to 36%)"),
        (Estimate(0.0435, None, None), "4.35%"),
    ],
)
def test_digits_follow_the_interval(rate, words):
    assert with_interval(rate) == words


def test_a_lead_is_told_from_a_tie():
    assert "but EASE may be as good" in lead({"ALS": ALS, "EASE": EASE}, SHOWN)
    assert lead({"ALS": ALS, "Popularity": POPULARITY}, SHOWN) == (
        "ALS would be clicked most, at 6.8%; what was shown got 4.18%"
    )
