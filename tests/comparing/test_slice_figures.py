"""Figures of slices add up to the figure of all, and say nothing of too few people."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.comparing.cutting import Cut
from recsys_core.comparing.slice_figures import SliceFigures, figures_of, same_people, spread_in_words
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser, as_it_is
from recsys_core.statistics.paired import paired_difference


def part(values, users=None, denominators=None, finish=as_it_is) -> PerUser:
    values = np.asarray(values, dtype=np.float64)
    users = np.arange(len(values)) if users is None else np.asarray(users)
    weights = np.ones(len(values)) if denominators is None else np.asarray(denominators, dtype=np.float64)
    return PerUser(users, values, weights, finish)


def cut(*of: int) -> Cut:
    return Cut("c", "C", tuple(f"s{place}" for place in range(max(of) + 1)), np.array(of))


def test_each_slice_has_the_figures_of_its_people_and_their_paired_difference():
    first, second = part(np.arange(24) / 24), part(np.arange(24)[::-1] / 24)
    one, other = figures_of(cut(*[0] * 12, *[1] * 12), (first, second), fewest=12)
    among = np.arange(12)
    assert (one.name, one.people, one.enough) == ("s0", 12, True)
    assert one.values[0] == Estimate(5.5 / 24, *bootstrap({"a": first.among(among)}, 0)["a"])
    assert one.values[1].value == pytest.approx(17.5 / 24)
    assert one.difference == paired_difference(second.among(among), first.among(among))
    assert one.difference.value == pytest.approx(0.5)
    assert other.difference.value == pytest.approx(-0.5)


def test_a_pooled_figure_is_pooled_in_each_slice():
    errors = part([1.0, 8.0, 50.0], denominators=[1, 2, 2], finish=np.sqrt)
    one, other = figures_of(cut(0, 0, 1), (errors,), fewest=1)
    assert one.values[0].value == pytest.approx(np.sqrt(3))
    assert other.values[0].value == pytest.approx(5)
    assert one.difference is None


def test_a_slice_with_too_few_people_says_so():
    one, other = figures_of(cut(0, 0, 0, 1), (part([0.1, 0.2, 0.3, 0.9]),), fewest=2)
    assert (one.enough, other.enough) == (True, False)
    assert other.values[0].low is None


def test_slices_without_people_are_not_there():
    empty = Cut("c", "C", ("a", "b"), np.zeros(3, dtype=np.int64))
    assert [one.name for one in figures_of(empty, (part([1, 2, 3]),))] == ["a"]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 1), st.integers(1, 9)), min_size=1, max_size=40),
    st.sampled_from([as_it_is, np.sqrt]),
)
def test_slices_weighted_by_what_they_are_divided_by_give_the_whole(rows, finish):
    of, values, weights = (np.array(column) for column in zip(*rows, strict=True))
    whole = part(values * weights, denominators=weights, finish=finish)
    _, of = np.unique(of, return_inverse=True)
    found = figures_of(cut(*of.tolist()), (whole,), fewest=1)
    assert sum(one.people for one in found) == len(rows)
    undone = np.array([one.values[0].value for one in found]) ** (2 if finish is np.sqrt else 1)
    sizes = np.bincount(of, weights)
    assert finish((undone * sizes).sum() / sizes.sum()) == pytest.approx(whole.value(), abs=1e-9)


def test_only_people_of_all_runs_whom_the_figure_is_defined_for_are_compared():
    first = part([1, 2, 3], users=[2, 5, 7])
    second = part([4, 5, 6, 0], users=[1, 5, 7, 9], denominators=[1, 1, 0, 0])
    one, other = same_people([first, second])
    assert one.users.tolist() == other.users.tolist() == [5]
    assert (one.value(), other.value()) == (2.0, 5.0)
    nobody = same_people([first, part([1.0], users=[4])])
    assert len(nobody[0].users) == 0


def test_the_spread_is_told_of_slices_with_enough_people():
    def one(name, value, enough=True, difference=None):
        return SliceFigures(name, 40, (Estimate(value, None, None),), difference, enough)

    found = [one("young", 0.2), one("old", 0.1), one("few", 0.0, enough=False)]
    assert spread_in_words(found, "NDCG@10", ["EASE"]) == "NDCG@10 of EASE goes from 0.100 (old) to 0.200 (young)."
    apart = [
        one("young", 0.2, difference=Estimate(-0.01, -0.02, 0.01)),
        one("old", 0.1, difference=Estimate(0.02, 0.01, 1)),
    ]
    assert spread_in_words(apart, "NDCG@10", ["EASE", "ALS"]) == (
        "From EASE to ALS, NDCG@10 changes by −0.010 (young) to +0.020 (old), beyond chance in 1 of 2 slices."
    )
    assert "enough people" in spread_in_words(found[2:], "NDCG@10", ["EASE"])


def test_of_a_difference_it_is_said_where_there_is_one():
    def told(*differences):
        found = [SliceFigures(f"s{n}", 40, (), one, True) for n, one in enumerate(differences)]
        return spread_in_words(found, "NDCG@10", ["EASE", "ALS"])

    assert told(Estimate(0, -1, 1), Estimate(1, -1, 2)).endswith(", beyond chance in none of 2 slices.")
    assert told(Estimate(0, None, None)).endswith("+0.000 (s0).")
