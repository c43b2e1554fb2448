"""Biased MF: planted worlds, attributes of items and people without ratings, fold-in by definition, resuming."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.models import dot_product
from recsys_core.models.biased_mf import BiasedMF, BiasedMFConfig
from recsys_core.models.rating_factors import DOUBT, RatingFactors
from recsys_core.models.svdpp import SVDPP
from recsys_core.training import loop
from recsys_core.training.context import Checkpoint, FitContext
from tests import worlds

SMALL = {"embedding_size": 6, "epochs": 40, "learning_rate": 0.05, "regularisation": 0.03}
both = pytest.mark.parametrize("model_class", [BiasedMF, SVDPP], ids=["biased_mf", "svdpp"])


def built(model_class: type[RatingFactors], **settings: object) -> RatingFactors:
    return model_class(model_class.Config(**(SMALL | settings)))


def errors(model: RatingFactors, planted: worlds.Planted) -> float:
    """Root mean square error of the pairs that were not told."""
    events = planted.dataset.interactions
    hidden = np.ones(planted.truth.shape, dtype=bool)
    hidden[events.users, events.items] = False
    users, items = (places.astype(np.int32) for places in np.nonzero(hidden))
    return float(np.sqrt(np.mean((model.predict(users, items) - planted.truth[users, items]) ** 2)))


@both
def test_a_planted_world_is_found_again(model_class: type[RatingFactors]):
    """Measured: 0.08, and 0.59 where the pull leaves no vectors."""
    planted = worlds.planted_ratings(np.random.default_rng(0), 200, 100)
    assert errors(built(model_class).fit(planted.dataset), planted) < 0.1
    assert errors(built(model_class, regularisation=1.0).fit(planted.dataset), planted) > 0.5


def rescaled(dataset: Dataset, factor: float, shift: float) -> Dataset:
    values = (dataset.interactions.values * factor + shift).astype(np.float32)
    scale = Scale(factor + shift, 5 * factor + shift, 0.0)
    return replace(dataset, interactions=replace(dataset.interactions, values=values), scale=scale)


@both
def test_another_rating_scale_gives_the_same_answers_on_it(model_class: type[RatingFactors]):
    dataset = worlds.planted_ratings(np.random.default_rng(1)).dataset
    one, other = (built(model_class).fit(data) for data in (dataset, rescaled(dataset, 20.0, -10.0)))
    users = np.arange(80, dtype=np.int32)
    assert other.score(users) == pytest.approx(20 * one.score(users) - 10, abs=0.02)
    histories = Histories.of([([1, 2, 3], [5.0, 1.0, 4.0]), ([], [])], 50)
    there = replace(histories, values=histories.values * 20 - 10)
    assert other.score_histories(there) == pytest.approx(20 * one.score_histories(histories) - 10, abs=0.02)


@both
def test_items_and_people_without_ratings_are_known_by_their_attributes(model_class: type[RatingFactors]):
    """Measured: 3.7 or more of what they like, 2.2 or less of the rest."""
    scores = built(model_class).fit(worlds.described()).score(np.array([0, 1, 58, 59], dtype=np.int32))
    assert (scores[[0, 2]][:, [0, 38]] > 3.6).all()
    assert (scores[[0, 2]][:, [1, 39]] < 2.4).all()
    assert (scores[[1, 3]][:, [1, 39]] > 3.6).all()
    assert (scores[[1, 3]][:, [0, 38]] < 2.4).all()


@both
def test_without_attributes_they_are_all_alike(model_class: type[RatingFactors]):
    model = built(model_class, use_attributes=False).fit(worlds.described())
    assert not model.item_vectors()[38:].any()
    assert not model.user_vectors()[58:].any()
    assert model.score(np.array([58], dtype=np.int32))[0, 38:] == pytest.approx([model.offset[0]] * 2)


def test_attributes_that_are_not_known_change_nothing():
    dataset = worlds.planted_ratings(np.random.default_rng(1)).dataset
    users = np.arange(80, dtype=np.int32)
    told, untold = (built(BiasedMF, use_attributes=use).fit(dataset).score(users) for use in (True, False))
    assert np.array_equal(told, untold)


@both
def test_fold_in_is_ridge_regression_from_the_typical_person(model_class: type[RatingFactors]):
    """Least squares with a row for each pull, in the units of the training: ratings with a deviation of 1."""
    model = built(model_class).fit(worlds.described())
    items, values = np.array([3, 4, 9, 38]), np.array([5.0, 2.0, 4.0, 1.0])
    deviation, n = float(worlds.described().interactions.values.std()), len(items)
    start = model.typical.astype(np.float64) / ([deviation] + [deviation**0.5] * 6)
    if model_class is SVDPP:
        start[1:] += model.history_factors[items].sum(0) / n**0.5 / deviation**0.5
    inputs = np.hstack([np.ones((n, 1)), model.item_factors[items] / deviation**0.5])
    targets = (values - model.offset - model.item_bias[items]) / deviation
    pulls = np.sqrt(np.array([model.config.bias_regularisation] + [model.config.regularisation] * 6) * n + DOUBT)
    moved, *_ = np.linalg.lstsq(
        np.vstack([inputs, np.diag(pulls)]), np.concatenate([targets - inputs @ start, np.zeros(7)]), rcond=None
    )
    biases, vectors = model.fold_in(Histories.of([(items.tolist(), values.tolist())], 40))
    assert biases[0] == pytest.approx(deviation * (start + moved)[0], abs=1e-5)
    assert vectors[0] == pytest.approx(deviation**0.5 * (start + moved)[1:], abs=1e-5)


@both
def test_somebody_unknown_is_the_typical_person(model_class: type[RatingFactors]):
    """Whose attributes are those of the people who rated, on average."""
    model = built(model_class).fit(worlds.described())
    biases, vectors = model.fold_in(Histories.of([([], [])], 40))
    assert biases[0] == model.typical[0]
    assert np.array_equal(vectors[0], model.typical[1:])
    assert vectors[0] == pytest.approx(
        model.user_vectors()[58:].mean(axis=0), abs=1e-4
    )  # half of them are of each kind


@both
def test_a_resumed_training_ends_in_the_same_bits(model_class: type[RatingFactors], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    saved: list[Checkpoint] = []
    whole = built(model_class, epochs=5).fit(worlds.described(), FitContext(seed=3, save_checkpoint=saved.append))
    assert len(saved) == 5
    resumed = built(model_class, epochs=5).fit(worlds.described(), FitContext(seed=3, start_from=saved[1]))
    for name, array in whole.arrays().items():
        assert np.array_equal(resumed.arrays()[name], array), name


def test_many_predictions_are_made_in_parts(monkeypatch: pytest.MonkeyPatch):
    model = built(BiasedMF).fit(worlds.described())
    rng = np.random.default_rng(0)
    users, items = (rng.integers(0, n, 50).astype(np.int32) for n in (60, 40))
    whole = model.predict(users, items)
    monkeypatch.setattr(dot_product, "PAIRS_AT_ONCE", 7)
    assert np.array_equal(model.predict(users, items), whole)


def test_ratings_that_are_all_alike_are_predicted():
    events = Interactions(
        np.arange(9, dtype=np.int32), np.arange(9, dtype=np.int32), np.full(9, 4, np.float32), None, 9, 9
    )
    dataset = worlds.dataset([(0, 0, 4.0, 0)], 9, 9).with_interactions(events)
    model = BiasedMF(BiasedMFConfig(epochs=3)).fit(dataset)
    assert model.score(np.arange(9, dtype=np.int32)) == pytest.approx(np.full((9, 9), 4.0), abs=0.05)
