"""What every model keeps to, whatever it does inside. A new line of MODELS is tested here without another word."""

import importlib
import inspect
import json
import pkgutil
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic_core import PydanticUndefined
from safetensors.numpy import load_file, save_file

import recsys_core.models as models_package
from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, ConfigError, ModelError
from recsys_core.evaluation import evaluate, validator
from recsys_core.models import COMPOSED, MODELS, Ability, Recommender, find_model, load_model
from recsys_core.models.blend import Blend
from recsys_core.models.content_config import ContentConfig
from recsys_core.models.warm_starts import warm_start
from recsys_core.splitting import SplitRecipe, split
from recsys_core.training.context import CutShort, FitContext
from recsys_core.types import Feedback
from tests import worlds

N_USERS, N_ITEMS = 21, 16
TINY = {"epochs": 2, "embedding_size": 4, "product_size": 3, "tower": (6, 3), "hidden_size": 6, "batch_size": 64}

# A blend that ranks, whose weights differ by how much is known of a person, and one that rates.
BLENDS = {
    "blend": {
        "members": '[{"model": "popularity"}, {"model": "ease"}, {"model": "bpr", "settings": {"epochs": 2}}]',
        "groups": '[{"weights": [0.5, 0.25, 0.25]}, {"weights": [0, 0.4, 0.6]}]',
        "cuts": "[4]",
    },
    "blend-rating": {
        "members": '[{"model": "bias"}, {"model": "item_knn", "settings": {"objective": "rating"}}]',
        "groups": '[{"weights": [0.7, 0.5], "intercept": -0.6}]',
    },
}

# Words are read by a network that learns along; nothing is read.
READING: dict[str, dict[str, Any]] = {
    "learning": {"text": "cnn", "content_size": 5},
    "blind": {"text": "none", "attributes": False, "content_size": 5},
}

Variant = tuple[type[Recommender], tuple[tuple[str, Any], ...]]  # a model and the settings it is tested with


def variants() -> list[Any]:
    """Every model with quick settings, once more for ratings where it can learn either, and with others to read or
    none where it reads."""
    rows = []
    for model in MODELS:
        fields = model.Config.model_fields
        settings = {name: value for name, value in TINY.items() if name in fields}
        rows.append(pytest.param((model, tuple(settings.items())), id=model.info.key))
        others = {"rating": {"objective": "rating"}} if "objective" in fields else {}
        others |= READING if issubclass(model.Config, ContentConfig) else {}
        for name, other in others.items():
            rows.append(pytest.param((model, tuple((settings | other).items())), id=f"{model.info.key}-{name}"))
    return rows + [pytest.param((Blend, tuple(blend.items())), id=name) for name, blend in BLENDS.items()]


every_variant = pytest.mark.parametrize("variant", variants())
every_model = pytest.mark.parametrize("model_class", [*MODELS, *COMPOSED], ids=lambda model: model.info.key)


def fresh(variant: Variant) -> Recommender:
    model_class, settings = variant
    return model_class(model_class.Config.parse(dict(settings)))


@cache
def world() -> Dataset:
    """20 people and 15 items with ratings, one person and one item without any, and somebody who met the 15."""
    planted = worlds.planted_ratings(np.random.default_rng(4), 20, 15).dataset.interactions
    rows = [
        (int(user), int(item), float(value), 100 + int(time))
        for user, item, value, time in zip(planted.users, planted.items, planted.values, planted.times, strict=True)
        if user != 7
    ]
    rows += [(7, item, 1.0 + item % 5, item) for item in range(15)]
    made = worlds.dataset(rows, N_USERS, N_ITEMS)
    items, people = range(N_ITEMS), range(N_USERS)
    told = {
        "title": [f"The {('red', 'green')[item % 2]} book of {item}" for item in items],
        "text": ["" if item % 5 == 0 else f"It is {WORDS[item % 3]} and old" for item in items],
        "genres": [("Even", "Odd")[item % 2 :][:1] for item in items],
    }
    for name, column in told.items():
        made.item_table[name] = pd.Series(column, dtype=object)
    made.user_table["kind"] = pd.Series([("reader", "viewer")[user % 2] for user in people], dtype=object)
    return made


@cache
def fitted(variant: Variant) -> Recommender:
    """Shared between tests that only ask."""
    return fresh(variant).fit(world(), FitContext(seed=1))


WORDS = ("large", "small", "blue")
ALL_USERS = np.arange(N_USERS, dtype=np.int32)
STRANGERS = Histories.of(
    [([3, 1], [5.0, 2.0]), ([], []), (list(range(N_ITEMS)), [4.0] * N_ITEMS), ([15], [1.0])], N_ITEMS
)


def asks_histories(variant: Variant) -> Recommender:
    model = fitted(variant)
    if Ability.HISTORY not in model.abilities:
        pytest.skip("does not declare HISTORY")
    return model


def asks_content(variant: Variant) -> Recommender:
    model = fitted(variant)
    if Ability.CONTENT not in model.abilities:
        pytest.skip("does not declare CONTENT")
    return model


def asks_ratings(variant: Variant) -> Recommender:
    model = fitted(variant)
    if Ability.RATING not in model.abilities:
        pytest.skip("does not declare RATING")
    return model


@every_variant
def test_scores_have_a_row_for_each_person_and_a_column_for_each_item(variant: Variant):
    scores = fitted(variant).score(ALL_USERS)
    assert scores.shape == (N_USERS, N_ITEMS)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()


@every_variant
def test_people_asked_together_or_alone_get_the_same_scores(variant: Variant):
    model = fitted(variant)
    users = np.array([5, 0, 20, 5], dtype=np.int32)
    together = model.score(users)
    assert together == pytest.approx(np.concatenate([model.score(users[[row]]) for row in range(4)]), abs=1e-5)
    assert together == pytest.approx(model.score(ALL_USERS)[users], abs=1e-5)


@every_variant
@pytest.mark.parametrize("items", [[3], [15, 0, 3, 3], []], ids=str)
def test_named_items_are_columns_of_the_whole(variant: Variant, items: list[int]):
    model, wanted = fitted(variant), np.array(items, dtype=np.int32)
    some = model.score(ALL_USERS, wanted)
    assert some.dtype == np.float32
    assert some.shape == (N_USERS, len(items))
    assert some == pytest.approx(model.score(ALL_USERS)[:, wanted], abs=1e-5)
    if Ability.HISTORY in model.abilities:
        some = model.score_histories(STRANGERS, wanted)
        assert some.shape == (4, len(items))
        assert some == pytest.approx(model.score_histories(STRANGERS)[:, wanted], abs=1e-5)


@every_variant
def test_nobody_at_all_gets_no_scores(variant: Variant):
    model = fitted(variant)
    assert model.score(ALL_USERS[:0]).shape == (0, N_ITEMS)
    if Ability.HISTORY in model.abilities:
        assert model.score_histories(Histories.of([], N_ITEMS)).shape == (0, N_ITEMS)


@every_variant
def test_scores_belong_to_whoever_asked(variant: Variant):
    """Lists are masked in place, so a model must never hand out its own memory."""
    model = fitted(variant)
    before = model.score(ALL_USERS).copy()
    model.score(ALL_USERS)[:] = -np.inf
    assert np.array_equal(model.score(ALL_USERS), before)
    if Ability.HISTORY in model.abilities:
        before = model.score_histories(STRANGERS).copy()
        model.score_histories(STRANGERS)[:] = -np.inf
        assert np.array_equal(model.score_histories(STRANGERS), before)


@every_variant
def test_any_history_gets_finite_scores(variant: Variant):
    scores = asks_histories(variant).score_histories(STRANGERS)
    assert scores.shape == (4, N_ITEMS)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()


@every_variant
@pytest.mark.parametrize(("item", "n_items"), [(N_ITEMS, N_ITEMS), (-1, N_ITEMS), (10**6, 10**6 + 1)], ids=str)
def test_a_history_with_an_item_outside_the_catalogue_is_refused(variant: Variant, item: int, n_items: int):
    """Compiled loops do not check bounds: what gets that far reads memory that is not the model's."""
    model = asks_histories(variant)
    if not (set(model.arrays()) - {"weights", "counts"}):
        pytest.skip("does not look at histories")
    with pytest.raises((ValueError, IndexError)):
        model.score_histories(Histories.of([([2, item], [4.0, 4.0])], n_items))


@every_variant
def test_histories_asked_together_or_alone_get_the_same_scores(variant: Variant):
    model = asks_histories(variant)
    alone = np.concatenate([model.score_histories(one) for one in STRANGERS.batches(1)])
    assert model.score_histories(STRANGERS) == pytest.approx(alone, abs=1e-4)


@every_variant
def test_a_question_about_histories_leaves_model_and_histories_as_they_were(variant: Variant):
    model = asks_histories(variant)
    scores, values, items = model.score(ALL_USERS).copy(), STRANGERS.values.copy(), STRANGERS.items.copy()
    first = model.score_histories(STRANGERS).copy()
    assert np.array_equal(model.score_histories(STRANGERS), first)
    assert np.array_equal(model.score(ALL_USERS), scores)
    assert np.array_equal(STRANGERS.values, values)
    assert np.array_equal(STRANGERS.items, items)


@every_variant
def test_an_item_that_nobody_met_scores_as_one_described_like_it(variant: Variant):
    """The last item has no events, so its content is all there is."""
    model, content = asks_content(variant), ItemContent.of(world())
    scores = model.score_content(ALL_USERS, content)
    assert scores.shape == (N_USERS, N_ITEMS)
    assert scores.dtype == np.float32
    assert np.isfinite(scores).all()
    assert scores[:, -1] == pytest.approx(model.score(ALL_USERS)[:, -1], abs=1e-4)
    if Ability.HISTORY in model.abilities:
        scores = model.score_content(STRANGERS, content)
        assert scores.shape == (4, N_ITEMS)
        assert scores[:, -1] == pytest.approx(model.score_histories(STRANGERS)[:, -1], abs=1e-4)
    if Ability.VECTORS in model.abilities:
        vectors, among = model.content_vectors(content), model.item_vectors()
        assert vectors.shape == among.shape
        assert vectors.dtype == np.float32
        assert vectors[-1] == pytest.approx(among[-1], abs=1e-4)


@every_variant
def test_items_described_together_or_alone_get_the_same_scores(variant: Variant):
    model, content = asks_content(variant), ItemContent.of(world())
    alone = np.hstack([model.score_content(ALL_USERS, content.take([item])) for item in (3, 15, 3)])
    assert model.score_content(ALL_USERS, content.take([3, 15, 3])) == pytest.approx(alone, abs=1e-4)
    assert model.score_content(ALL_USERS, content.take([])).shape == (N_USERS, 0)
    assert model.score_content(ALL_USERS[:0], content).shape == (0, N_ITEMS)


@every_variant
def test_an_item_of_which_nothing_is_known_or_all_is_strange_has_a_score(variant: Variant):
    model, data = asks_content(variant), world()
    strange = {"title": "日本 \ud800 🎈", "genres": ("Never heard of",), "year": 10**9, "text": "x " * 9999}
    for known in ({}, strange):
        item = ItemContent.new_item(data, known)
        assert np.isfinite(model.score_content(ALL_USERS, item)).all()
        assert np.isfinite(model.score_content(STRANGERS, item)).all()


@every_variant
def test_predictions_lie_on_the_scale(variant: Variant):
    model = asks_ratings(variant)
    users, items = (grid.ravel().astype(np.int32) for grid in np.meshgrid(ALL_USERS, np.arange(N_ITEMS)))
    ratings = model.predict(users, items)
    assert ratings.shape == users.shape
    assert ratings.dtype == np.float32
    assert ratings.min() >= 1.0
    assert ratings.max() <= 5.0
    assert model.predict(users[:0], items[:0]).shape == (0,)


@every_variant
def test_a_generous_person_and_a_good_item_do_not_leave_the_scale(variant: Variant):
    asks_ratings(variant)
    rows = [(user, item, 5.0 if user + item >= 10 else 1.0, 0) for user in range(10) for item in range(10)]
    model = fresh(variant).fit(worlds.dataset(rows, 10, 10))
    ratings = model.predict(np.array([9, 0], dtype=np.int32), np.array([9, 0], dtype=np.int32))
    assert ratings.max() <= 5.0
    assert ratings.min() >= 1.0


@every_variant
def test_scores_of_a_rating_model_are_its_predictions_before_clipping(variant: Variant):
    model = asks_ratings(variant)
    users, items = (grid.ravel().astype(np.int32) for grid in np.meshgrid(ALL_USERS, np.arange(N_ITEMS)))
    clipped = np.clip(model.score(ALL_USERS)[users, items], 1.0, 5.0)
    assert model.predict(users, items) == pytest.approx(clipped, abs=1e-4)


@every_variant
def test_vectors_are_one_for_each(variant: Variant):
    model = fitted(variant)
    if Ability.VECTORS not in model.abilities:
        pytest.skip("does not declare VECTORS")
    for vectors, n in ((model.item_vectors(), N_ITEMS), (model.user_vectors(), N_USERS)):
        assert vectors.ndim == 2
        assert len(vectors) == n
        assert vectors.dtype == np.float32
        assert np.isfinite(vectors).all()


QUESTIONS = {
    Ability.RATING: [lambda model: model.predict(ALL_USERS[:1], ALL_USERS[:1])],
    Ability.HISTORY: [lambda model: model.score_histories(STRANGERS)],
    Ability.VECTORS: [lambda model: model.item_vectors(), lambda model: model.user_vectors()],
    Ability.WARM_START: [lambda model: go_on(model)],
    Ability.CONTENT: [
        lambda model: model.score_content(ALL_USERS[:1], ItemContent.of(world())),
        lambda model: model.readings(ItemContent.of(world())),
    ],
    # What it reads shows in its scores; it is not asked.
    Ability.TEXT: [],
    Ability.IMAGE: [],
    Ability.ATTRIBUTES: [],
}


def go_on(model: Recommender) -> None:
    """Learn on from the model, which stays as it is."""
    weights = {name: one.tensor for name, one in model.training.learned.items()} if model.training else {}
    warm = warm_start(model, weights, world(), world(), {})
    type(model)(model.config).fit(world(), FitContext(seed=1, warm=warm))


@every_variant
@pytest.mark.parametrize("ability", Ability)
def test_an_ability_is_declared_or_refused_in_words(variant: Variant, ability: Ability):
    model = fitted(variant)
    for question in QUESTIONS[ability]:
        if ability in model.abilities:
            question(model)
        else:
            with pytest.raises(AbilityError, match=f"lacks the ability '{ability.value}'.*Choose a model"):
                question(model)


def contents(dataset: Dataset) -> list[bytes]:
    events = dataset.interactions
    return [column.tobytes() for column in (events.users, events.items, events.values, events.times)]


@every_variant
def test_learning_leaves_the_data_untouched(variant: Variant):
    dataset = world()
    before, table = contents(dataset), dataset.item_table.copy()
    fresh(variant).fit(dataset)
    assert contents(dataset) == before
    assert dataset.item_table.equals(table)


@every_variant
def test_the_same_seed_gives_the_same_scores_whatever_happened_before(variant: Variant):
    np.random.seed(99)  # a model that drew from numpy's global generator would differ
    again = fresh(variant).fit(world(), FitContext(seed=1))
    assert np.array_equal(again.score(ALL_USERS), fitted(variant).score(ALL_USERS))


@every_variant
def test_a_second_fit_starts_afresh(variant: Variant):
    model = fresh(variant).fit(worlds.golden(), FitContext(seed=1))
    assert (model.n_users, model.n_items) == (4, 6)
    model.fit(world(), FitContext(seed=1))
    assert np.array_equal(model.score(ALL_USERS), fitted(variant).score(ALL_USERS))
    if Ability.HISTORY in model.abilities:
        assert np.array_equal(model.score_histories(STRANGERS), fitted(variant).score_histories(STRANGERS))


@every_variant
@pytest.mark.parametrize(
    ("rows", "n_users", "n_items"),
    [
        ([(0, 0, 4.0, 0)], 1, 1),
        ([(0, item, 4.0, item) for item in range(3)], 1, 3),
        ([(user, 0, 4.0, user) for user in range(3)], 3, 1),
        ([(user, item, 5.0, 0) for user in range(3) for item in range(3)], 3, 3),
        ([(1, 1, 0.0, 0)], 3, 3),
    ],
    ids=["one pair", "one user", "one item", "everybody met everything", "a lone zero"],
)
def test_the_smallest_worlds_can_be_learned(
    variant: Variant, rows: list[tuple[int, int, float, int]], n_users: int, n_items: int
):
    dataset, model = worlds.dataset(rows, n_users, n_items, scale=worlds.Scale(0.0, 5.0, 1.0)), fresh(variant)
    if model.info.needs_times and not dataset.interactions.has_order:
        with pytest.raises(ModelError, match="asks when things happened, but the data set 'made by hand' does not"):
            model.fit(dataset)
        return
    model.fit(dataset)
    assert model.is_fitted
    scores = model.score(np.arange(n_users, dtype=np.int32))
    assert scores.shape == (n_users, n_items)
    assert np.isfinite(scores).all()
    if Ability.HISTORY in model.abilities:
        assert np.isfinite(model.score_histories(Histories.of([([], []), ([0], [5.0])], n_items))).all()


@every_variant
def test_implicit_events_are_learned_or_refused_in_words(variant: Variant):
    implicit = worlds.two_camps(12, Feedback.IMPLICIT).dataset
    model = fresh(variant)
    if model.info.needs_ratings or Ability.RATING in model.abilities:
        with pytest.raises(ModelError, match="learns to predict ratings, but the data set 'two camps' has none"):
            model.fit(implicit)
        assert not model.is_fitted
    else:
        assert np.isfinite(model.fit(implicit).score(np.arange(12, dtype=np.int32))).all()


@every_variant
def test_nothing_to_learn_from_is_an_error_in_words(variant: Variant):
    with pytest.raises(ModelError, match="not one event to learn from"):
        fresh(variant).fit(worlds.dataset([], 2, 2))


@every_variant
def test_a_model_learns_and_is_judged_through_a_split(variant: Variant):
    made = split(worlds.two_camps(12, Feedback.EXPLICIT).dataset, SplitRecipe())
    model = fresh(variant)
    model.fit(made.train, FitContext(validate=validator(made, model)))
    report = evaluate(model, made.test, made.dataset, ks=(5,))
    assert ("rmse" in report.metrics) == (Ability.RATING in model.abilities)
    assert all(np.isfinite(estimate.value) for estimate in report.metrics.values())


@every_variant
def test_a_saved_model_answers_as_before(variant: Variant, tmp_path: Path):
    model = fitted(variant)
    model.save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.json", "model.safetensors"]
    for loaded in (type(model).load(tmp_path), load_model(tmp_path)):
        assert type(loaded) is type(model)
        assert loaded.is_fitted
        assert loaded.config == model.config
        assert (loaded.n_users, loaded.n_items, loaded.abilities) == (N_USERS, N_ITEMS, model.abilities)
        assert np.array_equal(loaded.score(ALL_USERS), model.score(ALL_USERS))
        if Ability.HISTORY in model.abilities:
            assert np.array_equal(loaded.score_histories(STRANGERS), model.score_histories(STRANGERS))
        if Ability.CONTENT in model.abilities:
            content = ItemContent.of(world())
            assert np.array_equal(loaded.score_content(ALL_USERS, content), model.score_content(ALL_USERS, content))
        if Ability.RATING in model.abilities:
            pairs = ALL_USERS[:N_ITEMS], ALL_USERS[:N_ITEMS]
            assert np.array_equal(loaded.predict(*pairs), model.predict(*pairs))
        if Ability.VECTORS in model.abilities:
            assert np.array_equal(loaded.item_vectors(), model.item_vectors())
            assert np.array_equal(loaded.user_vectors(), model.user_vectors())


def edit(folder: Path, **changes: Any) -> None:
    about = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(about | changes))


def drop_an_array(folder: Path) -> None:
    arrays = load_file(str(folder / "model.safetensors"))
    arrays.pop(sorted(arrays)[0])
    save_file(arrays, str(folder / "model.safetensors"))


def add_an_array(folder: Path) -> None:
    arrays = load_file(str(folder / "model.safetensors"))
    save_file(arrays | {"surplus": np.zeros(1)}, str(folder / "model.safetensors"))


def put_no_number(folder: Path) -> None:
    arrays = {name: array.copy() for name, array in load_file(str(folder / "model.safetensors")).items()}
    values = next(array for name, array in sorted(arrays.items()) if array.size and array.dtype.kind == "f")
    values.flat[-1] = np.nan
    save_file(arrays, str(folder / "model.safetensors"))


def put_scalars(folder: Path) -> None:
    arrays = load_file(str(folder / "model.safetensors"))
    save_file({name: np.zeros((), array.dtype) for name, array in arrays.items()}, str(folder / "model.safetensors"))


DAMAGE = {
    "no model.json": lambda folder: (folder / "model.json").unlink(),
    "no arrays": lambda folder: (folder / "model.safetensors").unlink(),
    "empty model.json": lambda folder: (folder / "model.json").write_text(""),
    "half a model.json": lambda folder: (folder / "model.json").write_text('{"model": '),
    "model.json is a list": lambda folder: (folder / "model.json").write_text("[]"),
    "model.json is not text": lambda folder: (folder / "model.json").write_bytes(b"\xff\xfe\x00\xd8"),
    "no config": lambda folder: edit(folder, config=None),
    "a config of another version": lambda folder: edit(folder, config={"warp": 9}),
    "no sizes": lambda folder: edit(folder, n_users=None),
    "negative sizes": lambda folder: edit(folder, n_users=-1, n_items=-1),
    "no people": lambda folder: edit(folder, n_users=0),
    "fewer items": lambda folder: edit(folder, n_items=N_ITEMS - 1, n_users=N_USERS - 1),
    "empty arrays": lambda folder: (folder / "model.safetensors").write_bytes(b""),
    "half the arrays": lambda folder: (folder / "model.safetensors").write_bytes(
        (folder / "model.safetensors").read_bytes()[:-8]
    ),
    "an array is gone": drop_an_array,
    "an array too many": add_an_array,
    "a value that is no number": put_no_number,
    "numbers for arrays": put_scalars,
}


@every_variant
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_a_damaged_model_is_an_error_in_words(variant: Variant, damage: Any, tmp_path: Path):
    fitted(variant).save(tmp_path)
    damage(tmp_path)
    with pytest.raises(ModelError, match=r"cannot be read|of the saved model|the saved model\."):
        variant[0].load(tmp_path)
    with pytest.raises(ModelError, match=r"cannot be read|of the saved model|the saved model\."):
        load_model(tmp_path)


@every_variant
def test_numbers_of_another_kind_are_refused(variant: Variant, tmp_path: Path):
    """They would be counted with otherwise, or break in the middle of an answer."""
    model = fitted(variant)
    model.save(tmp_path)
    arrays = load_file(str(tmp_path / "model.safetensors"))
    for name, array in arrays.items():
        for kind in {np.float16, np.float32, np.float64, np.int32, np.int64, np.bool_} - {array.dtype.type}:
            save_file(arrays | {name: array.astype(kind)}, str(tmp_path / "model.safetensors"))
            with pytest.raises(ModelError, match="of the saved model"):
                type(model).load(tmp_path)


@every_model
def test_another_models_folder_is_refused(model_class: type[Recommender], tmp_path: Path):
    other = next(model for model in MODELS if model is not model_class)
    settings = {name: value for name, value in TINY.items() if name in other.Config.model_fields}
    fitted((other, tuple(settings.items()))).save(tmp_path)
    with pytest.raises(ModelError, match=f"holds a '{other.info.key}', not a '{model_class.info.key}'"):
        model_class.load(tmp_path)


def test_a_folder_of_an_unknown_model_is_an_error_in_words(tmp_path: Path):
    (tmp_path / "model.json").write_text('{"model": "oracle"}')
    with pytest.raises((ModelError, ConfigError), match="no model called 'oracle'.*popularity, bias"):
        load_model(tmp_path)


@every_model
def test_settings_survive_a_file_and_a_shell(model_class: type[Recommender]):
    config = model_class.Config()
    written = config.model_dump(mode="json")
    assert model_class.Config.parse(json.loads(json.dumps(written))) == config
    typed = {name: value if isinstance(value, str) else json.dumps(value) for name, value in written.items()}
    assert model_class.Config.parse(typed) == config


@every_model
def test_every_setting_has_a_default_and_is_described(model_class: type[Recommender]):
    for name, field in model_class.Config.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name
        assert field.default is not PydanticUndefined, name


@every_model
def test_an_unknown_setting_is_named_with_the_known_ones(model_class: type[Recommender]):
    with pytest.raises(ConfigError, match="no setting 'warp'") as caught:
        model_class.Config.parse({"warp": 9})
    assert caught.value.code == "unknown-setting"
    assert all(name in caught.value.fix for name in model_class.Config.model_fields)


SETTINGS = [(model, name) for model in MODELS for name in model.Config.model_fields]


@pytest.mark.parametrize(("model_class", "name"), SETTINGS, ids=lambda part: getattr(part, "__name__", part))
@pytest.mark.parametrize("value", [-1e12, 1e12, float("nan"), "no such word"], ids=str)
def test_a_setting_out_of_bounds_is_named(model_class: type[Recommender], name: str, value: Any):
    """Every setting has bounds, so none of these values fits any of them."""
    with pytest.raises(ConfigError, match=f"setting '{name}") as caught:
        model_class.Config.parse({name: value})
    assert caught.value.code == "bad-setting"


@every_model
def test_a_model_says_in_words_what_it_is(model_class: type[Recommender]):
    info = model_class.info
    assert all((info.key, info.title, info.idea, info.family, info.score))
    assert info.idea.endswith(".")
    assert info.key == info.key.lower()
    assert (model_class in COMPOSED) != (model_class in MODELS)
    assert not model_class().is_fitted


def test_keys_and_titles_are_unique():
    everyone = (*MODELS, *COMPOSED)
    assert len({model.info.key for model in everyone}) == len(everyone)
    assert len({model.info.title for model in everyone}) == len(everyone)


def test_what_is_trained_by_name_is_found_by_its_key():
    assert all(find_model(model.info.key) is model for model in MODELS)
    for model in COMPOSED:
        with pytest.raises(ConfigError, match="no model called"):
            find_model(model.info.key)


def test_an_unknown_model_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="no model called 'oracle'.*popularity, bias"):
        find_model("oracle")


def test_every_model_in_the_package_is_in_one_of_the_lists():
    found = set()
    for module in pkgutil.walk_packages(models_package.__path__, "recsys_core.models."):
        for _, one in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            ours = one.__module__.startswith("recsys_core.models.")
            if ours and issubclass(one, Recommender) and not inspect.isabstract(one):
                found.add(one)
    assert found == {*MODELS, *COMPOSED}


@pytest.mark.parametrize("variant", [row for row in variants() if not row.id.startswith("blend")])
def test_a_pilot_sees_every_model_learn(variant: Variant):
    """It reports how far it is and can be asked after a part of an epoch, or declares how its work grows."""
    model, told, data = fresh(variant), [], world()
    whole = split(data, SplitRecipe(key="random"))
    context = FitContext(validate=validator(whole, model), on_event=told.append, cut_after=0.0)
    try:
        model.fit(whole.train, context)
    except CutShort:
        assert not model.is_fitted
    else:
        assert np.isfinite(model.score(np.arange(N_USERS, dtype=np.int32))).all()
    work = model.work(whole.train)
    assert told or all(part > 0 for part in work)
    assert bool(work) != bool(told)
    if work:
        half = whole.train.with_interactions(whole.train.interactions.take(np.arange(60)))
        assert all(part <= of_all for part, of_all in zip(model.work(half), work, strict=True))
