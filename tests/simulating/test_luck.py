"""Luck belongs to what it decides, and is as even and as independent as that of a generator."""

import numpy as np
from scipy.stats import kstest

from recsys_core.simulating.luck import keys, normal, uniform

START = np.array([7], dtype=np.uint64)


def test_the_numbers_are_uniform_and_normal():
    drawn = keys(START, np.arange(100)[:, None], np.arange(200)).ravel()
    assert kstest(uniform(drawn), "uniform").pvalue > 0.01
    assert kstest(normal(drawn), "norm").pvalue > 0.01
    assert uniform(drawn).min() > 0
    assert uniform(drawn).max() < 1


def test_neighbours_have_nothing_in_common():
    drawn = uniform(keys(START, np.arange(300)[:, None], np.arange(300)))
    for one, other in ((drawn[1:], drawn[:-1]), (drawn[:, 1:], drawn[:, :-1])):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.015
    assert len(np.unique(drawn)) == drawn.size


def test_a_key_rests_on_all_of_its_numbers_and_their_order():
    assert keys(START, 3, 5) == keys(keys(START, 3), 5)
    assert keys(START, 3, 5) != keys(START, 5, 3)
    assert keys(START, -1) != keys(START, 1)
    assert uniform(keys(START, 3)) == uniform(keys(START, [3]))
