import numpy as np
import pytest
from scipy.stats import ks_1samp, norm

from recsys_core.synthetic.tastes.margins import Margin, normal_scores


def test_values_come_back_by_their_ranks():
    values = np.random.default_rng(0).exponential(size=900)
    margin = Margin.of(values)
    assert margin.at(np.array([0.0, 0.5, 1.0])) == pytest.approx(
        [values.min(), np.median(values), values.max()], rel=1e-3
    )
    assert margin.at(margin.ranks(values)) == pytest.approx(values, rel=1e-6)


def test_values_in_between_come_up_that_were_never_seen():
    drawn = Margin.of(np.array([1.0, 2.0, 3.0])).at(np.array([0.25, 0.6]))
    assert drawn == pytest.approx([1.5, 2.2])


def test_one_value_is_all_there_is():
    assert list(Margin.of(np.array([4.0])).at(np.array([0.0, 0.7]))) == [4.0, 4.0]


def test_normal_scores_are_spread_normally_and_keep_order_and_ties():
    values = np.random.default_rng(0).exponential(size=500)
    assert ks_1samp(normal_scores(values), norm.cdf).statistic < 0.01
    assert (np.argsort(normal_scores(values)) == np.argsort(values)).all()
    assert list(normal_scores(np.array([3, 3, 3]))) == [0, 0, 0]
