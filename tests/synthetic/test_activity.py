import numpy as np
import pytest
from scipy.stats import ks_2samp

from recsys_core.synthetic.tastes.activity import Activity

REAL = np.floor(np.random.default_rng(0).pareto(1.5, 600) * 10 + 5).astype(np.int64)


def drawn(density=1.0, most=10**6, n=4000, counts=REAL):
    rng = np.random.default_rng(1)
    return Activity.learn(counts).counts(rng.random(n), density, most, rng)


def test_people_do_as_much_as_real_ones_with_the_same_tail():
    assert ks_2samp(drawn(), REAL).statistic < 0.03
    assert np.quantile(drawn(), 0.99) == pytest.approx(np.quantile(REAL, 0.99), rel=0.25)
    assert REAL.min() <= drawn().min()
    assert drawn().max() <= REAL.max()


def test_density_multiplies_and_bounds_hold():
    assert drawn(density=3).mean() == pytest.approx(3 * drawn().mean(), rel=0.01)
    assert drawn(density=0.05).min() == 1
    assert drawn(most=40).max() == 40


def test_the_mean_is_known_beforehand():
    activity = Activity.learn(REAL)
    for density, most in ((1.0, 10**6), (2.0, 50), (0.05, 10)):
        assert activity.mean(density, most) == pytest.approx(drawn(density, most, 20_000).mean(), rel=0.05)


def test_everybody_the_same_stays_so():
    assert set(drawn(counts=np.full(20, 7))) <= {7}
