"""The Pareto front, by hand and against each pair."""

import numpy as np

from recsys_core.comparing.pareto import on_front


def test_the_front_by_hand():
    costs, values = np.array([1.0, 2.0, 3.0, 2.0]), np.array([0.1, 0.3, 0.2, 0.05])
    assert on_front(costs, values).tolist() == [True, True, False, False]
    assert on_front(costs, -values, higher_is_better=False).tolist() == [True, True, False, False]


def test_equals_do_not_beat_each_other_but_the_cheaper_of_two_equally_good_ones_does():
    assert on_front(np.array([1.0, 1.0]), np.array([0.5, 0.5])).tolist() == [True, True]
    assert on_front(np.array([1.0, 2.0]), np.array([0.5, 0.5])).tolist() == [True, False]
    assert on_front(np.array([1.0]), np.array([0.5])).tolist() == [True]


def test_whoever_is_not_on_the_front_is_beaten_by_somebody_on_it():
    rng = np.random.default_rng(0)
    for _ in range(50):
        costs, values = rng.integers(0, 6, (2, 12)).astype(float)
        front = on_front(costs, values)
        assert front.any()
        for one in np.flatnonzero(~front):
            assert any(
                costs[other] <= costs[one]
                and values[other] >= values[one]
                and (costs[other], values[other]) != (costs[one], values[one])
                for other in np.flatnonzero(front)
            )
