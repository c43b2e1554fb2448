"""Neighbours, maps, and what tells whether a map can be trusted."""

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from recsys_core.embeddings.honesty import honesty
from recsys_core.embeddings.projection import PROJECTIONS, Projection, pca
from recsys_core.embeddings.space import nearest, space_of, unit
from recsys_core.errors import AbilityError
from recsys_core.models import find_model
from recsys_core.types import Feedback, Float32
from tests import worlds


def points(n: int = 60, d: int = 8, seed: int = 0) -> Float32:
    return unit(np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32))


EACH = 15


def groups() -> Float32:
    """Three groups far from each other in ten dimensions."""
    rng = np.random.default_rng(0)
    centres = np.eye(3, 10) * 9
    return np.concatenate([centre + rng.normal(size=(EACH, 10)) for centre in centres]).astype(np.float32)


every_projection = pytest.mark.parametrize("projection", PROJECTIONS, ids=lambda one: one.key)


def test_neighbours_are_those_of_brute_force_and_nobody_is_its_own():
    vectors = points()
    likeness = vectors @ vectors.T
    np.fill_diagonal(likeness, -np.inf)
    assert np.array_equal(nearest(vectors, 5), np.argsort(-likeness, axis=1, kind="stable")[:, :5])


def test_neighbours_are_the_same_in_whatever_chunks(monkeypatch):
    whole = nearest(points(), 5)
    monkeypatch.setattr("recsys_core.embeddings.space.CHUNK", 7 * 60)
    assert np.array_equal(nearest(points(), 5), whole)


def test_queries_find_themselves_first():
    vectors = points()
    assert np.array_equal(nearest(vectors, 3, vectors)[:, 0], np.arange(60))


def test_points_of_a_model_have_length_one():
    dataset = worlds.two_camps(20, Feedback.IMPLICIT).dataset
    als = find_model("als")().fit(dataset)
    both = space_of(als, "both")
    assert len(both) == dataset.n_items + dataset.n_users
    assert both.are_items.sum() == dataset.n_items
    lengths = np.linalg.norm(both.vectors, axis=1)
    assert np.all((np.abs(lengths - 1) < 1e-5) | (lengths == 0))
    assert both.take(np.array([2])).rows[0] == 2


def test_a_model_without_vectors_has_no_map():
    ease = find_model("ease")().fit(worlds.two_camps(20, Feedback.IMPLICIT).dataset)
    with pytest.raises(AbilityError, match="EASE has no vectors"):
        space_of(ease)


@every_projection
@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_map_keeps_groups_apart_and_is_drawn_the_same_twice(projection: Projection, dimensions: int):
    vectors = groups()
    places = projection.draw(vectors, dimensions, 3)
    assert places.shape == (3 * EACH, dimensions)
    assert places.dtype == np.float32
    assert np.array_equal(places, projection.draw(vectors, dimensions, 3))
    near = np.argsort(((places[:, None] - places) ** 2).sum(-1), axis=1)[:, 1:6]
    assert (near // EACH == np.arange(3 * EACH)[:, None] // EACH).mean() > 0.95


@every_projection
@pytest.mark.parametrize("n", [1, 2, 3, 5, 9])
def test_a_handful_of_points_is_drawn_too(projection: Projection, n: int):
    assert np.isfinite(projection.draw(points(n), 2, 0)).all()
    assert np.isfinite(projection.draw(np.ones((n, 4), np.float32), 2, 0)).all()


def test_a_shadow_of_two_dimensions_in_two_is_the_thing_itself():
    flat = np.zeros((40, 6), np.float32)
    flat[:, :2] = np.random.default_rng(0).normal(size=(40, 2)) * [3, 1]
    places = pca(flat, 2)
    true = ((flat[:, None] - flat) ** 2).sum(-1)
    assert ((places[:, None] - places) ** 2).sum(-1) == pytest.approx(true, abs=1e-3)
    found = honesty(flat, places)
    assert (found.trustworthiness, found.continuity, found.overlap) == (1, 1, 1)


def test_trustworthiness_is_that_of_scikit_learn_and_continuity_the_other_way_round():
    vectors, places = points(80), np.random.default_rng(5).normal(size=(80, 2)).astype(np.float32)
    found = honesty(vectors, places, k=7)
    assert found.trustworthiness == pytest.approx(trustworthiness(vectors, places, n_neighbors=7), abs=1e-9)
    assert found.continuity == pytest.approx(trustworthiness(places, vectors, n_neighbors=7), abs=1e-9)
    assert found.overlap == pytest.approx(7 / 79, abs=0.05)


def test_few_points_have_no_figures_and_many_are_sampled():
    assert honesty(points(3), points(3)[:, :2]) is None
    vectors = points(2500)
    assert honesty(vectors, vectors[:, :2]).points == 2000
