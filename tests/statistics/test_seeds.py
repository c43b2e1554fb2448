"""Seeds: their spread is Student's, and there is none of one."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from recsys_core.statistics.seeds import paired_seed_margin


def test_the_margin_of_differences_is_half_of_students_interval():
    differences = [0.02, 0.05, 0.01, 0.04]
    interval = ttest_1samp(differences, 0.0).confidence_interval(0.95)
    assert paired_seed_margin(differences) == pytest.approx((interval.high - interval.low) / 2)


def test_it_covers_95_of_100_means_of_three():
    rng = np.random.default_rng(0)
    drawn = rng.normal(0.1, 0.02, (4000, 3))
    covered = [abs(row.mean() - 0.1) <= paired_seed_margin(row.tolist()) for row in drawn]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.012)


def test_one_seed_says_nothing_about_others():
    assert paired_seed_margin([0.3]) == 0.0
