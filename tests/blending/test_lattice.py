"""The search finds the top of a hill, for whichever people are asked, and asks for no point twice."""

import numpy as np
import pytest

from recsys_core.blending.lattice import UNITS, Lattice


def hills(tops: np.ndarray) -> tuple[Lattice, list[tuple[float, ...]]]:
    """Person n is happiest with the weights tops[n]."""
    asked: list[tuple[float, ...]] = []

    def figures(weights: np.ndarray) -> np.ndarray:
        asked.append(tuple(weights))
        return -((tops - weights) ** 2).sum(axis=1)

    return Lattice(tops.shape[1], figures), asked


@pytest.mark.parametrize("top", [[0.1, 0.65, 0.25], [1.0, 0.0, 0.0], [0.35, 0.3, 0.35]], ids=str)
def test_the_top_of_a_hill_is_found(top: list[float]):
    lattice, asked = hills(np.array([top]))
    assert np.array(lattice.best(np.array([0]))) / UNITS == pytest.approx(top)
    assert len(set(asked)) == len(asked) < 100  # of 231 points


def test_each_group_of_people_gets_its_own_top_from_shared_figures():
    lattice, asked = hills(np.array([[0.8, 0.2], [0.2, 0.8], [0.4, 0.6]]))
    assert lattice.best(np.array([0])) == (16, 4)
    assert lattice.best(np.array([1, 2])) == (6, 14)
    assert lattice.best(np.array([0, 1])) == (10, 10)
    assert len(set(asked)) == len(asked)


def test_no_start_is_better_than_what_is_found():
    rng = np.random.default_rng(2)
    rough: dict[tuple[float, ...], np.ndarray] = {}
    lattice = Lattice(4, lambda weights: rough.setdefault(tuple(weights), rng.normal(size=5)))
    people = np.arange(5)
    best = lattice.at(lattice.best(people)).mean()
    assert all(best >= lattice.at(start).mean() for start in (lattice.equal(), *map(lattice.single, range(4))))
    assert sum(lattice.equal()) == UNITS
