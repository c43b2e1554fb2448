"""Models that read what is known about items go on to a catalogue that shares no item and nobody with the first one."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models import Recommender, load_model
from recsys_core.models.content_model import ContentModel
from recsys_core.models.content_ncf import ContentNCF
from recsys_core.models.two_tower import TwoTower
from recsys_core.training.context import FitContext
from recsys_core.training.warm_start import Part, RowsOf, WarmStart
from tests import worlds

SMALL = {"embedding_size": 8, "product_size": 4, "tower": (16,), "content_size": 16, "learning_rate": 0.01}
EVEN, ODD = ([0, 2, 4], [5.0] * 3), ([1, 3, 5], [5.0] * 3)
every_kind = pytest.mark.parametrize("kind", [TwoTower, ContentModel, ContentNCF], ids=lambda kind: kind.info.key)


def liked(n_users: int, n_items: int, prefix: str) -> Dataset:
    """Everybody likes items of the own genre, of which the texts tell as well. Ids begin with the prefix."""
    made = worlds.described(n_users, n_items)
    made = made.with_interactions(made.interactions.take(made.interactions.values == 5.0))
    made.item_table["title"] = pd.Series([f"{prefix} {item}" for item in range(n_items)], dtype=object)
    made.item_table["text"] = pd.Series([("red rose", "green moss")[item % 2] for item in range(n_items)], dtype=object)
    for ids in (made.user_ids, made.item_ids):
        ids.values[:] = [f"{prefix} {identifier}" for identifier in ids.values]
    return made


FIRST = liked(60, 40, "film")


def other() -> Dataset:
    return liked(30, 20, "book")


def silent(dataset: Dataset) -> Dataset:
    return dataset.with_interactions(dataset.interactions.take(np.empty(0, dtype=np.int64)))


def learned_first(kind: type[Recommender], **settings: Any) -> Recommender:
    fields = kind.Config.model_fields
    chosen = {name: value for name, value in (SMALL | {"epochs": 30} | settings).items() if name in fields}
    return kind(kind.Config.parse(chosen)).fit(FIRST, FitContext(seed=1))


def weights_of(model: Recommender) -> dict[str, torch.Tensor]:
    assert model.training is not None
    return {name: one.tensor for name, one in model.training.learned.items()}


def start(source: Recommender, weights: dict[str, torch.Tensor], target: Dataset, **ways: Any) -> WarmStart:
    """Nothing is matched."""
    nobody = {RowsOf.PEOPLE: np.full(target.n_users, -1), RowsOf.ITEMS: np.full(target.n_items, -1)}
    sizes = {RowsOf.PEOPLE: source.n_users, RowsOf.ITEMS: source.n_items}
    news = np.ones(len(target.interactions), bool), np.ones(target.n_users, bool)
    return WarmStart(weights, nobody, sizes, *news, source=source, **ways)


def go_on(source: Recommender, target: Dataset, epochs: int = 3, **ways: Any) -> Recommender:
    warm = start(source, weights_of(source), target, **ways)
    return type(source)(source.config.model_copy(update={"epochs": epochs})).fit(target, FitContext(seed=2, warm=warm))


@every_kind
@pytest.mark.parametrize("text", ["words", "cnn"])
def test_untrained_it_sees_new_items_as_the_earlier_model_sees_them(kind: type[Recommender], text: str):
    source, target = learned_first(kind, text=text, epochs=3), silent(other())
    model = go_on(source, target, as_it_is=True)
    seen = source.content_vectors(ItemContent.of(target))
    assert model.item_vectors() == pytest.approx(seen, abs=1e-5)
    assert np.ptp(seen, axis=0).max() > 0.01


@every_kind
def test_untrained_it_knows_whom_new_items_are_for(kind: type[Recommender]):
    model = go_on(learned_first(kind), silent(other()), as_it_is=True)
    scores = model.score_histories(Histories.of([EVEN, ODD], 20))
    if kind is ContentNCF:
        assert np.isfinite(scores).all()  # people are known by rows of their own, and these have none
        return
    of_even, of_odd = scores[:, 0::2].mean(1), scores[:, 1::2].mean(1)
    assert of_even[0] > of_odd[0] + 1
    assert of_even[1] < of_odd[1] - 1


@every_kind
def test_it_learns_on_with_the_readers_that_it_has(kind: type[Recommender]):
    source, target = learned_first(kind, epochs=3), other()
    target.item_table["genres"] = pd.Series([("Novel",), ("Poem",)] * 10, dtype=object)
    model = go_on(source, target, rates=dict.fromkeys(Part, 1.0))
    assert np.isfinite(model.score(np.arange(30, dtype=np.int32))).all()
    for name, array in source.readers.arrays().items():
        assert np.array_equal(model.readers.arrays()[name], array), name
    assert any(
        not torch.equal(one, weights_of(model)[name]) for name, one in weights_of(source).items() if "content." in name
    )


@every_kind
def test_a_saved_model_can_be_gone_on_from(kind: type[Recommender], tmp_path: Path):
    source, target = learned_first(kind, epochs=3), other()
    source.save(tmp_path)
    at_once = go_on(source, target)
    warm = start(load_model(tmp_path), weights_of(source), target)
    later = kind(at_once.config).fit(target, FitContext(seed=2, warm=warm))
    people = np.arange(30, dtype=np.int32)
    assert np.array_equal(later.score(people), at_once.score(people))
    later.save(tmp_path)
    assert np.array_equal(load_model(tmp_path).score(people), later.score(people))


@every_kind
def test_columns_that_are_missing_are_unknown_and_others_are_not_looked_at(kind: type[Recommender]):
    source, strange = learned_first(kind, epochs=3), other()
    plain = replace(other(), user_table=strange.user_table.drop(columns="kind"))
    strange.user_table["kind"] = pd.date_range("2000-01-01", periods=30)  # of another kind than it was
    strange.user_table["shoe size"] = np.arange(30.0)
    strange.item_table["pages"] = np.arange(20.0)
    strange.item_table["year"] = pd.array([None] * 20, dtype="Int64")
    people = np.arange(30, dtype=np.int32)
    scores = [go_on(source, target).score(people) for target in (plain, strange)]
    assert np.isfinite(scores[0]).all()
    assert np.array_equal(*scores)


def test_attributes_of_people_are_read_as_before():
    model = go_on(learned_first(ContentModel, text="none", attributes=True), silent(other()), as_it_is=True)
    scores = model.score(np.array([0, 1], dtype=np.int32))  # an even and an odd person without one event
    assert scores[0, 0] - scores[0, 1] > scores[1, 0] - scores[1, 1] + 1


@every_kind
def test_rows_of_items_that_are_in_both_are_taken_over(kind: type[Recommender]):
    source = learned_first(kind, epochs=3)
    warm = start(source, weights_of(source), FIRST, as_it_is=True)
    sources = {RowsOf.PEOPLE: np.arange(60), RowsOf.ITEMS: np.arange(40)}
    target = silent(FIRST)
    warm = replace(warm, sources=sources, new_events=np.empty(0, bool), new_people=np.zeros(60, bool))
    model = kind(source.config).fit(target, FitContext(seed=2, warm=warm))
    assert model.item_vectors() == pytest.approx(source.item_vectors(), abs=1e-5)
