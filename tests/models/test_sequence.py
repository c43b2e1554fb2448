"""SASRec and GRU4Rec: the papers' formulas, windows, worlds in which order is everything, and what a history means."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from safetensors.torch import load, save

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.evaluation import evaluate
from recsys_core.models import sequence_model, sequence_task
from recsys_core.models.gru4rec import GRU4Rec
from recsys_core.models.gru4rec_net import GRU4RecNet
from recsys_core.models.popularity import Popularity
from recsys_core.models.sasrec import SASRec
from recsys_core.models.sasrec_net import SASRecNet
from recsys_core.models.sequence_net import NOTHING
from recsys_core.models.sequence_task import NextItemTask
from recsys_core.models.sequence_windows import Windows, cut
from recsys_core.splitting import Holdout
from recsys_core.training.context import Checkpoint, FitContext
from recsys_core.training.negatives import popularity_shares
from recsys_core.types import Feedback
from tests import worlds

MODELS = (SASRec, GRU4Rec)
SMALL = {"embedding_size": 16, "batch_size": 128, "learning_rate": 0.01, "dropout": 0.0}
every_model = pytest.mark.parametrize("model_class", MODELS, ids=lambda model: model.info.key)
lengths_of_rows = st.lists(st.integers(0, 12), min_size=1, max_size=8)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny batches gain nothing from more, and lose much where another process is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def build(model_class, **settings):
    return model_class(model_class.Config(**(SMALL | settings)))


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def histories(*rows: list[int], n_items: int = 7) -> Histories:
    return Histories.of([(row, [1.0] * len(row)) for row in rows], n_items)


def events_in_order(rows: list[list[int]], n_items: int) -> Dataset:
    """People who meet these items one after the other."""
    told = [(user, item, 1.0, place) for user, row in enumerate(rows) for place, item in enumerate(row)]
    return worlds.dataset(told, len(rows), n_items, feedback=Feedback.IMPLICIT)


# windows


@given(lengths_of_rows, st.integers(1, 6), st.integers(0, 3))
def test_every_event_is_in_one_window_of_its_own_row(lengths: list[int], longest: int, seed: int):
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    windows = cut(torch.from_numpy(indptr), longest, seeded(seed))
    found = [
        list(range(first, first + length))
        for first, length in zip(windows.firsts.tolist(), windows.lengths.tolist(), strict=True)
    ]
    assert sum(found, []) == list(range(indptr[-1]))
    assert all(1 <= len(window) <= longest for window in found)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    assert all(len(set(rows[window])) == 1 for window in found)


def test_long_rows_are_cut_at_random_places_and_short_ones_are_left_whole():
    indptr = torch.tensor([0, 10, 13])
    heads = [cut(indptr, 4, seeded(seed)).lengths for seed in range(40)]
    assert {int(lengths[0]) for lengths in heads} == {1, 2, 3, 4}
    assert all(lengths[-1] == 3 for lengths in heads)
    whole = cut(indptr, 10, seeded(0))
    assert whole.lengths.tolist() == [10, 3]


def test_batches_hold_each_window_once_together_with_others_of_its_length():
    lengths = torch.tensor([1, 9, 2, 8, 1, 2, 9, 1, 5] * 12)
    windows = Windows(torch.arange(len(lengths)), lengths)
    batches = list(windows.batches(20, seeded(0)))
    assert sorted(torch.cat([batch.firsts for batch in batches]).tolist()) == list(range(len(lengths)))
    assert all(batch.lengths.sum() < 20 + 9 for batch in batches)
    padded = sum(len(batch) * int(batch.lengths.max()) for batch in batches)
    assert padded < 1.1 * lengths.sum()  # measured: 1.05; in any order 2.1
    assert [batch.firsts.tolist() for batch in windows.batches(20, seeded(1))] != [b.firsts.tolist() for b in batches]


# the networks


def randomised(net: torch.nn.Module) -> torch.nn.Module:
    generator = seeded(1)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.7)
    return net.double()


def sasrec_net(heads: int = 2, size: int = 4) -> SASRecNet:
    return randomised(SASRecNet(6, size, 5, 2, heads, seeded(0)))


def gru_net() -> GRU4RecNet:
    return randomised(GRU4RecNet(6, 4, 2, seeded(0)))


def array(parameter: torch.Tensor) -> np.ndarray:
    return parameter.detach().numpy()


def vectors_of(net, tokens):
    return [array(net.nothing) if token == NOTHING else array(net.item_table)[token] for token in tokens]


def normed(x, norm):
    return (x - x.mean()) / np.sqrt(x.var() + norm.eps) * array(norm.weight) + array(norm.bias)


def slow_sasrec(net, tokens):
    """The paper's equations, place by place."""
    size = net.item_table.shape[1]
    xs = [vector * np.sqrt(size) + array(net.places)[t] for t, vector in enumerate(vectors_of(net, tokens))]
    for block in net.blocks:
        width = len(block.queries_keys_values) // (3 * block.heads)
        parts = [(array(block.queries_keys_values) @ normed(x, block.attention_norm)).reshape(3, -1, width) for x in xs]
        attended = []
        for t in range(len(xs)):
            heads = []
            for head in range(block.heads):
                query = parts[t][0, head]
                weights = np.exp([query @ parts[s][1, head] / np.sqrt(width) for s in range(t + 1)])
                weights /= weights.sum()
                heads.append(sum(weight * parts[s][2, head] for s, weight in enumerate(weights)))
            attended.append(xs[t] + array(block.joined) @ np.concatenate(heads))
        xs = []
        for x in attended:
            hidden = array(block.first) @ normed(x, block.layer_norm) + array(block.first_bias)
            xs.append(x + array(block.second) @ np.maximum(hidden, 0) + array(block.second_bias))
    return np.stack([normed(x, net.last_norm) for x in xs])


def slow_gru(net, tokens):
    """h = (1 - z) n + z h, with torch's order of the gates: reset, update, new."""
    xs = vectors_of(net, tokens)
    for layer in net.layers:
        (w, u, b, c) = (array(parameter) for parameter in layer.parameters())
        h, hs = np.zeros(4), []
        for x in xs:
            (reset_x, update_x, new_x), (reset_h, update_h, new_h) = np.split(w @ x + b, 3), np.split(u @ h + c, 3)
            reset, update = 1 / (1 + np.exp(-reset_x - reset_h)), 1 / (1 + np.exp(-update_x - update_h))
            h = (1 - update) * np.tanh(new_x + reset * new_h) + update * h
            hs.append(h)
        xs = hs
    return np.stack(xs)


NETS = {
    "sasrec": (sasrec_net, slow_sasrec),
    "sasrec, heads of no whole share": (lambda: sasrec_net(heads=3), slow_sasrec),
    "gru4rec": (gru_net, slow_gru),
}
every_net = pytest.mark.parametrize(("make", "slow"), NETS.values(), ids=NETS.keys())


@every_net
def test_states_are_the_papers(make, slow):
    net, rows = make(), [[NOTHING, 3, 0, 3], [5, 1, 1, 2]]
    states = array(net(torch.tensor(rows)))
    assert states == pytest.approx(np.stack([slow(net, row) for row in rows]), abs=1e-12)


@every_net
def test_no_state_depends_on_what_comes_behind_it(make, slow):
    net = make()
    one, other = array(net(torch.tensor([[NOTHING, 3, 0, 3], [NOTHING, 3, 4, NOTHING]])))
    assert one[:2] == pytest.approx(other[:2], abs=1e-12)
    assert np.abs(one[2:] - other[2:]).min(axis=1).max() > 1e-3


def test_a_network_draws_from_its_own_generator_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    for model_class in MODELS:
        build(model_class, dropout=0.3, epochs=1).fit(ring().train)
    assert torch.equal(torch.get_rng_state(), before)


# the loss


def task_for(model_class, dataset: Dataset, **settings) -> NextItemTask:
    model = build(model_class, **settings)
    rows, shares = Histories.from_interactions(dataset.interactions), popularity_shares(dataset.interactions)
    net = model._build(dataset.n_items, seeded(0))
    return NextItemTask(net, rows, seeded(5), model.config, shares)


def slow_loss(net, histories: Histories, longest: int) -> float:
    """−log softmax of each event behind its whole history, which must fit into a window."""
    total = 0.0
    for row in range(len(histories)):
        items = histories.row(row)[0].tolist()
        assert len(items) <= longest
        for place, item in enumerate(items):
            logits = net.logits(net(torch.tensor([[NOTHING, *items[:place]]]))[0, -1])
            total -= torch.log_softmax(logits, 0)[item].item()
    return total


@every_model
def test_the_loss_is_the_softmax_at_every_place(model_class):
    dataset = worlds.golden()
    task = task_for(model_class, dataset, batch_size=1000)
    rows = Histories.from_interactions(dataset.interactions)
    expected = slow_loss(task.net, rows, 100)
    assert task.learn(cut(torch.from_numpy(rows.indptr), 100, seeded(0))).item() == pytest.approx(expected, rel=1e-5)


def test_a_window_within_a_history_begins_with_the_event_before_it():
    task = task_for(GRU4Rec, events_in_order([[3, 1, 4, 0]], 5))
    states = task.net(torch.tensor([[1, 4]]))[0]
    expected = -torch.log_softmax(task.net.logits(states), 1)[[0, 1], [4, 0]].sum().item()
    assert task.learn(Windows(torch.tensor([2]), torch.tensor([2]))).item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("sampled_items", [10, 7], ids=["whole catalogue", "sampled"])
@every_model
def test_a_step_has_the_same_gradients_however_it_is_cut_up(model_class, sampled_items, monkeypatch):
    dataset = events_in_order([[3, 1, 4, 0, 5], [2, 2, 9], [8], [6, 7, 1, 0, 3]], 10)
    windows = cut(torch.tensor([0, 5, 8, 9, 14]), 100, seeded(0))
    found = []
    drawn = torch.randint(0, 10, (7,), generator=seeded(3))
    for at_once in (1, 10**6):
        monkeypatch.setattr(sequence_task, "PLACES_AT_ONCE", at_once)
        task = task_for(model_class, dataset, sampled_items=sampled_items)
        monkeypatch.setattr(task, "draw", lambda: drawn)  # the same for each piece
        monkeypatch.setattr(task.optimisation, "step", lambda: None)  # it would clear the gradients
        task.learn(windows)
        found.append([parameter.grad for parameter in task.net.parameters()])
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-7)


def sampled_task(n: int) -> NextItemTask:
    rng = np.random.default_rng(0)
    rows = [list(rng.choice(30, 6, p=np.arange(1, 31) / 465)) for _ in range(40)]
    task = task_for(SASRec, events_in_order(rows, 30), sampled_items=n)
    with torch.no_grad():
        task.net.item_bias.copy_(torch.randn(30, generator=seeded(2)))
    return task


def test_the_sampled_loss_is_the_one_in_its_formula():
    task, twin = sampled_task(6), sampled_task(6)
    states, items = torch.randn(3, 16, generator=seeded(4)), torch.tensor([23, 3, 14])
    uniform = torch.rand(6, generator=twin.generator, dtype=torch.float64).numpy()
    counts = np.bincount(twin._items, minlength=30)
    shares = np.maximum(counts, 1) ** 0.75 / (np.maximum(counts, 1) ** 0.75).sum()
    drawn = [int(np.argmax(np.cumsum(shares) > u)) for u in uniform]
    assert set(drawn) & set(items.tolist())  # so that what is left out of the sum is seen
    logits = twin.net.logits(states).detach().double().numpy()
    expected = 0.0
    for row, item in enumerate(items.tolist()):
        whole = np.exp(logits[row, item])
        whole += sum(np.exp(logits[row, j]) / (6 * shares[j]) for j in drawn if j != item)
        expected += np.log(whole) - logits[row, item]
    assert task.loss(states, items).item() == pytest.approx(expected, rel=1e-5)


def test_many_draws_come_close_to_the_whole_catalogue():
    """Without the correction, what is drawn often would weigh too much, and few draws would make the sum too small."""
    task = sampled_task(20)
    states, items = torch.randn(50, 16, generator=seeded(4)), torch.arange(50) % 30
    whole = torch.nn.functional.cross_entropy(task.net.logits(states), items, reduction="sum").item()
    sampled = np.mean([task.loss(states, items).item() for _ in range(400)])
    assert sampled == pytest.approx(whole, rel=0.02)  # measured: 0.6 % below; the log of a mean is not the mean log


# worlds in which order is everything


class Ring:
    """40 items in a ring. Each person starts somewhere and takes steps of one size, one of four: so what comes next is
    a function of the last two items, every item is met about equally often, and nobody meets an item twice."""

    n_items, steps, n_events = 40, (1, -1, 3, -3), 9

    def __init__(self, n_people: int) -> None:
        rng = np.random.default_rng(7)
        starts, steps = rng.integers(0, self.n_items, n_people), rng.choice(self.steps, n_people)
        self.rows = (starts[:, None] + steps[:, None] * np.arange(self.n_events)) % self.n_items
        self.train = events_in_order(self.rows[:, :-1].tolist(), self.n_items)
        last = worlds.dataset([(user, int(row[-1]), 1.0, 99) for user, row in enumerate(self.rows)], n_people, 40)
        known = Histories.from_interactions(self.train.interactions)
        self.holdout = Holdout(known, last.interactions, last.interactions)

    def hit_rate(self, model) -> float:
        return evaluate(model, self.holdout, self.train, ks=(1,)).metrics["hit_rate@1"].value


def ring() -> Ring:
    return Ring(400)


@pytest.mark.parametrize("sampled_items", [4096, 20], ids=["whole catalogue", "sampled"])
@every_model
def test_what_follows_from_the_last_two_items_is_found(model_class, sampled_items):
    world = ring()
    model = build(model_class, embedding_size=32, epochs=25, sampled_items=sampled_items).fit(world.train)
    assert world.hit_rate(model) >= 0.95  # measured: 0.98 and more
    assert world.hit_rate(Popularity().fit(world.train)) < 0.1  # measured: 0.02


# what a history means


@pytest.fixture(scope="module", params=MODELS, ids=lambda model: model.info.key)
def ring_model(request):
    return build(request.param, epochs=8, max_length=6).fit(ring().train)


def test_scores_are_log_probabilities_over_the_whole_catalogue(ring_model):
    asked = histories([10, 11], [], n_items=40)
    whole = ring_model.score_histories(asked)
    assert np.exp(whole.astype(np.float64)).sum(1) == pytest.approx([1, 1], abs=1e-5)
    assert np.array_equal(ring_model.score_histories(asked, np.array([12, 9], dtype=np.int32)), whole[:, [12, 9]])


def test_a_trained_person_is_answered_by_the_history(ring_model):
    world, users = ring(), np.array([3, 0, 399], dtype=np.int32)
    assert np.array_equal(ring_model.score(users), ring_model.score_histories(world.holdout.known.take(users)))
    logits = ring_model.user_vectors() @ ring_model.item_vectors().T + ring_model.arrays()["item_bias"]
    scores = ring_model.score(np.arange(400, dtype=np.int32))
    assert logits - logits.max(1, keepdims=True) == pytest.approx(scores - scores.max(1, keepdims=True), abs=1e-4)


def test_the_order_of_a_row_counts_though_it_has_no_times(ring_model):
    forwards, backwards = ring_model.score_histories(histories([10, 11], [11, 10], n_items=40))
    assert forwards[12] > forwards[9]
    assert backwards[9] > backwards[12]


def test_events_beyond_the_longest_history_do_not_count(ring_model):
    latest = [10, 11, 12, 13, 14, 15]
    known = ring_model.score_histories(histories(latest, [30, *latest], [7, 30, *latest], n_items=40))
    assert np.array_equal(known[0], known[1])
    assert np.array_equal(known[0], known[2])
    shorter = ring_model.score_histories(histories(latest[1:], [30, *latest[2:]], n_items=40))
    assert not np.array_equal(shorter[0], shorter[1])


def test_histories_of_any_lengths_are_answered_as_if_alone(ring_model, monkeypatch):
    rows = [[5], [], list(range(30)), [7, 8], [1, 2, 3, 4, 5], [0, 1, 2, 3, 4, 5], [9, 9, 9]]
    together = ring_model.score_histories(histories(*rows, n_items=40))
    alone = np.concatenate([ring_model.score_histories(histories(row, n_items=40)) for row in rows])
    assert together == pytest.approx(alone, abs=1e-5)
    monkeypatch.setattr(sequence_model, "PLACES_AT_ONCE", 13)
    monkeypatch.setattr(sequence_model, "SCORED_AT_ONCE", 81)
    assert ring_model.score_histories(histories(*rows, n_items=40)) == pytest.approx(together, abs=1e-5)


@every_model
def test_of_nobody_known_it_expects_what_people_begin_with(model_class):
    rng = np.random.default_rng(0)
    begin = rng.random(200) < 0.7
    rows = [[0 if zero else 1, *(2 + rng.permutation(5)).tolist()] for zero in begin]
    model = build(model_class, epochs=25).fit(events_in_order(rows, 8))
    chances = np.exp(model.score_histories(histories([], n_items=8))[0])
    assert chances[:2] == pytest.approx([begin.mean(), 1 - begin.mean()], abs=0.05)
    assert Popularity().fit(events_in_order(rows, 8)).score(np.array([0], dtype=np.int32))[0].argmax() >= 2


@every_model
def test_an_item_outside_the_catalogue_is_refused_in_words(model_class):
    model = build(model_class, epochs=1).fit(events_in_order([[0, 1], [1, 2]], 3))
    with pytest.raises(ValueError, match="names item 3 of a catalogue of 3"):
        model.score_histories(histories([0, 3]))


# training


@pytest.mark.parametrize("sampled_items", [4096, 20], ids=["whole catalogue", "sampled"])
@every_model
def test_resume_equals_straight_training_bit_by_bit(model_class, sampled_items, monkeypatch):
    monkeypatch.setattr("recsys_core.training.loop.CHECKPOINT_SECONDS", 0)
    train = ring().train
    settings = {"epochs": 4, "dropout": 0.2, "max_length": 5, "sampled_items": sampled_items, "layers": 2}
    saved: list[Checkpoint] = []
    straight = build(model_class, **settings).fit(train, FitContext(seed=3, save_checkpoint=saved.append))
    resumed = build(model_class, **settings)
    start = Checkpoint(load(save(saved[1].tensors)), saved[1].progress)
    resumed.fit(train, FitContext(seed=3, start_from=start))
    for name, values in straight.arrays().items():
        assert np.array_equal(values, resumed.arrays()[name]), name
    assert resumed.training.epochs == 4


@every_model
def test_dropout_acts_in_training_only_and_follows_the_seed(model_class):
    train = ring().train

    def scores(dropout):
        model = build(model_class, dropout=dropout, epochs=1).fit(train)
        first = model.score(np.arange(5, dtype=np.int32))
        assert np.array_equal(model.score(np.arange(5, dtype=np.int32)), first)
        return first

    assert np.array_equal(scores(0.5), scores(0.5))
    assert not np.array_equal(scores(0.5), scores(0.0))


@every_model
def test_weight_decay_shortens_vectors(model_class):
    def length(weight_decay):
        model = build(model_class, weight_decay=weight_decay, epochs=10).fit(ring().train)
        return np.linalg.norm(model.item_vectors())

    assert length(1.0) < 0.8 * length(0.0)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("recent.items", np.full(8 * 400, 40, dtype=np.int32)),
        ("recent.items", np.full(8 * 400, -1, dtype=np.int32)),
        ("recent.items", np.zeros(7, dtype=np.int32)),
        ("recent.indptr", np.arange(401)[::-1].copy()),
    ],
    ids=["beyond the catalogue", "below it", "too few", "bounds that fall"],
)
def test_damaged_histories_are_refused_in_words(name, values, tmp_path):
    build(SASRec, epochs=1).fit(ring().train).save(tmp_path)
    arrays = load_file(str(tmp_path / "model.safetensors"))
    save_file(arrays | {name: values}, str(tmp_path / "model.safetensors"))
    with pytest.raises(ModelError, match="histories of the saved model are not rows of 40 items") as caught:
        SASRec.load(tmp_path)
    assert caught.value.code == "damaged-model"


@every_model
def test_presets_are_settings(model_class):
    presets = {name: model_class.Config.parse(settings) for name, settings in model_class.Config.presets().items()}
    assert list(presets) == ["quick", "balanced", "paper"]
    assert len(set(map(str, presets.values()))) == 3
