import numpy as np
import pytest

from recsys_core.synthetic.tastes.mixture import LEAST_PEOPLE, fit_mixture


def heaps(*sizes):
    """Heaps of people far apart: around (0, 0), (10, 10), (20, 20), …"""
    rng = np.random.default_rng(0)
    return np.concatenate([rng.normal(10 * place, 1, (size, 2)) for place, size in enumerate(sizes)])


def test_heaps_are_found_and_drawn_from_in_their_shares():
    mixture = fit_mixture(heaps(300, 100), 0)
    assert sorted(mixture.shares) == pytest.approx([0.25, 0.75], abs=0.01)
    drawn = mixture.draw(np.random.default_rng(1), 4000)
    far = drawn[:, 0] > 5
    assert far.mean() == pytest.approx(0.25, abs=0.03)
    assert drawn[far].mean(0) == pytest.approx([10, 10], abs=0.3)
    assert drawn[far].std(0) == pytest.approx([1, 1], abs=0.2)


def test_directions_that_go_together_stay_so():
    rng = np.random.default_rng(0)
    base = rng.normal(size=500)
    drawn = fit_mixture(np.stack([base, 5 * base + rng.normal(size=500)], axis=1), 0).draw(rng, 4000)
    assert np.corrcoef(drawn.T)[0, 1] == pytest.approx(5 / np.sqrt(26), abs=0.02)


def test_a_handful_of_people_is_no_component_of_its_own():
    mixture = fit_mixture(heaps(300, LEAST_PEOPLE // 4), 0)
    assert mixture.shares.min() * 305 >= LEAST_PEOPLE


def test_fewer_people_than_directions_are_drawn_from_all_the_same():
    points = np.random.default_rng(0).normal(size=(10, 30))
    assert np.isfinite(fit_mixture(points, 0).draw(np.random.default_rng(0), 5)).all()


def test_people_who_are_all_alike_stay_so():
    drawn = fit_mixture(np.full((20, 2), 3.0), 0).draw(np.random.default_rng(0), 5)
    assert drawn == pytest.approx(np.full((5, 2), 3.0), abs=1e-3)
