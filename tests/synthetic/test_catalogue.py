from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.dataset import Ids
from recsys_core.errors import ConfigError
from recsys_core.synthetic.tastes.catalogue import MATE, MOST_TIMES, catalogue
from tests.synthetic.small_town import town

COUNTS = (30.0 - np.arange(30)) ** 2


def made(n_items=None, skew=1.0, real=None, seed=0):
    return catalogue(town() if real is None else real, COUNTS, n_items, skew, np.random.default_rng(seed))


def test_all_items_stay_as_they_are_but_for_pictures():
    items, real = made(), town()
    assert list(items.ids.values) == list(real.item_ids.values)
    assert items.table.drop(columns="image").equals(real.item_table.drop(columns="image"))
    assert set(items.table["image"]) == {""}
    assert items.shares == pytest.approx(COUNTS / COUNTS.sum())


def test_fewer_items_are_as_differently_popular():
    items = made(6)
    assert len(set(items.parents)) == 6
    assert [(parent // 5) for parent in items.parents] == [0, 1, 2, 3, 4, 5]  # one of each five that are alike popular
    assert list(items.ids.values) == [f"i{parent}" for parent in items.parents]
    assert list(items.table["title"]) == [f"i{parent}" for parent in items.parents]


def test_new_items_are_like_old_ones():
    items, real = made(75), town()
    assert list(items.ids.values[:30]) == list(real.item_ids.values)
    assert items.ids.values[30] == "synthetic-item-1"
    assert items.table["title"].iat[74] == "Synthetic item 45"
    assert all(items.table["genres"].iat[new] == real.genres(items.parents[new]) for new in range(30, 75))
    assert set(items.table["text"][30:]) == {""}
    assert (items.parents[30:] != items.mates[30:]).all()
    assert sorted(items.parents[30:60]) == list(range(30))
    between = np.sort(np.stack([COUNTS[items.parents], COUNTS[items.mates]]), axis=0) / COUNTS.sum()
    relative = items.shares / items.shares[0] * COUNTS[0] / COUNTS.sum()
    assert (relative >= between[0] - 1e-9).all()
    assert (relative <= between[1] + 1e-9).all()


def test_a_new_item_is_wanted_as_its_parent_and_a_little_as_its_mate():
    items = made(40)
    logits = np.random.default_rng(0).normal(size=(5, 30)).astype(np.float32)
    weights = items.weights(logits)
    mixed = (1 - MATE) * logits[:, items.parents[35]] + MATE * logits[:, items.mates[35]]
    assert np.log(weights[:, 35] / weights[:, 3]) == pytest.approx(mixed - logits[:, 3], abs=1e-5)
    assert weights.max(1) == pytest.approx(np.ones(5))


def test_skew_bends_shares():
    flat, steep = made(skew=0).shares, made(skew=2).shares
    assert flat == pytest.approx(np.full(30, 1 / 30))
    assert steep == pytest.approx(COUNTS**2 / (COUNTS**2).sum())


def test_ids_that_are_taken_are_not_given_again():
    real = town()
    named = replace(real, item_ids=Ids.of([*real.item_ids.values[:29], "synthetic-item-2"]))
    items = made(35, real=named)
    assert len(set(items.ids.values)) == 35


def test_far_more_items_than_were_learned_are_refused():
    with pytest.raises(ConfigError, match="600"):
        made(30 * MOST_TIMES + 1)
    assert len(made(30 * MOST_TIMES).ids) == 30 * MOST_TIMES
