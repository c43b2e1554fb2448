"""What every rule keeps to, and what each one does to lists that are known."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.dataset import Dataset
from recsys_core.errors import ConfigError
from recsys_core.rules import RULES, Boost, Diversify, Exclude, Facts, NewItems, apply_rules, find_rule, rule_from_json
from recsys_core.rules.base import Rule
from recsys_core.rules.conditions import any_of, suggestions
from recsys_core.rules.measures import diversity, share_of
from recsys_core.rules.new_items import FEW
from recsys_core.types import Feedback, Int32
from tests import worlds

N_ITEMS, DEPTH = 30, 20
GENRES = ("Drama", "Comedy", "Horror")


def described(n_items: int = N_ITEMS) -> Dataset:
    """Item i was met by i people, for the first time at 100 i; its genres go round, and every seventh has none."""
    rows = [(user, item, 1.0, 100 * item + user) for item in range(n_items) for user in range(item)]
    made = worlds.dataset(rows, n_items, n_items, feedback=Feedback.IMPLICIT)
    genres = [() if item % 7 == 6 else tuple({GENRES[item % 3], GENRES[item % 2]}) for item in range(n_items)]
    made.item_table["genres"] = pd.Series(genres, dtype=object)
    made.item_table["year"] = pd.array([1990 + item for item in range(n_items)], dtype="Int64")
    made.item_table["length"] = np.where(np.arange(n_items) == 3, np.nan, np.arange(n_items) * 10.0)
    made.item_table["country (of origin)"] = ["France, Italy" if item % 5 == 0 else "Spain" for item in range(n_items)]
    return made


FACTS = Facts(described(), described().interactions)
SOME: tuple[Rule, ...] = (
    Exclude(items=("genre=Horror",)),
    Boost(items=("genre=comedy", "year<1995"), places=4),
    Boost(items=("genre=Drama",), places=-7),
    Diversify(relevance=0.5),
    Diversify(relevance=0.0, by="people"),
    NewItems(share=0.3),
    NewItems(share=1.0, new=FEW, at_most=9),
)


def lists(seed: int, n: int = 6) -> Int32:
    """Lists of 20 of the items; the last person has five, and one has none."""
    rng = np.random.default_rng(seed)
    made = np.stack([rng.permutation(N_ITEMS)[:DEPTH] for _ in range(n)]).astype(np.int32)
    made[-1, 5:] = -1
    made[-2] = -1
    return made


def test_every_rule_is_tried_here():
    assert {type(rule) for rule in SOME} == set(RULES)


@pytest.mark.parametrize("rule", SOME, ids=lambda rule: rule.words)
@given(seed=st.integers(0, 10_000), k=st.integers(1, 25))
def test_what_every_rule_keeps_to(rule: Rule, seed: int, k: int):
    before = lists(seed)
    kept = before.copy()
    after = rule.apply(before, FACTS, k)
    assert np.array_equal(before, kept), "its input is not its own"
    assert np.array_equal(after, rule.apply(before, FACTS, k))
    shown = apply_rules([rule], before, FACTS, k)
    assert shown.shape == (len(before), k)
    assert shown.dtype == np.int32
    for old, new, seen in zip(before, after, shown, strict=True):
        items = new[new >= 0]
        assert len(set(items)) == len(items), "no repeats"
        assert set(items) <= set(old)
        assert (new[len(items) :] == -1).all(), "what is missing is missing at the end"
        if not isinstance(rule, Exclude):
            assert set(items) == set(old[old >= 0])
        assert (seen >= 0).sum() == min(k, len(items)), "places are filled while there are candidates"


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_as_it_comes_has_words_and_survives_being_written_down(rule: type[Rule]):
    made = rule()
    assert made.words[0].isupper()
    assert made.idea.endswith(".")
    assert rule_from_json(made.as_json()) == made
    assert find_rule(rule.key) is rule


def test_no_rule_changes_nothing():
    assert np.array_equal(apply_rules([], lists(0), FACTS, DEPTH), lists(0))
    assert (apply_rules([], lists(0), FACTS, DEPTH + 3)[:, DEPTH:] == -1).all()


def test_rules_come_one_after_the_other_and_what_was_left_out_stays_out():
    horror = any_of(("genre=Horror",), FACTS.dataset)
    shown = apply_rules(
        [Exclude(items=("genre=Horror",)), Boost(items=("genre=Horror",), places=50)], lists(1), FACTS, 9
    )
    assert not horror[shown[shown >= 0]].any()
    first_boosted = apply_rules([Boost(items=("year>=1990",)), Exclude(items=("id=i3", "id=i4"))], lists(1), FACTS, 20)
    assert not {3, 4} & set(first_boosted.ravel())


def test_everything_can_be_left_out():
    assert (apply_rules([Exclude(items=("year>0",))], lists(0), FACTS, 5) == -1).all()


@given(seed=st.integers(0, 10_000), k=st.integers(1, 20))
def test_weight_one_is_the_order_of_the_model(seed: int, k: int):
    assert np.array_equal(Diversify(relevance=1.0).apply(lists(seed), FACTS, k), lists(seed))


@given(
    seed=st.integers(0, 10_000), weight=st.sampled_from([0.0, 0.3, 0.6, 0.9]), by=st.sampled_from(["genres", "people"])
)
def test_maximal_marginal_relevance_is_that_of_the_paper(seed: int, weight: float, by: str):
    before = lists(seed)
    sets = [set(row.indices) for row in (FACTS.dataset.item_genres if by == "genres" else FACTS.met_by)]

    def alike(one: int, other: int, others: list[int]) -> float:
        if sets[one] and sets[other]:
            return len(sets[one] & sets[other]) / len(sets[one] | sets[other])
        known = [alike(one, each, []) for each in others if sets[each]] if sets[one] else []
        return float(np.mean(known)) if known else 0.0

    after = Diversify(relevance=weight, by=by).apply(before, FACTS, 6)
    for old, new in zip(before.tolist(), after.tolist(), strict=True):
        items = [item for item in old if item >= 0]
        taken: list[int] = []
        for _ in range(min(6, len(items))):
            worth = {
                item: weight * (1 - items.index(item) / DEPTH)
                - (1 - weight) * max((alike(one, item, items) for one in taken), default=0.0)
                for item in items
                if item not in taken
            }
            best = new[len(taken)]
            assert worth[best] >= max(worth.values()) - 1e-6
            taken.append(best)


def test_less_weight_on_relevance_makes_lists_more_varied():
    many = np.concatenate([lists(seed, 4)[:2] for seed in range(40)])
    varied = [
        np.nanmean(diversity(apply_rules([Diversify(relevance=weight)], many, FACTS, 6), FACTS.dataset.item_genres))
        for weight in (1.0, 0.9, 0.6, 0.2)
    ]
    assert varied == sorted(varied)
    assert varied[-1] > varied[0] + 0.1


def test_a_boosted_item_goes_before_the_one_that_many_places_up():
    row = np.arange(8, dtype=np.int32)[None, :]
    boosted = Boost(items=("id=i5", "id=i7"), places=3).apply(row, FACTS, 8)
    assert boosted.tolist() == [[0, 1, 5, 2, 3, 7, 4, 6]]
    lowered = Boost(items=("id=i0",), places=-2).apply(row, FACTS, 8)
    assert lowered.tolist() == [[1, 2, 0, 3, 4, 5, 6, 7]]
    assert Boost(items=("id=i0",), places=0).apply(row, FACTS, 8).tolist() == row.tolist()


@given(seed=st.integers(0, 10_000), k=st.integers(1, 20), share=st.floats(0, 1))
def test_new_items_have_their_share_where_there_are_enough(seed: int, k: int, share: float):
    rule = NewItems(share=share, latest=0.4)
    is_new = rule.is_new(FACTS)
    before = lists(seed)
    after = rule.apply(before, FACTS, k)
    for old, seen in zip(before, after[:, :k], strict=True):
        possible = int(is_new[old[old >= 0]].sum())
        assert is_new[seen[seen >= 0]].sum() >= min(possible, k, int(np.ceil(share * k - 1e-9)))
        kept = [item for item in seen if item >= 0 and not is_new[item]]
        assert kept == [item for item in old if item in kept], "the others keep their order"


def test_what_is_new():
    late = np.flatnonzero(NewItems(latest=0.2).is_new(FACTS))
    assert 0 in late, "nobody met it yet"
    assert set(late[1:]) == {item for item in range(1, N_ITEMS) if 100 * item >= 0.8 * (2928 - 100) + 100}
    assert np.flatnonzero(NewItems(new=FEW, at_most=2).is_new(FACTS)).tolist() == [0, 1, 2]


def test_enough_new_items_already_change_nothing():
    row = np.array([[1, 0, 2, 3]], dtype=np.int32)
    assert np.array_equal(NewItems(share=0.5, new=FEW, at_most=1).apply(row, FACTS, 3), row)


@pytest.mark.parametrize(
    ("condition", "items"),
    [
        ("genre = horror", [item for item in range(N_ITEMS) if "Horror" in FACTS.dataset.genres(item)]),
        ("year<1993", [0, 1, 2]),
        ("year<=1992", [0, 1, 2]),
        ("Year = 1992", [2]),
        ("length>=280", [28, 29]),
        ("length<40", [0, 1, 2]),
        ("id=i7", [7]),
        ("country (of origin)=Italy", list(range(0, N_ITEMS, 5))),
        ("country (of origin)=france, italy", list(range(0, N_ITEMS, 5))),
    ],
)
def test_conditions_hold_for_the_items_they_name(condition: str, items: list[int]):
    assert np.flatnonzero(any_of((condition,), FACTS.dataset)).tolist() == items


def test_dates_are_compared_as_dates():
    dataset = described()
    dataset.item_table["out"] = pd.to_datetime([f"2000-01-{1 + item:02d}" for item in range(N_ITEMS)]).astype(
        "datetime64[s]"
    )
    assert np.flatnonzero(any_of(("out<2000-01-03",), dataset)).tolist() == [0, 1]
    with pytest.raises(ConfigError, match="is a date"):
        any_of(("out<soon",), dataset)
    with pytest.raises(ConfigError, match="is a date"):
        any_of(("out<NaT",), dataset)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("colour=red", "cannot be understood"),
        ("genre", "cannot be understood"),
        ("genre=Western", "No item .* has the genre 'Western'.*Drama"),
        ("id=nobody", "No item"),
        ("genre<Drama", "has no '<'"),
        ("country (of origin)>Spain", "has no '>'"),
        ("year<soon", "is a number"),
        ("year>nan", "is a number"),
    ],
)
def test_what_a_condition_cannot_say_is_told(condition: str, words: str):
    with pytest.raises(ConfigError, match=words):
        any_of((condition,), FACTS.dataset)


def test_conditions_are_suggested_that_hold():
    found = suggestions(FACTS.dataset)
    assert found[:3] == ["genre=Drama", "genre=Comedy", "genre=Horror"] or {*found[:3]} == {
        f"genre={genre}" for genre in GENRES
    }
    assert "country (of origin)=Spain" in found
    for condition in found:
        assert any_of((condition,), FACTS.dataset).any()


def test_a_shell_writes_conditions_with_commas_or_as_json():
    assert Exclude.parse({"items": "genre=Drama,year<1960"}).items == ("genre=Drama", "year<1960")
    assert Exclude.parse({"items": '["id=a,b"]'}).items == ("id=a,b",)


def test_without_genres_variety_needs_people_and_without_times_newness_needs_counts():
    bare = worlds.golden(timed=False)
    facts = Facts(bare, bare.interactions)
    row = np.arange(6, dtype=np.int32)[None, :]
    with pytest.raises(ConfigError, match="have no genres"):
        Diversify().apply(row, facts, 3)
    assert sorted(Diversify(by="people", relevance=0).apply(row, facts, 6)[0]) == list(range(6))
    with pytest.raises(ConfigError, match="does not tell when"):
        NewItems().apply(row, facts, 3)
    assert NewItems(new=FEW, at_most=1, share=1).apply(row, facts, 6).shape == (1, 6)
    with pytest.raises(ConfigError, match="no rule called"):
        find_rule("magic")


def test_measures_are_those_of_plain_python():
    made = lists(3)[:, :7]
    sets = [set(FACTS.dataset.genres(item)) for item in range(N_ITEMS)]
    for row, varied, late in zip(
        made.tolist(),
        diversity(made, FACTS.dataset.item_genres),
        share_of(made, FACTS.people > 20),
        strict=True,
    ):
        items = [item for item in row if item >= 0]
        pairs = [(sets[a], sets[b]) for a, b in combinations(items, 2) if sets[a] and sets[b]]
        expected = np.mean([1 - len(a & b) / len(a | b) for a, b in pairs]) if pairs else np.nan
        assert varied == pytest.approx(expected, nan_ok=True)
        assert late == pytest.approx(np.mean([item > 20 for item in items]) if items else np.nan, nan_ok=True)


def test_repeated_events_count_a_person_once():
    events = FACTS.known
    twice = replace(FACTS, known=events.take(np.r_[np.arange(len(events)), 0]))
    assert twice.met_by.max() == 1


def test_of_very_many_people_some_tell_what_is_alike():
    n = 2500
    crowd = worlds.dataset([(user, user % 2, 1.0, 0) for user in range(n)], n, 3, feedback=Feedback.IMPLICIT)
    met = Facts(crowd, crowd.interactions).met_by
    assert met.shape == (3, 1000)
    assert met.sum(axis=1).tolist() == pytest.approx([500, 500, 0], abs=60)
