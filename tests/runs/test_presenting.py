"""Which run and which person stand for the others."""

from types import SimpleNamespace

import numpy as np
import pytest

from recsys_core.evaluation import Lists
from recsys_core.runs.presenting import hits_in, run_to_present, typical_person
from recsys_core.runs.store import RunCard
from recsys_core.splitting import split
from tests.runs.builders import RANDOM, camps


def card(name: str, model: str, ndcg: float, data: str = "films") -> RunCard:
    about = {"model": model, "metrics": {"ndcg@10": {"value": ndcg}}, "passport": {"split": {"fingerprint": data}}}
    return RunCard(name, data, 0.0, about)


def test_the_best_model_of_what_was_trained_on_last_is_shown_and_a_plain_one_only_alone():
    assert run_to_present([]) is None
    films = [card("a", "als", 0.2), card("b", "mf", 0.3), card("c", "ease", 0.9), card("d", "popularity", 0.1)]
    other = card("e", "als", 0.8, "books")
    assert run_to_present([*films, other]).id == "b"
    assert run_to_present([other, *films]).id == "e"
    assert run_to_present([card("p", "ease", 0.1, "songs"), *films]).id == "b"
    assert run_to_present([films[3], films[2]]).id == "c"
    assert run_to_present([films[3], card("w", "ease", 0.05)]).id == "w"
    assert run_to_present([films[3]]).id == "d"


def world(known: list[int], hits: list[int]) -> tuple[SimpleNamespace, Lists]:
    """People with so many known events, whose lists hold so many of the items that they should."""
    n = len(known)
    relevant = SimpleNamespace(users=np.repeat(np.arange(n), hits), items=np.concatenate([np.arange(h) for h in hits]))
    test = SimpleNamespace(relevant=relevant, known=SimpleNamespace(lengths=lambda: np.array(known)))
    lists = Lists(np.arange(n), np.tile(np.arange(20, dtype=np.int32), (n, 1)))
    return SimpleNamespace(test=test, dataset=SimpleNamespace(n_items=20)), lists


def test_the_typical_person_has_a_usual_history_and_about_as_many_hits_as_all():
    parts, lists = world(known=[2, 20, 19, 21, 20, 300], hits=[2, 6, 0, 2, 2, 2])
    found = typical_person(parts, lists)
    assert (found.user, found.hits, found.known) == (4, 2, 20)
    assert found.mean_hits == pytest.approx(14 / 6)
    assert found.median_known == 20
    few, lists = world(known=[20, 20, 20, 20], hits=[0, 0, 0, 1])  # a list without a hit would tell little
    assert typical_person(few, lists).user == 3
    many, lists = world(known=[20, 20, 20, 20, 300], hits=[4, 4, 0, 0, 2])  # a long history is not usual
    assert typical_person(many, lists).user == 0
    none, lists = world(known=[20, 9], hits=[0, 0])
    assert typical_person(none, lists).hits == 0


def test_hits_are_counted_among_the_first_ten_shown():
    parts = split(camps(n=20), RANDOM)
    relevant = parts.test.relevant
    user, item = int(relevant.users[0]), int(relevant.items[0])
    shown = np.full((1, 12), -1, dtype=np.int32)
    shown[0, 9] = item
    assert hits_in(parts, Lists(np.array([user]), shown)).tolist() == [1]
    assert hits_in(parts, Lists(np.array([user]), np.roll(shown, 1, axis=1))).tolist() == [0]
