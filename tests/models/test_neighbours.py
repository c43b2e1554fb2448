"""ItemKNN and UserKNN against their definitions in dense numpy, and on worlds whose answers are plain."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from safetensors.numpy import load_file, save_file
from sklearn.metrics.pairwise import cosine_similarity

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models import cosine
from recsys_core.models.bias import Bias
from recsys_core.models.item_knn import ItemKNN
from recsys_core.models.neighbours import Neighbours
from recsys_core.models.user_knn import UserKNN
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.types import Feedback
from tests import worlds

N_USERS, N_ITEMS = 6, 5
ALL_USERS = np.arange(N_USERS, dtype=np.int32)
PAIRS = tuple(grid.ravel().astype(np.int32) for grid in np.mgrid[:N_USERS, :N_ITEMS])
PLAIN = {"neighbours": 100, "asymmetry": 0.5, "discount": 0.0, "shrinkage": 0.0}  # all neighbours, by the cosine

both_models = pytest.mark.parametrize("model_class", [ItemKNN, UserKNN])
both_objectives = pytest.mark.parametrize("objective", ["ranking", "rating"])

# Ratings (U, I), 0 for what was not rated.
tables = arrays(np.float32, (N_USERS, N_ITEMS), elements=st.sampled_from([0.0, 0.0, 1.0, 2.0, 4.0, 5.0]))


def fitted(model_class: type[Neighbours], data: Dataset, **settings: object) -> Neighbours:
    return model_class(model_class.Config(**settings)).fit(data)


def world(table: np.ndarray) -> Dataset:
    rows = [(int(user), int(item), float(table[user, item]), 0) for user, item in np.argwhere(table)]
    return worlds.dataset(rows, *table.shape)


def histories(table: np.ndarray) -> Histories:
    return Histories.of([(np.flatnonzero(row).tolist(), row[row > 0].tolist()) for row in table], table.shape[1])


def likeness(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    cosines = cosine_similarity(rows, others)
    return np.where(cosines > 1e-6, cosines, 0)


def reference(
    model_class: type[Neighbours], train: np.ndarray, asking: np.ndarray, met: np.ndarray, asking_met: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sums of similarity × event and of similarities, (B, I) each, from events (U, I) and those of who asks (B, I).

    Somebody who was met in training (``asking is train``) is no neighbour of their own.
    """
    if model_class is ItemKNN:
        similar = likeness(train.T, train.T)
        np.fill_diagonal(similar, 0)
        return asking @ similar.T, asking_met @ similar.T
    similar = likeness(asking, train)
    if asking is train:
        np.fill_diagonal(similar, 0)
    return similar @ train, similar @ met


def well_posed(residuals: np.ndarray) -> bool:
    """Whether no row's or column's direction is a matter of rounding."""
    lengths = np.concatenate([np.linalg.norm(residuals, axis=axis) for axis in (0, 1)])
    return bool(((lengths == 0) | (lengths > 1e-3)).all())


@both_models
@settings(max_examples=20)
@given(train=tables, strangers=tables)
def test_scores_are_sums_of_similarities(model_class: type[Neighbours], train: np.ndarray, strangers: np.ndarray):
    assume(train.any())
    model = fitted(model_class, world(train), **PLAIN)
    met, stranger_met = (train > 0).astype(float), (strangers > 0).astype(float)
    assert model.score(ALL_USERS) == pytest.approx(reference(model_class, met, met, met, met)[0], abs=1e-4)
    wanted, _ = reference(model_class, met, stranger_met, met, stranger_met)
    assert model.score_histories(histories(strangers)) == pytest.approx(wanted, abs=1e-4)


@both_models
@settings(max_examples=20)
@given(train=tables, strangers=tables, damping=st.sampled_from([0.0, 0.5]))
def test_ratings_are_the_biases_and_an_average_of_what_they_leave(
    model_class: type[Neighbours], train: np.ndarray, strangers: np.ndarray, damping: float
):
    assume(train.any())
    bias = Bias().fit(world(train))
    model = fitted(model_class, world(train), objective="rating", damping=damping, **PLAIN)
    met, stranger_met = train > 0, strangers > 0
    base, stranger_base = bias.score(ALL_USERS), bias.score_histories(histories(strangers))
    left = np.where(met, train - base, 0)
    stranger_left = np.where(stranger_met, strangers - stranger_base, 0)
    assume(well_posed(left) and well_posed(stranger_left))
    for scores, expected, asking, asking_met in (
        (model.score(ALL_USERS), base, left, met),
        (model.score_histories(histories(strangers)), stranger_base, stranger_left, stranger_met),
    ):
        sums, weights = reference(model_class, left, asking, met, asking_met)
        average = np.divide(sums, weights + damping, out=np.zeros_like(sums), where=weights + damping > 0)
        assert scores == pytest.approx(expected + average, abs=1e-3)
    assert model.predict(*PAIRS) == pytest.approx(np.clip(model.score(ALL_USERS), 1, 5).ravel(), abs=1e-5)


def test_the_history_is_all_that_itemknn_knows_of_a_person():
    data = worlds.planted_ratings(np.random.default_rng(0), 30, 20).dataset
    everybody, known = np.arange(30, dtype=np.int32), Histories.from_interactions(data.interactions)
    for objective in ("ranking", "rating"):
        model = fitted(ItemKNN, data, objective=objective)
        assert model.score_histories(known) == pytest.approx(model.score(everybody), abs=1e-5)


@both_models
def test_each_camp_is_shown_its_own(model_class: type[Neighbours]):
    """Two camps share no item, so the other camp's items score nothing at all."""
    table = np.kron(np.eye(2), np.ones((4, 4))).astype(np.float32)
    table[[0, 5], [1, 6]] = 0
    scores = fitted(model_class, world(table)).score(np.array([0, 5], dtype=np.int32))
    assert scores[0, 1] > 0
    assert scores[1, 6] > 0
    assert not scores[0, 4:].any()
    assert not scores[1, :4].any()


def test_ratings_follow_the_nearest():
    """People 0 to 3 agree on items 0 and 1, 4 to 7 hold the opposite view; who loved item 0 will love item 1."""
    table = np.repeat([[5, 5, 3], [1, 1, 3]], 4, axis=0).astype(np.float32)
    table[0, 1] = table[4, 1] = 0
    for model_class in (ItemKNN, UserKNN):
        model = fitted(model_class, world(table), objective="rating", damping=0.0)
        loved, hated = model.predict(np.array([0, 4], dtype=np.int32), np.array([1, 1], dtype=np.int32))
        assert loved > 4
        assert hated < 2


@both_models
def test_fewer_neighbours_speak_when_fewer_are_kept(model_class: type[Neighbours]):
    data = worlds.planted_ratings(np.random.default_rng(0), 30, 20).dataset
    few, many = (fitted(model_class, data, neighbours=n) for n in (2, 15))
    assert np.diff(few.similarity.indptr).max() == 2
    assert np.diff(many.similarity.indptr).max() == 15


@both_models
@pytest.mark.parametrize("setting", [{"asymmetry": 0.1}, {"discount": 1.0}, {"shrinkage": 50.0}], ids=str)
def test_every_setting_reaches_the_similarities(model_class: type[Neighbours], setting: dict[str, float]):
    data = worlds.planted_ratings(np.random.default_rng(0), 30, 20).dataset
    plain, changed = fitted(model_class, data, **PLAIN), fitted(model_class, data, **(PLAIN | setting))
    assert not np.allclose(plain.similarity.toarray(), changed.similarity.toarray())


@both_models
def test_popular_things_say_no_less_of_a_rating(model_class: type[Neighbours]):
    data = worlds.planted_ratings(np.random.default_rng(0), 30, 20).dataset
    plain, discounted = (fitted(model_class, data, objective="rating", discount=discount) for discount in (0.0, 1.0))
    assert np.array_equal(plain.score(ALL_USERS), discounted.score(ALL_USERS))


@both_models
@both_objectives
def test_a_file_of_the_other_objective_is_refused(model_class: type[Neighbours], objective: str, tmp_path: Path):
    other = {"ranking": "rating", "rating": "ranking"}[objective]
    fitted(model_class, worlds.golden(), objective=objective).save(tmp_path)
    text = (tmp_path / "model.json").read_text()
    (tmp_path / "model.json").write_text(text.replace(objective, other))
    with pytest.raises(ModelError, match=r"the saved model\."):
        model_class.load(tmp_path)


@both_models
@both_objectives
@pytest.mark.parametrize("name", ["events.indptr", "similarity.indices"])
def test_a_file_with_rows_out_of_bounds_is_refused(
    model_class: type[Neighbours], objective: str, name: str, tmp_path: Path
):
    fitted(model_class, worlds.golden(), objective=objective).save(tmp_path)
    arrays = load_file(str(tmp_path / "model.safetensors"))
    arrays[name][-1] += 1000
    save_file(arrays, str(tmp_path / "model.safetensors"))
    with pytest.raises(ModelError, match="are not a sparse matrix of"):
        model_class.load(tmp_path)


@both_models
def test_stop_ends_the_search(model_class: type[Neighbours], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cosine, "ROWS_AT_ONCE", 1)
    questions = iter([False, False, True])
    model = model_class()
    with pytest.raises(Cancelled):
        model.fit(worlds.golden(), FitContext(cancel=lambda: next(questions)))
    assert not model.is_fitted


@both_models
def test_what_does_not_fit_into_memory_is_refused_in_words(
    model_class: type[Neighbours], monkeypatch: pytest.MonkeyPatch
):
    data = worlds.golden(feedback=Feedback.IMPLICIT)
    needed = model_class().memory(data)
    monkeypatch.setattr("psutil.virtual_memory", lambda: type("Free", (), {"available": needed - 1}))
    with pytest.raises(ModelError, match="Choose fewer neighbours") as caught:
        model_class().fit(data)
    assert caught.value.code == "too-large"


def test_of_many_people_as_many_as_allowed_are_searched():
    table = (np.random.default_rng(0).random((230, 12)) < 0.4).astype(np.float32)
    table[:, 0] = 1
    model = fitted(UserKNN, world(table), searched=100, neighbours=230)
    searched = np.arange(100) * 230 // 100
    assert set(model.similarity.indices) == set(searched)
    everybody = fitted(UserKNN, world(table), neighbours=230, discount=0.0)
    few = fitted(UserKNN, world(table), searched=100, neighbours=230, discount=0.0)
    assert np.allclose(few.similarity.toarray()[:, searched], everybody.similarity.toarray()[:, searched])
    stranger = histories(table[:3])
    assert np.isin(few._people.nearest(stranger.matrix(), 230).indices, searched).all()
