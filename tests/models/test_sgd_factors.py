"""MF and BPR: steps against autograd, worlds with known answers, resuming, and people the models never met."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models import sgd_factors
from recsys_core.models.bpr import BPR, knows
from recsys_core.models.mf import MF
from recsys_core.ranking import hide
from recsys_core.training import loop, sgd
from recsys_core.training.compiled import draw_below, seeded
from recsys_core.training.context import FitContext
from tests import worlds

SMALL = {"embedding_size": 8, "learning_rate": 0.05}
RATE, PULL = 0.07, 0.03
every_model = pytest.mark.parametrize("model_class", [MF, BPR], ids=lambda model: model.info.key)


def build(model_class, **settings):
    return model_class(model_class.Config(**(SMALL | settings)))


def task_of(model_class, dataset, *, frozen=False, seed=5, **settings):
    """A task with random arrays, and the arrays as tensors that want gradients."""
    rng, events = np.random.default_rng(1), dataset.interactions
    shapes = {
        "offset": (1,),
        "user_bias": (events.n_users,),
        "item_bias": (events.n_items,),
        "user_factors": (events.n_users, 5),
        "item_factors": (events.n_items, 5),
    }
    arrays = {name: rng.standard_normal(shape, dtype=np.float32) for name, shape in shapes.items()}
    model = build(model_class, learning_rate=RATE, regularisation=PULL, **settings)
    task = model._task(arrays, events, seed, frozen)
    return task, {name: torch.tensor(array, dtype=torch.float64, requires_grad=True) for name, array in arrays.items()}


def descend(tensors, loss, touched, frozen):
    """A step down the loss plus half the pull times the squares of what is touched: (name, row) pairs."""
    touched = [(name, row) for name, row in touched if not frozen or name.startswith("user")]
    penalty = sum(tensors[name][row].square().sum() for name, row in touched)
    names = {name for name, _ in touched}
    gradients = torch.autograd.grad(loss + PULL / 2 * penalty, [tensors[name] for name in sorted(names)])
    with torch.no_grad():
        for name, gradient in zip(sorted(names), gradients, strict=True):
            tensors[name] -= RATE * gradient


def output(tensors, user, item):
    product = tensors["user_factors"][user] @ tensors["item_factors"][item]
    return tensors["offset"][0] + tensors["user_bias"][user] + tensors["item_bias"][item] + product


def assert_same(arrays, tensors):
    for name, array in arrays.items():
        assert array == pytest.approx(tensors[name].detach().numpy(), abs=2e-5), name


every_freeze = pytest.mark.parametrize("frozen", [False, True], ids=["all learn", "people learn"])


@every_freeze
def test_steps_of_mf_are_gradient_steps(frozen):
    dataset, random = worlds.golden(), seeded(5)
    task, tensors = task_of(MF, dataset, frozen=frozen, negatives=3)
    rows, losses = np.array([4, 0, 11]), []
    for row in rows:
        user, known = int(dataset.interactions.users[row]), int(dataset.interactions.items[row])
        for sign, item in [(1, known)] + [(-1, int(draw_below(6, random))) for _ in range(3)]:
            loss = F.softplus(-sign * output(tensors, user, item))
            losses.append(loss.item())
            touched = [("offset", 0), ("user_bias", user), ("item_bias", item)]
            descend(tensors, loss, [*touched, ("user_factors", user), ("item_factors", item)], frozen)
    assert task.learn(rows) == pytest.approx(sum(losses), rel=1e-5)
    assert_same(task.arrays, tensors)


@every_freeze
def test_steps_of_bpr_are_gradient_steps_against_the_best_ranked_unknown_candidate(frozen):
    dataset, random = worlds.golden(), seeded(8)
    task, tensors = task_of(BPR, dataset, frozen=frozen, seed=8, candidates=4)
    rows, losses, places = np.array([6, 2, 10, 6, 12, 9, 6, 4, 6]), [], set()
    for row in rows:
        user, known = int(dataset.interactions.users[row]), int(dataset.interactions.items[row])
        history = set(dataset.interactions.items[dataset.interactions.users == user].tolist())
        drawn = [item for item in (int(draw_below(6, random)) for _ in range(4)) if item not in history]
        if not drawn:
            continue
        other = max(drawn, key=lambda item: output(tensors, user, item).item())
        places.add(drawn.index(other))
        loss = F.softplus(output(tensors, user, other) - output(tensors, user, known))
        losses.append(loss.item())
        touched = [(name, item) for name in ("item_bias", "item_factors") for item in (known, other)]
        descend(tensors, loss, [*touched, ("user_factors", user)], frozen)
    assert len(places) > 2  # the best ranked was not always the first
    assert task.learn(rows) == pytest.approx(sum(losses), rel=1e-5)
    assert_same(task.arrays, tensors)


def test_who_knows_everything_teaches_bpr_nothing():
    task, tensors = task_of(BPR, worlds.dataset([(0, item, 5.0, 0) for item in range(4)], 1, 4))
    assert task.learn(np.arange(4)) == 0
    assert_same(task.arrays, tensors)


def test_membership_is_that_of_a_set():
    rng = np.random.default_rng(0)
    for size in range(8):
        history = np.sort(rng.choice(12, size, replace=False)).astype(np.int32)
        assert [knows(history, item) for item in range(12)] == [item in history for item in range(12)]


@every_model
@pytest.mark.parametrize(("schedule", "shares"), [("falling", [1, 0.75, 0.5, 0.25]), ("constant", [1, 1, 1, 1])])
def test_steps_shrink_over_the_epochs_if_they_are_to(model_class, schedule, shares):
    task, _ = task_of(model_class, worlds.golden(), epochs=4, schedule=schedule)
    rates = []
    for _ in range(4):
        task.train_epoch(lambda fraction: None)
        rates.append(task.rate)
    assert rates == pytest.approx([RATE * share for share in shares])


def unknown_first(scores, camps):
    """The share of people whose best unknown item is the withheld one of their camp."""
    best = hide(scores, Histories.from_interactions(camps.dataset.interactions)).argmax(axis=1)
    return (best == camps.items).mean()


@every_model
def test_two_camps_are_understood(model_class):
    camps = worlds.two_camps(40)
    model = build(model_class, epochs=60).fit(camps.dataset)
    assert unknown_first(model.score(camps.users), camps) == 1.0  # measured: 1.0


@every_model
def test_people_told_of_later_are_understood_as_those_trained_with(model_class):
    camps = worlds.two_camps(40)
    model = build(model_class, epochs=60).fit(camps.dataset)
    histories = Histories.from_interactions(camps.dataset.interactions)
    assert unknown_first(model.score_histories(histories), camps) == 1.0
    short = model.score_histories(Histories.of([([0, 2], [1.0, 1.0]), ([1], [1.0])], 20))
    even = np.arange(20) % 2 == 0
    assert short[0, even].mean() > short[0, ~even].mean()
    assert short[1, ~even].mean() > short[1, even].mean()


@every_model
def test_somebody_without_a_history_is_the_mean_person(model_class):
    model = build(model_class, epochs=20).fit(worlds.popularity_ladder())
    biases, vectors = model.fold_in(Histories.of([([], [])], 8))
    assert biases[0] == pytest.approx(model.user_bias.mean())
    assert vectors[0] == pytest.approx(model.user_factors.mean(axis=0))


@every_model
def test_people_without_events_have_no_part_in_the_mean_person(model_class):
    rows = [(0, 1, 4.0, 0), (0, 2, 4.0, 1), (2, 1, 3.0, 2), (2, 3, 3.0, 3)]
    model = build(model_class, epochs=3).fit(worlds.dataset(rows, 9, 5))
    biases, vectors = model.fold_in(Histories.of([([], [])], 5))
    assert biases[0] == pytest.approx(model.user_bias[[0, 2]].mean())
    assert vectors[0] == pytest.approx(model.user_factors[[0, 2]].mean(axis=0))


@every_model
def test_nobodys_vector_depends_on_who_else_is_asked_about(model_class):
    model = build(model_class, epochs=5).fit(worlds.golden())
    histories = Histories.of([([3, 1], [1.0, 1.0]), ([], []), ([5, 0, 2], [1.0] * 3), ([3, 1], [1.0, 1.0])], 6)
    biases, vectors = model.fold_in(histories)
    for row in range(4):
        bias, vector = model.fold_in(histories.take(np.array([row])))
        assert np.array_equal(bias, biases[[row]])
        assert np.array_equal(vector, vectors[[row]])
    assert np.array_equal(vectors[0], vectors[3])


@every_model
def test_people_without_events_get_the_scores_of_the_items_alone(model_class):
    model = build(model_class, epochs=3).fit(worlds.dataset([(0, 1, 4.0, 0), (0, 2, 4.0, 1)], 2, 4))
    assert np.array_equal(model.score(np.array([1], dtype=np.int32))[0], model.item_bias + model.offset)


@every_model
def test_a_resumed_training_ends_in_the_same_bits(model_class, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    checkpoints, dataset = [], worlds.two_camps(20).dataset
    context = FitContext(seed=3, save_checkpoint=checkpoints.append)
    whole = build(model_class, epochs=6).fit(dataset, context)
    resumed = build(model_class, epochs=6).fit(dataset, FitContext(seed=3, start_from=checkpoints[1]))
    for name, array in whole.arrays().items():
        assert np.array_equal(resumed.arrays()[name], array), name


@every_model
def test_a_loss_that_explodes_ends_the_training_in_words(model_class, monkeypatch):
    monkeypatch.setattr(sgd_factors, "START", np.float32(1e25))  # products beyond float32
    model = build(model_class, learning_rate=1.0)
    with pytest.raises(ModelError, match=r"loss is not a number any more.*Lower the learning rate"):
        model.fit(worlds.two_camps(20).dataset)
    assert not model.is_fitted


@pytest.mark.parametrize("model_class", [MF, BPR], ids=lambda model: model.info.key)
def test_much_data_is_learned_block_by_block_from_parts_of_the_catalogue(model_class, monkeypatch):
    """Both change which samples stand beside one another, not what is learned: the camps are still told apart."""
    monkeypatch.setattr(sgd, "MOST_ROWS", 64)
    monkeypatch.setattr(sgd, "BLOCK", 48)
    monkeypatch.setattr(sgd_factors, "MOST_ROWS", 64)
    monkeypatch.setattr(sgd_factors, "POOL", 5)
    camps = worlds.two_camps(40)
    model = build(model_class, epochs=40).fit(camps.dataset, FitContext(seed=1))
    scores = hide(model.score(camps.users), Histories.from_interactions(camps.dataset.interactions))
    assert np.mean(scores.argmax(1) == camps.items) >= 0.95


def test_a_pool_holds_any_item_of_a_large_catalogue_and_a_small_one_is_drawn_from_whole():
    rng = np.random.default_rng(0)
    rows = [(0, int(item), 1.0, 0) for item in rng.choice(6000, 50, replace=False)]
    task, _ = task_of(MF, worlds.dataset(rows, 1, 6000))
    pools = [task.pool() for _ in range(8)]
    assert {len(pool) for pool in pools} == {sgd_factors.POOL}
    met = np.unique(np.concatenate(pools))
    assert (met.min() < 60, met.max() >= 5940, len(met) > 5900) == (True, True, True)
    frozen, _ = task_of(MF, worlds.dataset(rows, 1, 6000), frozen=True)
    assert np.array_equal(frozen.pool(), np.arange(6000))
    few, _ = task_of(MF, worlds.golden())
    assert np.array_equal(few.pool(), np.arange(6))
