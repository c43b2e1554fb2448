"""Titles tell runs apart."""

from recsys_core.comparing.titles import titles
from tests.comparing.cards import card


def test_a_model_that_stands_alone_keeps_its_title():
    assert titles({"a-1": card(title="EASE"), "b-2": card(title="MF")}) == {"a-1": "EASE", "b-2": "MF"}


def test_no_two_runs_have_the_same_title():
    runs = {"a-1": card(), "b-2": card(), "c-3": card(config={"embedding_size": 16})}
    found = titles(runs)
    assert found["c-3"] == "neumf, embedding size 16"
    assert (found["a-1"], found["b-2"]) == ("neumf, embedding size 8, 1", "neumf, embedding size 8, 2")
    many = {
        f"a-{place}": card(seed=place % 2, config={"one": place < 2, "two": place < 2, "three": place})
        for place in range(6)
    }
    assert len(set(titles(many).values())) == 6
    same = titles({"a-1": card(), "b-2": card()})
    assert same == {"a-1": "neumf, 1", "b-2": "neumf, 2"}


def test_what_sets_a_run_apart_is_named_first():
    """Runs that leave out one thing each would otherwise be called by what they have in common."""
    every = {"text": "static", "pictures": "frozen", "attributes": True, "people": True}
    off = [{}, {"text": "none"}, {"pictures": "none"}, {"attributes": False}, {"people": False}]
    found = titles({f"a-{place}": card(title="Two", config=every | one) for place, one in enumerate(off)})
    assert list(found.values()) == [
        "Two, text static, pictures frozen",
        "Two, text none, pictures frozen",
        "Two, pictures none, text static",
        "Two, attributes off, text static",
        "Two, people off, text static",
    ]


def test_transfers_are_told_apart_by_their_plans_and_sources():
    plan = {"way": "full", "carry": ["people", "items"], "calibrated": True, "rates": {}, "pull": 0.0}
    others = [{}, {"way": "joint"}, {"carry": ["items"]}, {"rates": {"items": 0.5}}]
    runs = {
        f"transferred-{place}": card(
            title="EASE, transferred", transfer={"run": "ease-1a", "plan": plan | one, "config": {"pull": 3}}
        )
        for place, one in enumerate(others)
    }
    runs["transferred-9"] = card(
        title="EASE, transferred", transfer={"run": "ease-2b", "plan": plan, "config": {"pull": 3}}
    )
    assert list(titles(runs).values()) == [
        "EASE, transferred, way full, carry people, items",
        "EASE, transferred, way joint, carry people, items",
        "EASE, transferred, carry items, way full",
        "EASE, transferred, rate of items 0.5, way full",
        "EASE, transferred, source 2b, way full",
    ]
