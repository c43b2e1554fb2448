"""DeepFM: the paper's equations pair by pair, attributes that decide a taste, and who is known by nothing else."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.numpy import load_file, save_file
from safetensors.torch import load, save
from scipy.sparse import csr_array

from recsys_core.content.attribute_features import encode
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models import deepfm
from recsys_core.models.attribute_vectors import AttributeVectors, Fields
from recsys_core.models.bias import Bias
from recsys_core.models.deepfm import DeepFM
from recsys_core.models.deepfm_net import DeepFMNet
from recsys_core.models.popularity import Popularity
from recsys_core.training.context import Checkpoint, FitContext
from recsys_core.types import Feedback
from tests import worlds

SMALL = {"embedding_size": 8, "tower": (16, 8), "batch_size": 64, "learning_rate": 0.01}
both = pytest.mark.parametrize("objective", ["ranking", "rating"])


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Tiny batches gain nothing from more, and lose much where another process is busy."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def build(**settings: Any) -> DeepFM:
    return DeepFM(DeepFM.Config(**(SMALL | settings)))


# Weights of values in two fields of four people (three values, then two) and in one field of three items. Person 2 has
# no value in the first field, person 3 and item 1 none at all.
PEOPLE = (
    np.array([[0.5, 0.5, 0], [0, 0, 1], [0, 0, 0], [0, 0, 0]]),
    np.array([[1.0, 0], [0, 1], [1, 0], [0, 0]]),
)
ITEMS = (np.array([[0.25, 0.25, 0.25, 0.25], [0, 0, 0, 0], [0, 1, 0, 0]]),)


def fields(tables: tuple[np.ndarray, ...]) -> Fields:
    """With the mean of the first two rows as the typical one."""
    rows = [np.vstack([table, table[:2].mean(0)]) for table in tables]
    width = sum(table.shape[1] for table in tables)
    blocks, first = [], 0
    for table in rows:
        block = np.zeros((len(table), width), dtype=np.float32)
        block[:, first : first + table.shape[1]] = table
        blocks.append(block)
        first += table.shape[1]
    return Fields(len(tables), csr_array(np.concatenate(blocks)))


def network(tower: tuple[int, ...] = (6, 5)) -> DeepFMNet:
    """Random weights in double precision, biases among them."""
    net = DeepFMNet(4, 3, fields(PEOPLE), fields(ITEMS), 3, tower, torch.Generator()).double()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64))
    return net


def fields_of(own: torch.Tensor, values: torch.Tensor, tables: list[np.ndarray]) -> list[torch.Tensor]:
    """A vector and weight for each field of one side: the id's, and the mean of the values' in each other field."""
    vectors, first = [own], 0
    for weights in tables:
        vectors.append(torch.from_numpy(weights) @ values[first : first + len(weights)])
        first += len(weights)
    return vectors


def paper_output(net: DeepFMNet, person: list[torch.Tensor], item: list[torch.Tensor]) -> torch.Tensor:
    """Equations 1 to 4, pair by pair and layer by layer, with our offset."""
    everything = person + item
    linear = sum(field[3] for field in everything)
    pairs = sum(
        torch.dot(one[:3], other[:3]) for place, one in enumerate(everything) for other in everything[place + 1 :]
    )
    hidden = torch.cat([field[:3] for field in everything])
    first = torch.cat([net.user_layer, net.item_layer], 1)
    layers = [(first, net.first_bias), *zip(net.weights, net.biases, strict=True)]
    for weight, bias in layers[:-1]:
        hidden = torch.relu(weight @ hidden + bias)
    weight, bias = layers[-1]
    return linear + pairs + (weight @ hidden + bias)[0] + net.offset[0]


def of_person(net: DeepFMNet, user: int) -> list[torch.Tensor]:
    return fields_of(net.user_table[user], net.user_fields.table, [table[user] for table in PEOPLE])


def of_item(net: DeepFMNet, item: int) -> list[torch.Tensor]:
    return fields_of(net.item_table[item], net.item_fields.table, [table[item] for table in ITEMS])


@pytest.mark.parametrize("tower", [(6, 5), (4,)], ids=str)
@pytest.mark.parametrize("candidates", [1, 3], ids=["few pairs", "more pairs than items"])
def test_output_is_the_papers(candidates: int, tower: tuple[int, ...]):
    net = network(tower)
    users = torch.tensor([0, 1, 2, 3])[: 2 if candidates == 1 else 4]
    items = torch.tensor([[0, 1, 2], [2, 2, 1], [1, 0, 1], [0, 1, 1]])[: len(users), :candidates]
    expected = torch.stack(
        [
            torch.stack([paper_output(net, of_person(net, int(user)), of_item(net, int(item))) for item in row])
            for user, row in zip(users, items, strict=True)
        ]
    )
    torch.testing.assert_close(net(users, items), expected, rtol=1e-12, atol=1e-12)


def test_a_stranger_has_the_mean_attributes_of_the_people_that_count():
    net = network()
    own = torch.tensor([0.3, -1.0, 2.0, 0.5], dtype=torch.float64)
    stranger = fields_of(own, net.user_fields.table, [table[:2].mean(0) for table in PEOPLE])
    expected = torch.stack([paper_output(net, stranger, of_item(net, item)) for item in range(3)])
    outputs = net.join(net.user_half(own[None]), net.item_halves())[0]
    torch.testing.assert_close(outputs, expected, rtol=1e-12, atol=1e-12)


def test_gradients_are_those_of_the_papers_output():
    net = network()
    net(torch.tensor([0, 3]), torch.tensor([[0, 2], [1, 1]])).tanh().sum().backward()
    ours = {name: parameter.grad.clone() for name, parameter in net.named_parameters()}
    net.zero_grad()
    pairs = [(0, 0), (0, 2), (3, 1), (3, 1)]
    sum(paper_output(net, of_person(net, user), of_item(net, item)).tanh() for user, item in pairs).backward()
    for name, parameter in net.named_parameters():
        torch.testing.assert_close(ours[name], parameter.grad)


def test_fields_stand_one_behind_the_other_each_with_its_typical_row():
    """Of ten people, five are cooks and five nurses, and the last two do not tell where they live; nobody counts but
    the first, the second and the last."""
    table = pd.DataFrame({"work": ["cook", "nurse"] * 5, "town": ["Bern"] * 8 + [""] * 2})
    made = Fields.of([encode(table[["work"]]), encode(table[["town"]])], np.isin(np.arange(10), [0, 1, 9]))
    rows = made.matrix.toarray()
    assert made.count == 2
    assert rows[:11] == pytest.approx(np.array([[1, 0, 0], [0, 1, 0]] * 5 + [[1 / 3, 2 / 3, 0]]))
    assert rows[11:] == pytest.approx(np.array([[0, 0, 1]] * 8 + [[0, 0, 0]] * 2 + [[0, 0, 2 / 3]]))
    assert Fields.of([], np.ones(3, dtype=bool)).matrix.shape == (0, 0)


def test_vectors_of_attributes_have_any_shape_of_rows():
    vectors = AttributeVectors(fields(PEOPLE), 3, torch.Generator().manual_seed(0))
    rows = torch.tensor([[3, 0], [2, 2]])
    assert vectors(rows).shape == (2, 2, 2, 4)
    torch.testing.assert_close(vectors(rows)[1, 0], vectors(torch.tensor(2)))
    assert vectors(rows[:0]).shape == (0, 2, 2, 4)


def described(feedback: Feedback = Feedback.EXPLICIT, n_users: int = 60, n_items: int = 40) -> Dataset:
    """People of two kinds like items of their own genre, and of those alone do they tell where there are no ratings.
    The last item of each genre, and the last two people, which are of one kind each, have no events."""
    rng = np.random.default_rng(2)
    rows = []
    for user in range(n_users - 2):
        for item in range(n_items - 2):
            likes = user % 2 == item % 2
            if rng.random() < 0.4 and (likes or feedback is Feedback.EXPLICIT):
                rows.append((user, item, 5.0 if likes else 1.0, 0))
    made = worlds.dataset(rows, n_users, n_items, feedback=feedback)
    made.item_table["genres"] = pd.Series([("Even", "Odd")[item % 2 :][:1] for item in range(n_items)], dtype=object)
    made.user_table["kind"] = [("even", "odd")[user % 2] for user in range(n_users)]
    return made


def kept_apart(scores: np.ndarray, users: list[int], items: list[int]) -> np.ndarray:
    """How much higher the items of the own kind stand, for each of the people."""
    likes = np.array(users)[:, None] % 2 == np.array(items) % 2
    some = scores[:, items]
    return np.where(likes, some, 0).sum(1) / likes.sum(1) - np.where(likes, 0, some).sum(1) / (~likes).sum(1)


@both
def test_items_and_people_without_events_are_known_by_their_attributes(objective: str):
    users, new_items = [0, 1, 58, 59], [38, 39]
    dataset = described(Feedback.EXPLICIT if objective == "rating" else Feedback.IMPLICIT)

    def differences(**settings: Any) -> np.ndarray:
        model = build(objective=objective, epochs=30, **settings).fit(dataset)
        scores = model.score(np.array(users, dtype=np.int32))
        return np.concatenate([kept_apart(scores, users, new_items), kept_apart(scores[2:], users[2:], [2, 3, 4, 5])])

    assert differences().min() > 1  # measured: 2.4 and more
    assert differences(use_attributes=False).min() <= 0  # the new ones are all alike


def test_an_item_nobody_met_is_recommended_for_its_attribute_before_one_without():
    dataset = described(Feedback.IMPLICIT)
    genres = dataset.item_table["genres"].copy()
    genres[39] = ()
    dataset.item_table["genres"] = genres
    scores = build(epochs=30).fit(dataset).score(np.arange(0, 60, 2, dtype=np.int32))
    assert (scores[:, 38] > scores[:, 39]).all()


@both
def test_who_has_no_events_keeps_a_vector_of_zeros(objective: str):
    model = build(objective=objective, epochs=2).fit(described())
    assert not model.net.user_table[58:].any()
    assert not model.net.item_table[38:].any()
    assert model.net.user_table[:58].any(dim=1).all()
    assert model.net.item_table[:38].any(dim=1).all()


def test_attributes_are_left_alone_where_they_are_not_wanted():
    dataset = described()
    without = worlds.dataset([], 60, 40).with_interactions(dataset.interactions)
    one = build(epochs=2, use_attributes=False).fit(dataset)
    other = build(epochs=2).fit(without)
    assert one.net.user_fields.count == one.net.item_fields.count == 0
    users = np.arange(60, dtype=np.int32)
    assert np.array_equal(one.score(users), other.score(users))


@both
def test_a_stranger_with_a_history_gets_the_scores_of_a_known_person(objective: str):
    dataset = described(Feedback.EXPLICIT if objective == "rating" else Feedback.IMPLICIT)
    model = build(objective=objective, epochs=30).fit(dataset)
    known = Histories.from_interactions(dataset.interactions).take(np.arange(58))
    folded, trained = model.score_histories(known), model.score(np.arange(58, dtype=np.int32))
    agreement = [np.corrcoef(one, other)[0, 1] for one, other in zip(folded, trained, strict=True)]
    assert np.mean(agreement) > 0.9


@both
def test_nothing_known_means_the_mean_person(objective: str):
    train = described()
    model = build(objective=objective, epochs=5).fit(train)
    met = torch.from_numpy(train.interactions.user_counts() > 0)
    person = model.net.user_table[met].mean(0, keepdim=True)
    expected = model.net.join(model.net.user_half(person), model.net.item_halves())[0]
    if objective == "rating":
        expected = expected * model.scale[1] + model.scale[0]
    assert model.score_histories(Histories.of([([], [])], 40))[0] == pytest.approx(expected.numpy(), abs=1e-4)


def test_withheld_items_of_the_own_camp_come_first():
    camps = worlds.two_camps(60)

    def share_found(scores: np.ndarray) -> float:
        other = scores[np.arange(20)[None] % 2 != camps.users[:, None] % 2].reshape(60, 10)
        return float(np.mean(scores[np.arange(60), camps.items] > other.max(axis=1)))

    assert share_found(build(epochs=40).fit(camps.dataset).score(camps.users)) >= 0.95
    assert share_found(Popularity().fit(camps.dataset).score(camps.users)) < 0.2


def test_rating_mode_recovers_planted_ratings_better_than_biases():
    planted = worlds.planted_ratings(np.random.default_rng(3), 120, 80)
    events = planted.dataset.interactions
    told = np.zeros(planted.truth.shape, dtype=bool)
    told[events.users, events.items] = True
    users, items = (index.astype(np.int32) for index in np.nonzero(~told))

    def rmse(model: Any) -> float:
        return float(np.sqrt(np.mean((model.predict(users, items) - planted.truth[~told]) ** 2)))

    model = build(objective="rating", epochs=60, weight_decay=0.02, batch_size=256).fit(planted.dataset)
    assert rmse(model) < 0.8 * rmse(Bias().fit(planted.dataset))


@both
def test_resume_equals_straight_training_bit_by_bit(objective: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("recsys_core.training.loop.CHECKPOINT_SECONDS", 0)
    dataset, saved = described(), []
    settings = {"objective": objective, "epochs": 4, "dropout": 0.2}
    straight = build(**settings).fit(dataset, FitContext(seed=3, save_checkpoint=saved.append))
    tensors = load(save(saved[1].tensors))
    resumed = build(**settings).fit(dataset, FitContext(seed=3, start_from=Checkpoint(tensors, saved[1].progress)))
    for name, array in straight.arrays().items():
        assert np.array_equal(array, resumed.arrays()[name]), name


def test_a_model_with_attributes_answers_as_before_when_it_was_saved(tmp_path: Path):
    model = build(epochs=2).fit(described())
    model.save(tmp_path)
    loaded = DeepFM.load(tmp_path)
    users, histories = np.arange(60, dtype=np.int32), Histories.of([([3, 5], [5.0, 5.0]), ([], [])], 40)
    assert np.array_equal(loaded.score(users), model.score(users))
    assert np.array_equal(loaded.score_histories(histories), model.score_histories(histories))
    assert np.array_equal(loaded.item_vectors(), model.item_vectors())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("attributes of items.values", lambda array: array + 1000),
        ("attributes of items.values", lambda array: array - 1000),
        ("attributes of people.starts", lambda array: array[::-1]),
        ("attributes of people.starts", lambda array: array[:-1]),
        ("attributes of people.weights", lambda array: array[:-1]),
        ("attributes of people.starts", lambda array: np.append(array[:-1], -1)),
        ("attributes of people.starts", lambda array: array[:0]),
        ("attributes of items.values", lambda array: array.astype(np.int64)),
        ("user_fields.table", lambda array: array[:-1]),
    ],
)
def test_damaged_attributes_are_refused_in_words(tmp_path: Path, name: str, change: Any):
    build(epochs=1).fit(described()).save(tmp_path)
    arrays = load_file(tmp_path / "model.safetensors")
    arrays[name] = np.ascontiguousarray(change(arrays[name]))
    save_file(arrays, tmp_path / "model.safetensors")
    with pytest.raises(ModelError, match=r"^The (array ')?attributes of (people|items).* of the saved model .+"):
        DeepFM.load(tmp_path)


def test_vectors_multiply_to_the_machines_part_of_the_scores(monkeypatch: pytest.MonkeyPatch):
    model = build(epochs=5, tower=(4,)).fit(described())
    assert model.user_vectors().shape == (60, 8)
    whole = model.user_vectors()
    monkeypatch.setattr(deepfm, "VECTORS_AT_ONCE", 7)
    assert np.array_equal(model.user_vectors(), whole)
    with torch.no_grad():
        model.net.weights[0].zero_()  # nothing but the machine and the weights
    scores = model.score(np.arange(60, dtype=np.int32))
    rest = scores - model.user_vectors() @ model.item_vectors().T
    assert rest - rest[:1] == pytest.approx(np.broadcast_to((rest - rest[:1])[:, :1], rest.shape), abs=1e-4)


def test_memory_grows_with_what_is_known():
    dataset = described()
    bare = replace(dataset, user_table=dataset.user_table[["name"]])
    assert build().memory(dataset) > build().memory(bare) > build(use_attributes=False).memory(bare)
