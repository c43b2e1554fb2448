import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models import ease, ease_solvers
from recsys_core.models.ease import EASE, EASEConfig
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.types import Feedback
from tests import worlds

PAPER = EASEConfig.paper | {"regularisation": 3.0}
N_USERS, N_ITEMS = 30, 12
EVERYBODY = np.arange(N_USERS, dtype=np.int32)


def random_world(n_users: int = N_USERS, n_items: int = N_ITEMS, share: float = 0.4) -> Dataset:
    """Random pairs; low items are met more often. The last person met nothing, nobody met the last item."""
    rng = np.random.default_rng(3)
    met = rng.random((n_users, n_items)) < share * np.linspace(1.8, 0.2, n_items)
    met[-1], met[:, -1] = False, False
    rows = [(int(user), int(item), 1.0, 0) for user, item in np.argwhere(met)]
    return worlds.dataset(rows, n_users, n_items, feedback=Feedback.IMPLICIT)


def fit(dataset: Dataset, **settings: Any) -> EASE:
    return EASE(EASEConfig(**settings)).fit(dataset)


def dense(dataset: Dataset) -> np.ndarray:
    return (dataset.interactions.matrix().toarray() > 0).astype(float)


def by_ridge(z: np.ndarray, regularisation: float) -> np.ndarray:
    """B column by column: each item regressed on all others."""
    weights = np.zeros((z.shape[1], z.shape[1]))
    for item in range(z.shape[1]):
        others = np.delete(np.arange(z.shape[1]), item)
        ridge = Ridge(alpha=regularisation, fit_intercept=False).fit(z[:, others], z[:, item])
        weights[others, item] = ridge.coef_
    return weights


def test_the_paper_s_scores_are_ridge_regressions_of_each_item_on_the_others():
    x = dense(random_world())
    scores = fit(random_world(), **PAPER).score(EVERYBODY)
    assert scores == pytest.approx(x @ by_ridge(x, 3.0), abs=1e-5)


def normalised_by_hand(x: np.ndarray, user_power: float, item_power: float) -> tuple[np.ndarray, np.ndarray]:
    columns = np.maximum(x.sum(axis=0), 1) ** -item_power
    z = x * np.maximum(x.sum(axis=1), 1)[:, None] ** -user_power * columns
    return z * np.sqrt(x.sum() / (z**2).sum()), columns


@pytest.mark.parametrize(("user_power", "item_power"), [(0.3, 0.15), (0.5, 0.0), (0.0, 0.5)])
def test_normalised_rows_and_columns_are_learned_and_answered_as_the_formula_says(user_power: float, item_power: float):
    x = dense(random_world())
    z, columns = normalised_by_hand(x, user_power, item_power)
    model = fit(random_world(), regularisation=4, user_normalisation=user_power, item_normalisation=item_power)
    assert model.score(EVERYBODY) == pytest.approx((x * columns) @ by_ridge(z, 4.0), abs=1e-5)


def scattered(dataset: Dataset, places: np.ndarray, n_items: int) -> Dataset:
    """The same events in a larger catalogue, in which the items have these positions."""
    events = dataset.interactions
    pairs = zip(events.users, places[events.items], strict=True)
    rows = [(int(user), int(item), 1.0, 0) for user, item in pairs]
    return worlds.dataset(rows, dataset.n_users, n_items, feedback=Feedback.IMPLICIT)


@pytest.mark.parametrize("first", [0, 1, 40])
def test_items_that_nobody_met_take_no_part(first: int):
    """Wherever they stand, the others score as if these did not exist, and they themselves score 0."""
    alone, n_items = random_world(n_items=40), 90
    places = first + np.sort(np.random.default_rng(first).permutation(n_items - first)[:40])
    scores = fit(scattered(alone, places, n_items), regularisation=3).score(EVERYBODY)
    assert np.array_equal(scores[:, places], fit(alone, regularisation=3).score(EVERYBODY))
    assert not np.delete(scores, places, axis=1).any()


def test_repeats_and_values_of_events_do_not_matter():
    events = random_world().interactions
    rows = [(int(user), int(item), 1.0, 0) for user, item in zip(events.users, events.items, strict=True)]
    rated = [(user, item, 1.0 + item % 5, 0) for user, item, _, _ in rows] + [(*rows[0][:2], 5.0, 0)] * 3
    model = fit(worlds.dataset(rated, N_USERS, N_ITEMS), **PAPER)
    assert np.array_equal(model.score(EVERYBODY), fit(random_world(), **PAPER).score(EVERYBODY))


@pytest.mark.parametrize("solver", ["exact", "truncated"])
def test_a_stranger_with_somebodys_history_gets_their_scores(solver: str):
    dataset = random_world()
    model = fit(dataset, regularisation=3, solver=solver, rank=5)
    strangers = Histories.from_interactions(dataset.interactions)
    repeated = Histories.of([(list(map(int, items)) * 2, [3.0] * 2 * len(items)) for items, _ in _rows(strangers)], 12)
    for histories in (strangers, repeated):
        assert np.array_equal(model.score_histories(histories), model.score(EVERYBODY))


def _rows(histories: Histories) -> list[tuple[np.ndarray, np.ndarray]]:
    return [histories.row(person) for person in range(len(histories))]


@pytest.mark.parametrize("solver", ["exact", "truncated"])
def test_a_withheld_item_of_the_camp_is_the_first_unknown_one(solver: str):
    camps = worlds.two_camps(40)
    scores = fit(camps.dataset, regularisation=10, solver=solver, rank=4).score(camps.users)
    scores[dense(camps.dataset) > 0] = -np.inf
    assert np.array_equal(scores.argmax(axis=1), camps.items)


def test_truncation_that_keeps_everything_is_exact():
    exact = fit(random_world(), regularisation=3, solver="exact")
    truncated = fit(random_world(), regularisation=3, solver="truncated", rank=4096)
    assert truncated.score(EVERYBODY) == pytest.approx(exact.score(EVERYBODY), abs=1e-4)


def test_truncation_keeps_the_largest_eigenvalues_and_an_empty_diagonal():
    """Against a dense eigendecomposition of a matrix whose third eigenvalue is far below its second."""
    camps = worlds.two_camps(60)
    z, columns = normalised_by_hand(dense(camps.dataset), 0.3, 0.15)
    eigenvalues, vectors = np.linalg.eigh(z.T @ z)
    assert eigenvalues[-2] > 10 * eigenvalues[-3]
    eigenvalues, vectors = eigenvalues[-2:], vectors[:, -2:]
    kept = vectors @ np.diag(eigenvalues / (eigenvalues + 5)) @ vectors.T
    weights = kept / (1 - np.diag(kept))
    np.fill_diagonal(weights, 0)
    model = fit(camps.dataset, regularisation=5, solver="truncated", rank=2)
    people = np.arange(60, dtype=np.int32)
    wanted = (dense(camps.dataset) * columns) @ weights
    assert model.score(people) == pytest.approx(wanted, abs=1e-4)
    assert model.score(people, np.array([7, 0, 7], dtype=np.int32)) == pytest.approx(wanted[:, [7, 0, 7]], abs=1e-4)


def test_truncation_sums_over_people_whatever_their_chunks(monkeypatch: pytest.MonkeyPatch):
    whole = fit(random_world(), regularisation=3, solver="truncated", rank=4).score(EVERYBODY)
    monkeypatch.setattr(ease_solvers, "CHUNK", 28)  # seven people at a time, two in the last part
    assert fit(random_world(), regularisation=3, solver="truncated", rank=4).score(EVERYBODY) == pytest.approx(
        whole, abs=1e-5
    )


def test_truncation_gives_the_same_bits_for_the_same_seed():
    config = EASEConfig(regularisation=3, solver="truncated", rank=4)
    first, second = (EASE(config).fit(random_world(), FitContext(seed=5)) for _ in range(2))
    assert np.array_equal(first.score(EVERYBODY), second.score(EVERYBODY))


def test_auto_is_exact_until_the_catalogue_is_large(monkeypatch: pytest.MonkeyPatch):
    assert "decoder" not in fit(random_world()).arrays()
    monkeypatch.setattr(ease, "EXACT_ITEMS", N_ITEMS - 1)
    assert fit(random_world(), rank=3).arrays()["decoder"].shape == (N_ITEMS, 3)
    assert "decoder" not in fit(random_world(), solver="exact").arrays()


def test_a_saved_truncated_model_answers_as_before(tmp_path: Path):
    model = fit(random_world(), solver="truncated", rank=3)
    model.save(tmp_path)
    assert np.array_equal(EASE.load(tmp_path).score(EVERYBODY), model.score(EVERYBODY))


def test_equations_without_a_stable_solution_are_an_error_in_words():
    with pytest.raises(ModelError, match="regularisation is too small.*Raise the regularisation"):
        ease_solvers.invert(np.full((3, 3), 1e9, dtype=np.float32) + np.eye(3, dtype=np.float32))


def test_the_inverse_is_whole_and_in_the_same_memory():
    x = dense(random_world())
    matrix = (x.T @ x + 2 * np.eye(N_ITEMS)).astype(np.float32)
    upper = np.triu(matrix)
    ease_solvers.invert(upper)
    assert upper == pytest.approx(np.linalg.inv(matrix), abs=1e-5)


def test_somebody_can_stop_the_truncated_solver():
    with pytest.raises(Cancelled):
        ease_solvers.truncated(csr_array(np.eye(3, dtype=np.float32)), 1.0, 2, 0, lambda: True)


@pytest.mark.parametrize("solver", ["exact", "truncated"])
def test_no_more_memory_is_taken_than_was_announced(solver: str):
    dataset = random_world(500, 600, 0.05)
    model = EASE(EASEConfig(solver=solver, rank=100))
    model.fit(dataset)  # compiled before the measurement
    tracemalloc.start()
    model.fit(dataset)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 600 * 100 * 4 * 2 < peak <= model.memory(dataset)
