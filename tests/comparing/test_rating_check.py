"""Rating calibration and errors by rating: by hand, against loops, and of odd data."""

import numpy as np
import pytest

from recsys_core.comparing.rating_check import BINS, rating_check
from recsys_core.data.dataset import Scale
from recsys_core.models import Bias
from recsys_core.splitting import SplitRecipe, split
from tests import worlds
from tests.test_evaluation import GOLDEN_SCORES, Given


def test_the_golden_table_by_hand():
    """Predicted 1, 5 and 4 for what was rated 5, 3 and 4."""
    made = split(worlds.golden(), SplitRecipe())
    check = rating_check(Given(GOLDEN_SCORES, rates=True), made.test)
    assert [(one.at, one.estimate.value, one.n) for one in check.calibration] == [(1, 5, 1), (4, 4, 1), (5, 3, 1)]
    assert [(one.at, one.estimate.value, one.n) for one in check.errors] == [(3, 2, 1), (4, 0, 1), (5, 4, 1)]
    assert all(one.estimate.low is None for one in check.calibration + check.errors), "too few people"


def test_bins_are_the_means_of_their_ratings():
    world = worlds.planted_ratings(np.random.default_rng(0))
    made = split(world.dataset, SplitRecipe())
    model = Bias().fit(made.train)
    check = rating_check(model, made.test)
    targets = made.test.targets
    predicted = model.predict(targets.users, targets.items).astype(float)
    scale = made.test.scale
    bins = np.minimum((predicted - scale.low) / (scale.high - scale.low) * BINS, BINS - 1).astype(int)
    assert len(check.calibration) == len(set(bins.tolist()))
    for one, name in zip(check.calibration, sorted(set(bins.tolist())), strict=True):
        assert one.at == pytest.approx(predicted[bins == name].mean())
        assert one.estimate.value == pytest.approx(targets.values[bins == name].mean())
        if one.estimate.low is not None:
            assert one.estimate.low <= one.estimate.value <= one.estimate.high
    errors = np.abs(predicted - targets.values)
    assert sum(one.n for one in check.errors) == len(targets)
    assert sum(one.n * one.estimate.value for one in check.errors) == pytest.approx(errors.sum())


def test_the_truth_is_calibrated_and_its_shift_is_not():
    world = worlds.planted_ratings(np.random.default_rng(0))
    made = split(world.dataset, SplitRecipe())
    for shift in (0.0, 0.5):
        check = rating_check(Given(world.truth + shift, rates=True), made.test)
        off = [one.estimate.value - one.at for one in check.calibration if one.n >= 50]
        assert off == pytest.approx([-shift] * len(off), abs=0.2)


def test_many_levels_are_put_together_and_one_level_is_one_bin():
    rows = [(user, item, 1.0 + (user * 7 + item * 3) % 40, item) for user in range(20) for item in range(8)]
    dataset = worlds.dataset(rows, 20, 8, scale=Scale(1.0, 40.0, 1.0))
    made = split(dataset, SplitRecipe())
    assert len(rating_check(Given(np.full((20, 8), 9.0), rates=True), made.test).errors) <= BINS
    same = worlds.dataset([(u, i, 3.0, i) for u, i, _, _ in rows], 20, 8, scale=Scale(3.0, 3.0, 0.0))
    check = rating_check(Given(np.full((20, 8), 3.0), rates=True), split(same, SplitRecipe()).test)
    assert [(one.at, one.estimate.value) for one in check.calibration] == [(3.0, 3.0)]
