"""Two towers: people by what they met, items by what is known about them and, where people met them, by that."""

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load, save

from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError
from recsys_core.models import Ability
from recsys_core.models.content_model import ContentModel
from recsys_core.models.content_net import ReadItems
from recsys_core.models.item_bags import unit_rows
from recsys_core.models.sparse import pattern
from recsys_core.models.two_tower import TwoTower
from recsys_core.models.two_tower_task import Told, TwoTowerTask
from recsys_core.training.context import Checkpoint, FitContext, Preparing
from tests import worlds

MODELS = (TwoTower, ContentModel)
every_model = pytest.mark.parametrize("model_class", MODELS, ids=lambda model: model.info.key)
TINY = {"embedding_size": 8, "content_size": 16, "epochs": 30, "learning_rate": 0.01}


def build(model_class: type[TwoTower], **settings: object) -> TwoTower:
    return model_class(model_class.Config(**(TINY | settings)))


def likes_own_kind() -> Dataset:
    """As ``worlds.described``, but events are what somebody liked. The last two items and people have none."""
    described = worlds.described()
    described.item_table["title"] = pd.Series([""] * described.n_items, dtype=object)
    liked = described.interactions.values == 5.0
    return described.with_interactions(described.interactions.take(liked))


@every_model
def test_an_item_that_nobody_met_is_for_those_who_like_its_genre(model_class: type[TwoTower]):
    data = likes_own_kind()
    model = build(model_class, people=False).fit(data, FitContext(seed=1))
    even, odd = model.score(np.arange(40, dtype=np.int32), np.array([38, 39], dtype=np.int32)).T
    assert (even > odd).tolist() == [user % 2 == 0 for user in range(40)]


@every_model
def test_somebody_of_whom_only_attributes_are_known_is_shown_what_people_alike_met(model_class: type[TwoTower]):
    data = likes_own_kind()
    model = build(model_class).fit(data, FitContext(seed=1))
    nothing = Histories(np.zeros(3, np.int64), *np.zeros((2, 0), np.int32), None, data.n_items)
    told = Histories(nothing.indptr, nothing.items, nothing.values, None, data.n_items, data.user_table.iloc[[58, 59]])
    scores = model.score_histories(told)
    assert (np.argsort(-scores, 1)[0, :15] % 2 == 0).all()
    assert (np.argsort(-scores, 1)[1, :15] % 2 == 1).all()
    untold = model.score_histories(nothing)
    assert untold[0] == pytest.approx(untold[1])


def test_what_is_alike_scores_alike_without_ids_and_not_with_them():
    """Items 0 and 2 have the same genre; almost everybody of that camp met item 0, and few item 2."""
    rows = [(user, item, 1.0, 0) for user in range(40) for item in (0, 4, 6) if user % 2 == 0]
    rows += [(user, item, 1.0, 0) for user in range(40) for item in (1, 3, 5) if user % 2 == 1] + [(0, 2, 1.0, 0)]
    data = worlds.dataset(rows, 40, 7)
    data.item_table["genres"] = pd.Series([("Even", "Odd")[item % 2 :][:1] for item in range(7)], dtype=object)
    people = np.array([2, 4], dtype=np.int32)
    alike = build(ContentModel, text="none").fit(data).score(people)
    assert alike[:, 0] == pytest.approx(alike[:, 2], abs=1e-5)
    apart = build(TwoTower, text="none").fit(data).score(people)
    assert (apart[:, 0] > apart[:, 2] + 1).all()


def task_of(data: Dataset, model: TwoTower) -> TwoTowerTask:
    """A fresh task for a model whose readers are fitted."""
    reads = model.readers.read(ItemContent.of(data), FitContext().reading())
    about, is_known = torch.zeros(data.n_users, 0), torch.zeros(data.n_users, 1)
    told = Told(pattern(data.interactions.matrix()), ReadItems.of(reads), about, is_known)
    net = model._build(data.n_items, torch.Generator().manual_seed(0))
    return TwoTowerTask(net, told, torch.Generator().manual_seed(0), model.config, lambda: None)


def test_what_is_looked_for_is_never_told(monkeypatch: pytest.MonkeyPatch):
    data = likes_own_kind()
    task, pairs = task_of(data, build(TwoTower, people=False, epochs=1).fit(data)), []
    loss = task._loss

    def seen(people, told, wanted):
        for bags in (told, wanted):
            rows = people[bags.rows()] * data.n_items + bags.members
            pairs.append(set(rows.tolist()))
        return loss(people, told, wanted)

    monkeypatch.setattr(task, "_loss", seen)
    _, samples = task.train_epoch(lambda done: None)
    events = data.interactions
    everything = set((events.users.astype(np.int64) * data.n_items + events.items).tolist())
    assert all(not told & wanted for told, wanted in zip(pairs[::2], pairs[1::2], strict=True))
    assert set().union(*pairs) == everything
    assert samples == len(everything)


def test_a_step_goes_down_the_log_softmax_of_what_is_looked_for(monkeypatch: pytest.MonkeyPatch):
    """By a person at a time, from what :class:`TwoTowerNet` says it is."""
    monkeypatch.setattr("recsys_core.models.content_looking.FORGOTTEN", 0)
    monkeypatch.setattr("recsys_core.models.two_tower_task.FORGOTTEN", 0)
    data = likes_own_kind()
    task = task_of(data, build(TwoTower, people=False, id_dropout=0, content_dropout=0, epochs=1).fit(data))
    net, people = task.net.requires_grad_(False), torch.tensor([3, 0, 7])
    met = unit_rows(task._told.met[people.numpy()], "cpu")
    is_hidden = torch.arange(len(met.members)) % 3 == 0
    loss = float(task._loss(people, met.keep(~is_hidden), met.keep(is_hidden)))
    entering, vectors, biases = net.items(net.content.look(task._told.items), 40, net.item_table)
    expected = 0.0
    for first, last in zip(met.starts[:-1], met.starts[1:], strict=True):
        items, hidden = met.members[first:last], is_hidden[first:last]
        told = entering[items[~hidden]]
        person = (told.sum(0) / len(told) ** 0.5 + net.about_unknown + net.person_bias).tanh()
        logs = (vectors @ person + biases[:, 0])[:38].log_softmax(0)
        expected -= float(logs[items[hidden]].sum())
    assert loss == pytest.approx(expected, rel=1e-5)


def test_ids_that_are_always_dropped_learn_nothing():
    data = likes_own_kind()
    task = task_of(data, build(TwoTower, people=False, id_dropout=1, epochs=1).fit(data))
    before = task.net.item_table.clone()
    task.train_epoch(lambda done: None)
    assert torch.equal(task.net.item_table, before)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_of_some_people_little_is_told_and_of_others_much(share: float):
    people, items = 400, 50
    data = worlds.dataset([(user, item, 1.0, 0) for user in range(people) for item in range(items)], people, items)
    model = build(TwoTower, text="none", attributes=False, people=False, epochs=1, dropout=share).fit(data)
    hidden = task_of(data, model)._hide(unit_rows(pattern(data.interactions.matrix()), "cpu")).reshape(people, items)
    shares = hidden.float().mean(1)
    assert float(shares.mean()) == pytest.approx(share, abs=0.07)
    assert float(shares.min()) < 0.1
    assert float(shares.max()) > 0.9


def test_items_that_nobody_met_do_not_compete_and_no_step_moves_their_own_rows():
    data = likes_own_kind()
    task = task_of(data, build(TwoTower, people=False, epochs=1).fit(data))
    assert task.candidates(torch.arange(5), torch.arange(5), 10).items.tolist() == list(range(38))
    unmet = task.net.item_table[38:].clone()
    task.train_epoch(lambda done: None)
    assert torch.equal(task.net.item_table[38:], unmet)
    model = build(TwoTower).fit(data)
    assert model.score_content(np.array([0], np.int32), ItemContent.of(data).take([39]))[0, 0] == pytest.approx(
        model.score(np.array([0], np.int32))[0, 39], abs=1e-5
    )


def test_some_items_stand_for_all_without_bias_for_anybody(monkeypatch: pytest.MonkeyPatch):
    """Σ exp x over all items is, for each person, the mean over many draws of that over those which compete, each
    weighed by one over its probability to be there (Horvitz and Thompson, JASA 1952). What somebody met has high x."""
    monkeypatch.setattr("recsys_core.models.two_tower_task.ALL_COMPETE", 5)
    monkeypatch.setattr("recsys_core.models.two_tower_task.UNIFORM", 6)
    rng = np.random.default_rng(0)
    pairs = {(user, min(int(rng.exponential(6)), 39)) for user in range(100) for _ in range(3)}
    data = worlds.dataset([(user, item, 1.0, 0) for user, item in sorted(pairs)], 100, 50)
    model = build(TwoTower, text="none", attributes=False, people=False, epochs=1).fit(data)
    task, met = task_of(data, model), pattern(data.interactions.matrix())
    exps = torch.from_numpy(rng.exponential(size=(100, 50)) + 10 * met.toarray())
    totals = [[] for _ in range(100)]
    for _ in range(2000):
        people = rng.permutation(100)[:20]
        rows, items = (torch.from_numpy(part).long() for part in met[people].nonzero())
        items, log_share = task.candidates(rows, items, 20)
        assert (log_share <= 0).all()
        assert len(torch.unique(items)) == len(items) < len(task._trained)
        sums = (exps[people][:, items] * (-log_share.double()).exp()).sum(1)
        for person, total in zip(people, sums.tolist(), strict=True):
            totals[person].append(total)
    whole = exps[:, task._trained].sum(1)
    for drawn, wanted in zip(totals, whole.tolist(), strict=True):
        assert np.mean(drawn) == pytest.approx(wanted, abs=5 * np.std(drawn) / len(drawn) ** 0.5)


def test_popular_items_are_not_pushed_down_for_competing_more_often(monkeypatch: pytest.MonkeyPatch):
    """People pick at random by popularity, so what is learned of an item is the logarithm of its count, whether all
    items compete or some stand for them."""
    rng = np.random.default_rng(1)
    shares = 0.5 ** np.arange(8)
    rows = [(u, int(i), 1.0, 0) for u in range(400) for i in rng.choice(8, 2, replace=False, p=shares / shares.sum())]
    data = worlds.dataset(rows, 400, 8)
    settings = {"text": "none", "attributes": False, "people": False, "epochs": 60, "id_dropout": 0, "batch_size": 20}
    settings |= {"embedding_size": 8, "learning_rate": 0.01}

    def mean_scores() -> np.ndarray:
        model = build(TwoTower, **settings).fit(data, FitContext(seed=1))
        scores = model.score_histories(Histories.of([([], [])], 8))[0]
        return scores - scores.mean()

    exact = mean_scores()
    monkeypatch.setattr("recsys_core.models.two_tower_task.ALL_COMPETE", 1)
    monkeypatch.setattr("recsys_core.models.two_tower_task.UNIFORM", 1)
    assert mean_scores() == pytest.approx(exact, abs=0.5)


def test_switches_say_what_is_read():
    data = likes_own_kind()
    everything = {Ability.CONTENT, Ability.TEXT, Ability.IMAGE, Ability.ATTRIBUTES}
    cases = {
        ("none", "none", False): set(),
        ("none", "none", True): {Ability.CONTENT, Ability.ATTRIBUTES},
        ("words", "none", False): {Ability.CONTENT, Ability.TEXT},
        ("words", "frozen", True): everything,
    }
    for (text, pictures, attributes), wanted in cases.items():
        model = build(TwoTower, text=text, pictures=pictures, attributes=attributes)
        assert model.abilities & everything == wanted
    blind = build(TwoTower, text="none", attributes=False, epochs=1).fit(data)
    with pytest.raises(AbilityError, match="lacks the ability 'content'"):
        blind.score_content(np.zeros(1, np.int32), ItemContent.of(data))
    with pytest.raises(AbilityError, match="lacks the ability 'content'"):
        blind.content_vectors(ItemContent.of(data))


def test_a_model_says_how_much_it_could_read():
    data = likes_own_kind()
    data.item_table["text"] = pd.Series(["A word"] * 3 + [""] * 37, dtype=object)
    model = build(TwoTower, epochs=1).fit(data)
    assert [(one.what, one.known, one.of, one.broken) for one in model.coverage] == [
        ("texts", 3, 40, ()),
        ("attributes", 40, 40, ()),
    ]


@every_model
@pytest.mark.parametrize("text", ["words", "cnn"])
def test_resume_equals_straight_training_bit_by_bit(
    model_class: type[TwoTower], text: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("recsys_core.training.loop.CHECKPOINT_SECONDS", 0)
    monkeypatch.setattr("recsys_core.models.content_looking.LOOKED_AT_ONCE", 7)
    data = likes_own_kind()
    data.item_table["text"] = pd.Series(
        [f"Words of {('red', 'green')[i % 2]} {i % 7}" for i in range(40)], dtype=object
    )
    saved: list[Checkpoint] = []
    straight = build(model_class, text=text, epochs=4).fit(data, FitContext(seed=3, save_checkpoint=saved.append))
    tensors = load(save(saved[1].tensors))
    resumed = build(model_class, text=text, epochs=4)
    resumed.fit(data, FitContext(seed=3, start_from=Checkpoint(tensors, saved[1].progress)))
    for name, array in straight.arrays().items():
        assert np.array_equal(array, resumed.arrays()[name]), name


def test_networks_that_learn_to_read_are_taught_by_every_step():
    data = likes_own_kind()
    data.item_table["text"] = pd.Series([("red rose", "green grass")[i % 2] for i in range(40)], dtype=object)
    model = build(ContentModel, text="cnn", attributes=False, people=False, epochs=80).fit(data, FitContext(seed=1))
    even, odd = model.score(np.arange(40, dtype=np.int32), np.array([38, 39], dtype=np.int32)).T
    assert (even > odd).tolist() == [user % 2 == 0 for user in range(40)]
    fresh = model._build(0, torch.Generator().manual_seed(1)).content.nets["texts"]
    learned = model.net.content.nets["texts"]
    for before, after in zip(fresh.parameters(), learned.parameters(), strict=True):
        assert not torch.equal(before, after)


def test_reading_is_told_and_can_be_stopped():
    data, told = likes_own_kind(), []
    data.item_table["text"] = pd.Series([f"Word {item}" for item in range(40)], dtype=object)
    build(TwoTower, text="static", epochs=1).fit(data, FitContext(on_event=told.append))
    assert any(isinstance(event, Preparing) and event.what == "texts" for event in told)
