"""LightGCN: its steps against the paper's loss, worlds with known answers, and people whom it never met."""

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array

from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models import light_gcn_task
from recsys_core.models.light_gcn import LightGCN
from recsys_core.models.light_gcn_task import BPRTask, LayerZero, SoftmaxTask, ridge
from recsys_core.ranking import hide
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from tests import worlds

SMALL = {"embedding_size": 8, "layers": 3, "epochs": 20, "learning_rate": 0.1, "regularisation": 1e-3}
N_USERS, N_ITEMS = 9, 7
every_loss = pytest.mark.parametrize("loss", ["softmax", "bpr"])


def build(**settings):
    return LightGCN(LightGCN.Config(**(SMALL | settings)))


def pairs():
    """Who met what, (9, 7). Person 4 met nothing, nobody met item 6."""
    met = np.random.default_rng(0).random((N_USERS, N_ITEMS)) < 0.5
    met[4], met[:, 6] = False, False
    return met


def task_of(loss, **settings):
    known = csr_array(pairs().astype(np.float32))
    known.sort_indices()
    config = LightGCN.Config(**(SMALL | {"loss": loss, "batch_size": 10} | settings))
    task = BPRTask if loss == "bpr" else SoftmaxTask
    net = LayerZero(N_USERS + N_ITEMS, 8, torch.Generator().manual_seed(1))
    return task(net, known, torch.Generator().manual_seed(2), config)


def dense_layers(task):
    """The matrix by which layer 0 becomes the mean of the layers 0 to 3, in double precision."""
    met = torch.from_numpy(pairs()).double()
    links = torch.zeros(N_USERS + N_ITEMS, N_USERS + N_ITEMS, dtype=torch.float64)
    links[:N_USERS, N_USERS:], links[N_USERS:, :N_USERS] = met, met.T
    root = links.sum(1).clamp(min=1).rsqrt()
    step = root[:, None] * links * root
    return sum(torch.linalg.matrix_power(step, layer) for layer in range(4)) / 4


def loss_of(task, table, events, rows, competing):
    """The mean loss of a batch and half the pull times the squares of the layers 0 that took part (paper, eq. 15)."""
    final = dense_layers(task) @ table
    users, items = task.users[events], N_USERS + task.items[events]
    scores = final[users] @ final.T
    met = scores[torch.arange(len(events)), items]
    if isinstance(task, BPRTask):
        others = rows[2 * len(events) :]
        loss = -torch.log(torch.sigmoid(met - scores[torch.arange(len(events)), others])).sum()
    else:
        sums = N_ITEMS / len(competing) * scores[:, N_USERS + competing].exp().sum(1)
        joins = ~torch.isin(task.items[events], competing)
        loss = (torch.log(sums + joins * met.exp()) - met).sum()
    return (loss + task.config.regularisation / 2 * table[rows].square().sum()) / len(events)


@pytest.mark.parametrize(("loss", "candidates"), [("bpr", 1), ("softmax", N_ITEMS), ("softmax", 3)])
@pytest.mark.parametrize("at_once", [1, 1 << 20], ids=["in pieces", "at once"])
def test_a_step_goes_down_the_papers_loss(loss, candidates, at_once, monkeypatch):
    monkeypatch.setattr("recsys_core.models.light_gcn_task.LEARNED_AT_ONCE", at_once)
    task = task_of(loss, candidates=candidates, regularisation=0.1)
    events = task.batches()[1]
    before = task.generator.get_state()
    rows = task.gradient(task.net.table.detach(), events).rows
    task.generator.set_state(before)
    competing = task._competing() if loss == "softmax" else None
    task.generator.set_state(before)
    monkeypatch.setattr(task.optimisation, "step", lambda: None)
    task._step(events)
    exact = task.net.table.detach().double().requires_grad_()
    (wanted,) = torch.autograd.grad(loss_of(task, exact, events, rows, competing), exact)
    assert len(rows) == (3 if loss == "bpr" else 2) * len(events)
    assert task.net.table.grad.numpy() == pytest.approx(wanted.numpy(), abs=1e-6)


def test_bpr_sets_an_event_against_an_item_that_the_person_does_not_know():
    task, met = task_of("bpr"), pairs()
    for events in task.batches() * 20:
        users, known, unknown = task.gradient(task.net.table.detach(), events).rows.split(len(events))
        assert met[users, known - N_USERS].all()
        assert not met[users, unknown - N_USERS].any()


@every_loss
def test_an_epoch_learns_from_each_event_once(loss):
    task = task_of(loss)
    first, second = task.batches(), task.batches()
    assert len(first) == int(np.ceil(pairs().sum() / 10))
    for batches in (first, second):
        assert sorted(torch.cat(list(batches)).tolist()) == list(range(int(pairs().sum())))
    assert not torch.equal(torch.cat(list(first)), torch.cat(list(second)))


def test_batches_of_the_softmax_hold_people_with_all_their_events():
    people = [set(task.users[events].tolist()) for task in [task_of("softmax")] for events in task.batches()]
    assert sum(map(len, people)) == len(set.union(*people)) == N_USERS - 1


def hits(model, camps):
    scores = model.score(camps.users)
    hide(scores, Histories.from_interactions(camps.dataset.interactions))
    return float((scores.argmax(1) == camps.items).mean())


@every_loss
def test_the_camps_are_understood(loss):
    camps = worlds.two_camps(40)
    assert hits(build(loss=loss).fit(camps.dataset), camps) == 1.0


def test_the_camps_are_understood_where_few_items_compete():
    camps = worlds.two_camps(40)
    assert hits(build(candidates=3, epochs=40).fit(camps.dataset), camps) == 1.0


def test_links_alone_tell_camps_apart():
    """Random vectors that never learn anything: only what they receive makes them alike."""
    camps = worlds.two_camps(40)
    still = {"embedding_size": 64, "epochs": 1, "learning_rate": 1e-12}
    assert hits(build(layers=4, **still).fit(camps.dataset), camps) >= 0.9
    assert hits(build(layers=1, **still).fit(camps.dataset), camps) <= 0.6


def test_repeats_and_values_do_not_matter():
    rows = [(user, item, 1.0, 0) for user, item in np.argwhere(pairs()).tolist()]
    once = worlds.dataset(rows, N_USERS, N_ITEMS)
    often = worlds.dataset([*rows, *[(u, i, 5.0, 1) for u, i, _, _ in rows[::2]]], N_USERS, N_ITEMS)
    everybody = np.arange(N_USERS, dtype=np.int32)
    assert np.array_equal(build().fit(once).score(everybody), build().fit(often).score(everybody))


def fitted(**settings):
    rows = [(user, item, 1.0, 0) for user, item in np.argwhere(pairs()).tolist()]
    dataset = worlds.dataset(rows, N_USERS, N_ITEMS)
    return build(**settings).fit(dataset), Histories.from_interactions(dataset.interactions)


@every_loss
@pytest.mark.parametrize("layers", [1, 3])
def test_what_a_person_receives_is_folded_in_as_it_was_trained(loss, layers):
    """A trained person's vector is that of the history with another layer 0: those of all people differ from the
    folded ones by what no map of the received could know, and that is what least squares leave over."""
    model, known = fitted(loss=loss, layers=layers)
    met = np.arange(N_USERS) != 4
    _, folded = model.fold_in(known)
    received = folded @ np.linalg.inv(np.eye(8) + model.own_part)
    own = model.user_factors - received  # layer 0 / (K + 1)
    assert model.own_part == pytest.approx(
        ridge(torch.from_numpy(received[met]), torch.from_numpy(own[met])).numpy(), abs=1e-3
    )


def test_a_map_is_found_where_there_is_one():
    known, wanted = torch.randn(200, 4, generator=torch.Generator().manual_seed(0)), torch.eye(4)[[1, 0, 3, 2]] * 2
    assert ridge(known, known @ wanted).numpy() == pytest.approx(wanted.numpy(), abs=0.05)


def test_received_is_the_papers_sum_over_the_history():
    model, _ = fitted(layers=1)
    model.own_part = np.zeros_like(model.own_part)
    _, vectors = model.fold_in(Histories.of([([2, 0, 2], [1.0, 5.0, 1.0])], N_ITEMS))
    assert vectors[0] == pytest.approx((model.messages[0] + model.messages[2]) / np.sqrt(2) / 2, abs=1e-6)


def test_of_whom_nothing_is_known_is_the_mean_person():
    model, known = fitted()
    met = np.arange(N_USERS) != 4
    mean = model.user_factors[met].mean(0)
    assert model.user_factors[4] == pytest.approx(mean, abs=1e-6)
    _, vectors = model.fold_in(known)
    assert vectors[4] == pytest.approx(mean, abs=1e-6)


def test_strangers_can_be_asked_about_after_each_epoch():
    seen = []

    def look(model):
        seen.append(model.score_histories(Histories.of([([0, 2], [1.0, 1.0])], 20)))

    build(epochs=3).fit(worlds.two_camps(20).dataset, FitContext(validate=look))
    assert len(seen) == 3
    assert not np.array_equal(seen[0], seen[1])


@every_loss
def test_a_resumed_training_ends_in_the_same_bits(loss, monkeypatch):
    monkeypatch.setattr(loop, "CHECKPOINT_SECONDS", 0.0)
    checkpoints, dataset = [], worlds.two_camps(20).dataset
    settings = {"loss": loss, "epochs": 6, "candidates": 5, "batch_size": 50}
    whole = build(**settings).fit(dataset, FitContext(seed=3, save_checkpoint=checkpoints.append))
    resumed = build(**settings).fit(dataset, FitContext(seed=3, start_from=checkpoints[1]))
    for name, array in whole.arrays().items():
        assert np.array_equal(resumed.arrays()[name], array), name


@every_loss
def test_a_loss_that_explodes_ends_the_training_in_words(loss, monkeypatch):
    monkeypatch.setattr(light_gcn_task, "START", 1e25)  # products beyond float32
    model = build(loss=loss, learning_rate=1.0)
    with pytest.raises(ModelError, match=r"loss is not a number any more.*Lower the learning rate"):
        model.fit(worlds.two_camps(20).dataset)
    assert not model.is_fitted


@pytest.mark.parametrize(("n_events", "batch_size", "steps"), [(900, 0, 1), (5000, 0, 5), (10**6, 0, 10), (100, 30, 4)])
def test_steps_suit_the_data_unless_batches_are_asked_for(n_events, batch_size, steps):
    assert LightGCN.Config(batch_size=batch_size).steps(n_events) == steps
