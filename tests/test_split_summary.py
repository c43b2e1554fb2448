"""What a split says about itself: the right figures, an honest leak risk, and warnings where they are due."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from recsys_core.data.dataset import Dataset
from recsys_core.splitting import KNOWN, SPLITTERS, TEST, TRAIN, UNUSED, VALID, Split, SplitRecipe, split
from recsys_core.splitting.summary import Part, summarise
from recsys_core.types import Feedback
from tests import worlds
from tests.data.files import real
from tests.test_splitting import datasets, recipes, try_split

KEYS = [splitter.key for splitter in SPLITTERS]


@given(datasets(), recipes)
def test_the_figures_are_those_of_the_split(dataset: Dataset, recipe: SplitRecipe):
    made = try_split(dataset, recipe.model_copy(update={"threshold": 3.0}))
    told = summarise(made)
    parts = (told.train.events, told.valid.events, told.test.events, told.known, told.unused)
    assert parts == tuple(int((made.roles == role).sum()) for role in (TRAIN, VALID, TEST, KNOWN, UNUSED))
    assert (told.warm_users, told.cold_users) == (len(made.test.warm_users), len(made.test.cold_users))
    assert told.strangers == len(set(made.test.warm_users.tolist()) & set(made.test.strangers.tolist()))
    cold = set(made.test.targets.items.tolist()) - set(made.train.interactions.items.tolist())
    assert told.cold_items == len(cold)
    assert told.cold_share == pytest.approx(np.isin(made.test.targets.items, list(cold)).mean())
    assert told.fingerprint == made.fingerprint


def test_the_golden_table_by_hand():
    told = summarise(split(worlds.golden(), SplitRecipe()))
    assert (told.train, told.valid, told.test) == (Part(9, 4, 5), Part(1, 1, 1), Part(3, 3, 2))
    assert (told.warm_users, told.cold_users, told.strangers, told.known, told.unused) == (3, 0, 0, 0, 0)
    assert (told.cold_items, told.cold_share) == (1, pytest.approx(2 / 3))  # i4, held out twice
    assert told.leak.risk == "some"


def test_newcomers_and_new_people_by_hand():
    rows = [(user, item, 4.0, item) for user in range(4) for item in range(6)] + [(4, 0, 1.0, 99), (4, 1, 1.0, 99)]
    dataset = worlds.dataset(rows, 5, 6)
    cut = summarise(split(dataset, SplitRecipe(key="global-temporal", test_share=0.3)))
    assert (cut.warm_users, cut.cold_users, cut.strangers) == (4, 1, 0)
    new = summarise(split(dataset, SplitRecipe(key="cold-user", test_share=0.4, known_events=1)))
    assert (new.warm_users, new.cold_users, new.strangers) == (2, 0, 2)
    assert new.known == 3  # one event of each who tests, and of the one who validates


def what_is_seen_of_the_future(made: Split) -> tuple[bool, bool]:
    """Whether somebody's own later events are learned from or known, and whether anybody's are."""
    events, used = made.dataset.interactions, np.isin(made.roles, (TRAIN, VALID, KNOWN))
    test = made.roles == TEST
    first = np.full(events.n_users, np.iinfo(np.int64).max)
    np.minimum.at(first, events.users[test], events.times[test])
    own = bool((events.times[used] > first[events.users[used]]).any())
    return own, bool(events.times[used].max() >= events.times[test].min())


@given(datasets(), recipes)
def test_a_low_leak_risk_sees_no_future_and_some_sees_nobodys_own(dataset: Dataset, recipe: SplitRecipe):
    made = try_split(dataset, recipe)
    own, anybody = what_is_seen_of_the_future(made)
    risk = summarise(made).leak.risk
    assert risk == "high" or not own
    assert risk != "low" or not anybody


@pytest.mark.parametrize("key", KEYS)
def test_the_leak_risk_is_no_higher_than_it_is(key: str):
    planted = worlds.planted_ratings(np.random.default_rng(0)).dataset  # in no order
    made = split(planted, SplitRecipe(key=key, fold=2))
    assert {(False, False): "low", (False, True): "some", (True, True): "high"}[
        what_is_seen_of_the_future(made)
    ] == summarise(made).leak.risk


@pytest.mark.parametrize("splitter", [one for one in SPLITTERS if not one.needs_times], ids=lambda one: one.key)
def test_without_times_the_leak_risk_is_high(splitter):
    dataset = worlds.golden(timed=False)
    told = summarise(split(dataset, SplitRecipe(key=splitter.key, folds=2)))
    assert told.leak.risk == "high"
    assert "Without times" in told.leak.reason


@pytest.mark.parametrize("splitter", SPLITTERS, ids=lambda one: one.key)
def test_a_leak_has_one_sentence_of_reason(splitter):
    assert splitter.leak.reason.endswith(".")
    assert splitter.leak.reason.count(". ") == 0


def warnings(dataset: Dataset, **recipe: object) -> str:
    return " ".join(summarise(split(dataset, SplitRecipe(**recipe))).warnings)


def test_a_split_of_many_people_has_no_warnings():
    for people in (200, 199):
        told = warnings(worlds.two_camps(people).dataset, key="leave-one-out")
        assert told == ("" if people == 200 else "Only 199 people can be judged: expect wide intervals.")


def test_newcomers_who_are_left_out_are_named():
    rows = [(user, item, 4.0, item) for user in range(4) for item in range(6)] + [(4, 0, 1.0, 99), (4, 1, 1.0, 99)]
    told = warnings(worlds.dataset(rows, 5, 6), key="global-temporal", test_share=0.3)
    assert "Only 4 people can be judged, and 1 newcomer cannot: expect wide intervals." in told
    assert "A split per person judges more of them." in told


def test_too_few_to_choose_the_best_epoch():
    rows = [(user, item, 4.0, item) for user in range(300) for item in range(4)]
    assert "Nobody is left to choose the best epoch" in warnings(worlds.dataset(rows, 300, 4))
    more = worlds.dataset([*rows, *((user, 4, 4.0, 9) for user in range(19))], 300, 5)
    assert "Only 19 people will choose the best epoch" in warnings(more)
    enough = worlds.dataset([*rows, *((user, 4, 4.0, 9) for user in range(20))], 300, 5)
    assert "best epoch" not in warnings(enough)


def test_little_to_learn_from():
    dataset = worlds.two_camps(240).dataset
    assert "Models learn from only 1" in warnings(dataset, key="rolling", fold=1)
    assert "Models learn from only" not in warnings(dataset, key="rolling", fold=5)


def test_items_that_nobody_can_find():
    dataset = worlds.two_camps(240).dataset
    assert "100% of what is to be found are items without training events" in warnings(dataset, key="cold-item")
    assert "without training events" not in warnings(dataset)


@pytest.mark.parametrize("key", KEYS)
def test_a_summary_can_be_written_as_json(key: str):
    told = summarise(split(worlds.two_camps(30, Feedback.EXPLICIT).dataset, SplitRecipe(key=key)))
    written = json.loads(json.dumps(told.as_json()))
    assert written["test"]["events"] == told.test.events
    assert written["leak"]["risk"] == told.leak.risk
    assert written["warnings"] == list(told.warnings)


@pytest.mark.realdata
def test_one_cut_in_time_leaves_28_people_of_movielens_latest_small_and_warns():
    table = pd.read_csv(real("ml-latest-small/ratings.csv"))
    users, people = pd.factorize(table["userId"])
    items, films = pd.factorize(table["movieId"])
    rows = list(zip(users.tolist(), items.tolist(), table["rating"], table["timestamp"], strict=True))
    dataset = worlds.dataset(rows, len(people), len(films), scale=worlds.Scale(0.5, 5.0, 0.5))
    told = summarise(split(dataset, SplitRecipe(key="global-temporal")))
    assert (told.warm_users, told.cold_users) == (28, 88)
    assert told.warnings[0].startswith("Only 28 people can be judged, and 88 newcomers cannot")
    assert summarise(split(dataset, SplitRecipe())).warnings == ()
