"""Lists: those of the library, whoever else is asked about at the same time."""

import numpy as np
import pytest

from recsys_core import ranking
from recsys_core.recommending import best, recommend_to_history, recommend_to_user
from recsys_core.serve.lists import ROWS, Wanted, lists
from recsys_core.serve.people import person
from recsys_core.serve.served import Served
from tests.serve.served_runs import N_ITEMS, N_USERS, served

HISTORY = [(3, 5.0), (7, 4.0), (11, None)]
MODELS = ("als", "bpr", "ease", "item_knn", "mult_vae", "popularity")


@pytest.fixture(scope="module")
def run() -> Served:
    return served("als")


def wanted(run: Served, user: int | None = None, history=(), k: int = 10, hidden=()) -> Wanted:
    somebody = person(run, None if user is None else f"u{user}", history)
    return Wanted(somebody, k, np.concatenate([somebody.met, np.array(hidden, dtype=np.int32)]))


@pytest.mark.parametrize("key", MODELS)
def test_a_list_is_the_same_alone_and_in_company(key):
    """Bit by bit: items, their order, and the last digit of each score."""
    run = served(key)
    everybody = [wanted(run, user, k=1 + user % 15) for user in range(N_USERS)]
    everybody.insert(5, wanted(run, history=HISTORY))
    everybody.insert(9, wanted(run, history=[(3, 1.0)]))
    alone = [lists(run, [one])[0] for one in everybody]
    rng = np.random.default_rng(0)
    for size in (2, 3, ROWS - 1, ROWS, ROWS + 1, len(everybody)):
        chosen = rng.permutation(len(everybody))[:size]
        assert lists(run, [everybody[one] for one in chosen]) == [alone[one] for one in chosen]


@pytest.mark.parametrize("key", MODELS)
def test_a_list_is_that_of_the_library(key):
    run = served(key)
    found = lists(run, [wanted(run, user) for user in range(N_USERS)] + [wanted(run, history=HISTORY)])
    for user in range(N_USERS):
        assert found[user] == recommend_to_user(run.model, run.split, user, 10)
    assert found[-1] == recommend_to_history(run.model, run.split, HISTORY, 10)


def test_equal_scores_stand_in_the_order_of_the_hash(run, monkeypatch):
    monkeypatch.setattr(run.model, "item_factors", np.zeros_like(run.model.item_factors))
    found = lists(run, [wanted(run, user) for user in range(N_USERS)])
    for user in range(N_USERS):
        assert found[user] == recommend_to_user(run.model, run.split, user, 10)


def test_what_is_hidden_is_not_shown_and_the_rest_moves_up(run):
    whole = lists(run, [wanted(run, 4, k=N_ITEMS)])[0]
    out = [whole[0][0], whole[2][0]]
    assert lists(run, [wanted(run, 4, k=N_ITEMS, hidden=out)])[0] == [one for one in whole if one[0] not in out]
    met = set(run.known.row(4)[0].tolist())
    assert met
    assert met.isdisjoint(item for item, _ in whole)
    assert len(whole) == N_ITEMS - len(met)


def test_nothing_is_left(run):
    assert lists(run, [wanted(run, 4, hidden=range(N_ITEMS)), wanted(run, 5)])[0] == []


def test_nobody_known_is_shown_what_most_people_met(run):
    shown = lists(run, [wanted_unknown(run)])[0]
    assert shown == best(run.popularity, run.order, 10)


def wanted_unknown(run: Served) -> Wanted:
    somebody = person(run, "nobody", [])
    return Wanted(somebody, 10, somebody.met)


def test_the_whole_matrix_is_never_there(run, monkeypatch):
    held, cut = [], ranking.top_k
    monkeypatch.setattr(
        "recsys_core.serve.lists.top_k", lambda scores, *more: held.append(scores.shape) or cut(scores, *more)
    )
    lists(run, [wanted(run, user) for user in range(N_USERS)])
    assert held == [(ROWS, N_ITEMS)] * (N_USERS // ROWS)
