"""NeuMF that sees what is known about items."""

import numpy as np
import pandas as pd
import pytest
import torch

from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.content_ncf import ContentNCF, MetItemsRanking
from recsys_core.models.neural_cf_config import NeuralCFConfig
from recsys_core.training.context import FitContext
from tests import worlds

TINY = {"embedding_size": 8, "product_size": 4, "tower": (16,), "content_size": 16, "epochs": 30, "batch_size": 128}


def likes_own_kind() -> Dataset:
    """As ``worlds.described``, but events are what somebody liked. The last two items and people have none."""
    described = worlds.described()
    return described.with_interactions(described.interactions.take(described.interactions.values == 5.0))


def build(**settings: object) -> ContentNCF:
    return ContentNCF(ContentNCF.Config(**(TINY | {"learning_rate": 0.01} | settings)))


@pytest.mark.parametrize("sampling", ["uniform", "popularity", "in-batch"])
def test_an_item_that_nobody_met_is_for_those_who_like_its_genre(sampling: str):
    data = likes_own_kind()
    model = build(negative_sampling=sampling).fit(data, FitContext(seed=1))
    even, odd = model.score(np.arange(58, dtype=np.int32), np.array([38, 39], dtype=np.int32)).T
    assert np.mean((even > odd) == (np.arange(58) % 2 == 0)) > 0.9
    history = Histories.of([([0, 2, 4], [5.0] * 3), ([1, 3, 5], [5.0] * 3)], 40)
    scores = model.score_content(history, ItemContent.of(data).take([38, 39]))
    assert scores[0, 0] > scores[0, 1]
    assert scores[1, 0] < scores[1, 1]


@pytest.mark.parametrize("sampling", ["uniform", "popularity"])
def test_what_nobody_met_is_no_negative(sampling: str):
    data = likes_own_kind()
    net = build(epochs=1).fit(data).net.requires_grad_(True)
    config = NeuralCFConfig(negative_sampling=sampling, negatives=50)
    task = MetItemsRanking(net, data.interactions, torch.Generator().manual_seed(0), config)
    drawn = task.samples(torch.arange(len(data.interactions))).items
    assert set(drawn.flatten().tolist()) == set(range(38))


def test_nothing_known_of_a_history_stands_against_items_that_nobody_met():
    model = build(epochs=1).fit(likes_own_kind())
    assert model.shares is not None
    assert (model.shares[38:] == 0).all()
    assert model.shares.sum() == pytest.approx(1, abs=1e-5)


def test_only_items_that_somebody_met_have_numbers_of_their_own():
    """Two items alike, one of them met by everybody."""
    rows = [(user, item, 1.0, 0) for user in range(30) for item in (0, 1 + user % 2)]
    data = worlds.dataset(rows, 30, 5)
    data.item_table["genres"] = pd.Series([("A",), ("B",), ("B",), ("A",), ("B",)], dtype=object)
    model = build(id_dropout=0).fit(data, FitContext(seed=1))
    people, content = np.arange(30, dtype=np.int32), ItemContent.of(data)
    told, scores = model.score_content(people, content), model.score(people)
    assert told[:, 3:] == pytest.approx(scores[:, 3:], abs=1e-5)
    assert abs(told[:, :3] - scores[:, :3]).max() > 0.1


def test_ids_that_are_always_dropped_learn_nothing():
    data = likes_own_kind()
    model = build(id_dropout=1, weight_decay=0, epochs=1).fit(data, FitContext(seed=1))
    fresh = model._fresh(data, torch.Generator().manual_seed(1))
    assert model.net.item_table.numpy() == pytest.approx(fresh.item_table.detach().numpy(), abs=1e-6)
    assert model.net.user_table.numpy() != pytest.approx(fresh.user_table.detach().numpy(), abs=1e-3)
