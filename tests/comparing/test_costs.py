"""What is said of quality beside cost: the best, and what is cheaper and may be as good."""

import pytest

from recsys_core.comparing.costs import COSTS, finding
from recsys_core.statistics.estimates import Estimate

TRAINING = COSTS[0]
BEST = ("A", 10.0, Estimate(0.30, 0.25, 0.35))


@pytest.mark.parametrize(
    ("others", "end"),
    [
        ([], "with 10 s of training"),
        ([("B", 2.0, Estimate(0.26, 0.2, 0.3))], "; B lies within its interval with 2 s of training"),
        ([("B", 2.0, Estimate(0.26, 0.2, 0.3)), ("C", 1.0, Estimate(0.25, 0.2, 0.3))], "; C lies within its interval"),
        ([("B", 20.0, Estimate(0.29, 0.2, 0.3))], "; no cheaper model lies within its interval"),
        ([("B", 2.0, Estimate(0.1, 0.0, 0.2))], "; no cheaper model lies within its interval"),
    ],
)
def test_the_finding(others, end):
    assert finding(TRAINING, "ndcg@10", [BEST, *others]).startswith("A has the highest NDCG@10 with 10 s of training")
    assert end in finding(TRAINING, "ndcg@10", [BEST, *others])


def test_figures_without_intervals_are_told_by_cost_alone():
    alone = ("A", 1.0, Estimate(0.3, None, None))
    assert finding(TRAINING, "coverage@10", [alone, ("B", 2.0, Estimate(0.2, None, None))]).endswith(
        "nothing is cheaper"
    )
    assert finding(TRAINING, "rmse", [BEST, ("B", 20.0, BEST[2])]).startswith("A has the lowest RMSE")


def test_costs_are_read_from_the_card_of_a_run():
    about = {"seconds": 2.0, "memory": 2**21, "model_bytes": None}
    assert {one.field: one.of(about) for one in COSTS} == {
        "seconds": 2.0,
        "scoring_ms": None,
        "memory": 2.0,
        "model_bytes": None,
    }
