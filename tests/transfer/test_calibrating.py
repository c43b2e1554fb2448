"""Popularity is estimated from what is here and what is lent, and tastes count as far as they are worth it."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.interactions import Histories
from recsys_core.evaluation import rank
from recsys_core.models.ease import EASE
from recsys_core.models.popularity import Popularity
from recsys_core.models.transferred import Taste
from recsys_core.splitting import Split, SplitRecipe, split
from recsys_core.training.context import FitContext
from recsys_core.transfer.calibrating import (
    calibrated,
    is_clearly_better,
    judges,
    lent_shares,
    plain_taste,
    popularity,
    taste_of,
)
from tests import worlds
from tests.transfer import pairs


def parts_of(camps: int = 60) -> Split:
    return split(worlds.two_camps(camps).dataset, SplitRecipe(key="random"))


def everybody(parts: Split) -> tuple[np.ndarray, np.ndarray, Histories]:
    told = Histories.from_interactions(parts.train.interactions)
    return np.arange(parts.dataset.n_items), np.arange(parts.dataset.n_users), told


def test_a_model_that_likes_nothing_more_than_usual_gives_popularity():
    parts = split(worlds.steady(120), SplitRecipe(key="random"))
    items, people, told = everybody(parts)
    flat = taste_of(Popularity().fit(parts.train), items, people, told)
    model = calibrated([flat], [], parts)
    users = np.arange(20, dtype=np.int32)
    counts = parts.train.interactions.item_counts()
    assert (model.score(users) == model.prior).all()
    assert (np.argsort(-model.prior, kind="stable") == np.argsort(-counts, kind="stable")).all()


def test_the_usual_is_the_mean_and_the_unit_the_deviation_of_what_is_left():
    parts = parts_of()
    items, people, told = everybody(parts)
    model = EASE().fit(parts.train)
    taste = taste_of(model, items, people, told)
    scores = model.score(people.astype(np.int32)).astype(np.float64)
    assert taste.usual == pytest.approx(scores.mean(axis=0), abs=1e-5)
    assert taste.unit == pytest.approx(np.sqrt(scores.var(axis=0).mean()), rel=1e-3)
    assert taste.lifts(people.astype(np.int32), told).mean(axis=0) == pytest.approx(np.zeros(len(items)), abs=1e-4)


def test_without_events_popularity_is_what_is_lent():
    found = np.exp(popularity(np.zeros(4, dtype=np.int64), [np.array([0.0, 0.1, 0.2, 0.7])]))
    assert found.sum() == pytest.approx(1)
    assert np.argsort(found).tolist() == [0, 1, 2, 3]
    assert np.exp(popularity(np.zeros(4, dtype=np.int64), [np.zeros(4)])) == pytest.approx([0.25] * 4)


def test_what_is_lent_counts_where_it_says_what_the_events_say():
    """Of items without an event here, those that are popular elsewhere are expected to be, if others agree."""
    rng = np.random.default_rng(0)
    shares = rng.dirichlet(np.full(200, 0.3))
    counts = rng.multinomial(300, shares)
    unseen = counts == 0
    agreed = popularity(counts, [np.zeros(200), shares])[unseen]
    assert np.corrcoef(agreed, np.log(shares[unseen] + 1e-6))[0, 1] > 0.5
    misled = popularity(counts, [rng.permutation(shares)])
    assert np.std(misled[unseen]) < 0.3 * np.std(agreed)
    assert np.exp(misled).sum() == pytest.approx(1, abs=1e-4)


def test_of_several_that_lend_the_one_that_the_events_agree_with_is_believed():
    rng = np.random.default_rng(1)
    shares = rng.dirichlet(np.full(200, 0.3))
    counts, wrong = rng.multinomial(300, shares), rng.permutation(shares)
    assert (popularity(counts, [wrong, shares]) == popularity(counts, [shares])).all()


def test_with_many_events_popularity_is_what_they_say():
    counts = np.array([5000, 3000, 2000])
    assert np.exp(popularity(counts, [np.array([0.1, 0.1, 0.8])])) == pytest.approx([0.5, 0.3, 0.2], abs=0.01)


def test_what_is_lent_goes_by_the_events_of_the_source():
    pair = pairs.shared_items()
    lent = lent_shares(pair.source, pair.match.items)
    counts = pair.source.interactions.item_counts()
    assert lent == pytest.approx(counts / counts.sum())
    assert lent_shares(pair.source, np.full(60, -1)).tolist() == [0.0] * 60


def test_tastes_that_say_the_opposite_of_the_validation_events_do_not_count():
    parts = parts_of()
    items, people, told = everybody(parts)
    good = taste_of(EASE().fit(parts.train, FitContext()), items, people, told)
    opposite = replace(good, unit=-good.unit)
    weights = [calibrated([taste], [], parts).config.weights[0] for taste in (good, opposite)]
    assert weights[0] > 0
    assert weights[1] == 0


def test_the_calibrated_model_orders_the_test_at_least_as_well_as_popularity():
    parts = parts_of()
    items, people, told = everybody(parts)
    model = calibrated([taste_of(EASE().fit(parts.train), items, people, told)], [], parts)
    users, order = parts.test.warm_users, parts.dataset.item_ids.hash_order
    mine, theirs = (rank(one, parts.test, users, 5, order)[0] for one in (model, Popularity().fit(parts.train)))
    assert mine.relevance.sum() > 1.5 * theirs.relevance.sum()


@pytest.mark.parametrize(
    ("differences", "better"),
    [([0.1, 0.1], True), ([0.0, 0.0], False), ([0.5, -0.3], False), ([0.3, 0.2], True), ([0.9], False)],
)
def test_clearly_better_is_more_than_two_standard_errors(differences: list[float], better: bool):
    """Of 0.5 and −0.3 the mean is 0.1 and its standard error 0.4; of 0.3 and 0.2 they are 0.25 and 0.05."""
    best = np.full(len(differences), 0.5)
    assert is_clearly_better(best + differences, best) is better


def test_the_judges_are_the_same_each_time_and_no_more_than_they_may_cost():
    parts = parts_of(400)
    users = np.arange(400)
    assert (judges(users, parts) == users).all()
    many = replace(parts, dataset=worlds.dataset([(0, 0, 1.0, 0)], 400, 40_000))
    assert len(judges(users, many)) == 200
    assert (judges(users, many) == judges(users, many)).all()
    assert (np.diff(judges(users, many)) > 0).all()


def test_nobody_known_gives_no_taste():
    parts = parts_of()
    model = EASE().fit(parts.train)
    nobody = np.full(parts.dataset.n_users, -1)
    empty = Histories.of([([], [])] * parts.dataset.n_users, model.n_items)
    taste = taste_of(model, np.arange(model.n_items), nobody, empty)
    assert isinstance(taste, Taste)
    assert not taste.lifts(np.arange(3, dtype=np.int32), empty.take(np.arange(3))).any()
    assert not plain_taste(model, model.n_items, np.arange(model.n_items), nobody).usual.any()
