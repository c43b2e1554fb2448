"""Implicit ALS beside the papers' equations written out over all pairs, and what must hold of any training."""

import time

import numpy as np
import pytest
import torch

from recsys_core.data.interactions import Histories
from recsys_core.evaluation import validator
from recsys_core.models import als_solver
from recsys_core.models.als import ALS, ALSConfig
from recsys_core.models.warm_starts import warm_start
from recsys_core.splitting import SplitRecipe, split
from recsys_core.training import loop
from recsys_core.training.context import Cancelled, FitContext
from recsys_core.types import Feedback
from tests import worlds

N_USERS, N_ITEMS = 30, 20
# With no more numbers in a vector than steps, conjugate gradients are exact.
EXACT = {"embedding_size": 3, "regularisation": 0.05, "unobserved_weight": 0.2, "frequency_exponent": 0.7}


def plays(seed=3):
    """Play counts; some pairs come twice, the last person and the last item have no events."""
    rng = np.random.default_rng(seed)
    rows = [
        (int(rng.integers(N_USERS - 1)), int(rng.integers(N_ITEMS - 1)), float(rng.integers(1, 9)), 0)
        for _ in range(150)
    ]
    return worlds.dataset([*rows, rows[0], rows[1]], N_USERS, N_ITEMS, feedback=Feedback.IMPLICIT)


def fitted(epochs=4, dataset=None, **settings):
    config = ALSConfig.parse({**EXACT, "epochs": epochs, **settings})
    return ALS(config).fit(dataset or plays(), FitContext(seed=1))


def dense_weights(dataset, value_weight=0.0):
    """(U, I), float64; an event weighs 1 + a log(1 + r)."""
    weights = np.zeros((dataset.n_users, dataset.n_items))
    events = dataset.interactions
    for user, item, value in zip(events.users, events.items, events.values, strict=True):
        weights[user, item] += 1 + value_weight * np.log(1 + value)
    return weights


def pulls(weights, config):
    frequencies = weights.sum(1) + config.unobserved_weight * weights.shape[1]
    return config.regularisation * frequencies**config.frequency_exponent


def dense_solutions(weights, others, config):
    """The best row for each row of the weights, by the normal equations over all columns."""
    solutions = []
    for row, pull in zip(weights, pulls(weights, config), strict=True):
        matrix = (others.T * (row + config.unobserved_weight)) @ others + pull * np.eye(others.shape[1])
        solutions.append(np.linalg.solve(matrix, others.T @ row))
    return np.array(solutions)


def dense_objective(model, weights):
    users, items, config = model.user_vectors().astype(float), model.item_vectors().astype(float), model.config
    scores = users @ items.T
    total = (weights * (1 - scores) ** 2).sum() + config.unobserved_weight * (scores**2).sum()
    total += pulls(weights, config) @ (users**2).sum(1) + pulls(weights.T, config) @ (items**2).sum(1)
    return total / weights.sum()


@pytest.mark.parametrize("value_weight", [0.0, 2.0])
def test_people_are_the_solution_given_the_items(value_weight):
    model = fitted(value_weight=value_weight)
    weights = dense_weights(plays(), value_weight)
    assert np.abs(model.user_vectors()).max() > 0.1
    wanted = dense_solutions(weights, model.item_vectors().astype(float), model.config)
    assert model.user_vectors() == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("value_weight", [0.0, 2.0])
def test_items_are_the_solution_given_the_people_of_the_epoch_before(value_weight):
    before, after = fitted(2, value_weight=value_weight), fitted(3, value_weight=value_weight)
    weights = dense_weights(plays(), value_weight)
    wanted = dense_solutions(weights.T, before.user_vectors().astype(float), before.config)
    assert after.item_vectors() == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("settings", [{}, {"embedding_size": 12}, {"value_weight": 2.0}], ids=str)
def test_the_loss_is_the_objective_over_all_pairs(settings):
    for epochs in (1, 3):
        model = fitted(epochs, **settings)
        loss = model.training.history[-1].losses["weighted squared error"]
        weights = dense_weights(plays(), model.config.value_weight)
        assert loss == pytest.approx(dense_objective(model, weights), rel=1e-4)


def test_the_loss_never_rises():
    history = fitted(20, embedding_size=12).training.history
    losses = [event.losses["weighted squared error"] for event in history]
    assert all(later <= earlier + 1e-6 for earlier, later in zip(losses, losses[1:], strict=False))
    assert losses[-1] < 0.9 * losses[0]


def test_without_a_weight_for_values_only_the_meeting_counts():
    dataset = plays()
    louder = worlds.dataset(
        [
            (int(user), int(item), 9.0 * float(value), 0)
            for user, item, value in zip(
                dataset.interactions.users, dataset.interactions.items, dataset.interactions.values, strict=True
            )
        ],
        N_USERS,
        N_ITEMS,
        feedback=Feedback.IMPLICIT,
    )
    assert np.array_equal(fitted(dataset=louder).user_vectors(), fitted().user_vectors())
    assert not np.allclose(fitted(dataset=louder, value_weight=1.0).user_vectors(), fitted().user_vectors())


def test_the_camps_are_understood():
    camps = worlds.two_camps(40)
    model = ALS(ALSConfig(embedding_size=2)).fit(camps.dataset)
    scores = model.score(camps.users)
    events = camps.dataset.interactions
    scores[events.users, events.items] = -np.inf
    assert np.array_equal(scores.argmax(1), camps.items)


def test_whoever_has_no_events_stays_at_zero():
    model = fitted(embedding_size=12)
    assert not model.user_vectors()[-1].any()
    assert not model.item_vectors()[-1].any()
    assert not model.score_histories(Histories.of([([], [])], N_ITEMS)).any()


@pytest.mark.parametrize("size", [3, 12, 40])
def test_folding_in_is_the_exact_solution(size):
    model = fitted(embedding_size=size, value_weight=1.0)
    rows = [([3, 1, 3], [5.0, 2.0, 1.0]), (list(range(N_ITEMS)), [4.0] * N_ITEMS), ([7], [1.0])]
    weights = np.zeros((3, N_ITEMS))
    for person, (items, values) in enumerate(rows):
        np.add.at(weights[person], items, 1 + np.log1p(values))
    wanted = dense_solutions(weights, model.item_vectors().astype(float), model.config)
    assert model.fold_in(Histories.of(rows, N_ITEMS))[1] == pytest.approx(wanted, abs=1e-4)


def test_folding_in_what_was_trained_on_gives_the_trained_people():
    model = fitted()
    histories = Histories.from_interactions(plays().interactions)
    assert model.score_histories(histories) == pytest.approx(model.score(np.arange(N_USERS, dtype=np.int32)), abs=1e-5)


def joint(n_users: int, n_items: int):
    """Two catalogues, half of the items each; nobody met items of both, and the last item has no events."""
    rng, half = np.random.default_rng(0), n_items // 2
    taste = np.minimum(rng.exponential(half / 10, (n_users - 1, 5)), half - 2).astype(int)
    rows = [(user, user % 2 * half + int(item), 1.0, 0) for user in range(n_users - 1) for item in set(taste[user])]
    return worlds.dataset(rows, n_users, n_items, feedback=Feedback.IMPLICIT)


@pytest.mark.parametrize("regularisation", [0.35, 5.0, 100.0])
def test_vectors_that_are_pulled_to_nothing_stay_numbers(regularisation):
    """A strong pull makes vectors a fraction of what they were in each epoch, until their squares round to zero."""
    model = ALS(ALSConfig(embedding_size=8, regularisation=regularisation)).fit(joint(300, 3000), FitContext(seed=1))
    everybody = Histories.of([([item], [1.0]) for item in range(3000)] + [([], []), ([7, 1600], [1.0, 1.0])], 3000)
    for start in range(0, len(everybody), 1000):
        rows = np.arange(start, min(start + 1000, len(everybody)))
        assert np.isfinite(model.score_histories(everybody.take(rows))).all()
    assert np.isfinite(model.score(np.arange(300, dtype=np.int32))).all()


def test_what_was_known_and_has_no_events_any_more_stays():
    """The first person and the first item, after a training without their events that goes on from one with them."""
    before, events = fitted(), plays().interactions
    left = plays().with_interactions(events.take((events.users != 0) & (events.items != 0)))
    assert before.user_vectors()[0].any()
    weights = {name: one.tensor for name, one in before.training.learned.items()}
    warm = warm_start(before, weights, plays(), left, {})
    after = ALS(before.config).fit(left, FitContext(seed=2, warm=warm))
    assert np.array_equal(after.user_vectors()[0], before.user_vectors()[0])
    assert np.array_equal(after.item_vectors()[0], before.item_vectors()[0])
    assert not np.allclose(after.user_vectors()[1], before.user_vectors()[1])


def test_strangers_can_be_asked_about_while_it_learns():
    made = split(worlds.two_camps(20).dataset, SplitRecipe(key="user-folds"))
    model = ALS(ALSConfig(embedding_size=2, epochs=3))
    model.fit(made.train, FitContext(validate=validator(made, model)))
    assert all(event.validation is not None for event in model.training.history)


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr(als_solver, "WORK_AT_ONCE", 100)


@pytest.fixture
def threads():
    """Any number of threads may be set; afterwards it is as before."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def test_neither_parts_nor_threads_change_a_bit(monkeypatch, threads):
    threads(1)
    whole = fitted(embedding_size=12)
    monkeypatch.setattr(als_solver, "WORK_AT_ONCE", 100)
    for n in (1, 3):
        threads(n)
        parts = fitted(embedding_size=12)
        assert np.array_equal(parts.user_vectors(), whole.user_vectors())
        assert np.array_equal(parts.item_vectors(), whole.item_vectors())


@pytest.mark.usefixtures("small_parts")
def test_cancel_in_the_first_batch_leaves_no_model():
    asked = []
    model = ALS(ALSConfig(**EXACT))
    with pytest.raises(Cancelled):
        model.fit(plays(), FitContext(cancel=lambda: asked.append(1) or len(asked) == 2))
    assert len(asked) == 2
    assert not model.is_fitted


@pytest.mark.usefixtures("small_parts")
def test_a_cancelled_training_does_not_finish_the_round_first(monkeypatch, threads):
    solved = []

    def slowly(first, last, *rest):
        time.sleep(0.01)
        return solved.append(first) or 0.0

    monkeypatch.setattr(als_solver, "solve_rows", slowly)
    threads(2)
    with pytest.raises(Cancelled):
        ALS(ALSConfig(**EXACT)).fit(plays(), FitContext(cancel=lambda: bool(solved)))
    assert 1 <= len(solved) < 6


def test_a_resumed_training_ends_in_the_same_bits(monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0)
    checkpoints = []
    config = ALSConfig(embedding_size=12, epochs=5)
    whole = ALS(config).fit(plays(), FitContext(seed=1, save_checkpoint=checkpoints.append))
    resumed = ALS(config).fit(plays(), FitContext(seed=1, start_from=checkpoints[1]))
    assert np.array_equal(resumed.user_vectors(), whole.user_vectors())
    assert np.array_equal(resumed.item_vectors(), whole.item_vectors())
