"""Lists side by side, against plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.comparing.overlap import (
    PERSISTENCE,
    agreements,
    exposure,
    filled_places,
    items_for_half,
    likeness,
    only_in,
    rank_biased_overlap,
)
from recsys_core.evaluation import Lists
from recsys_core.types import Int32


@st.composite
def pairs_of_lists(draw) -> tuple[Int32, Int32]:
    """Of a few people, with lists of the same length, of up to six of nine items."""
    k, n = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    made = []
    lengths = rng.integers(1, k + 1, n)
    for _ in range(2):
        lists = np.stack([rng.permutation(9)[:k] for _ in range(n)]).astype(np.int32)
        lists[np.arange(k) >= lengths[:, None]] = -1
        made.append(lists)
    return made[0], made[1]


@given(pairs_of_lists())
def test_overlap_and_rank_biased_overlap_are_those_of_plain_python(pair):
    agreement, length = agreements(*pair)
    found = rank_biased_overlap(agreement, length)
    for one, other, depths, n, value in zip(*(lists.tolist() for lists in pair), agreement, length, found, strict=True):
        common = [len((set(one[:d]) & set(other[:d])) - {-1}) for d in range(1, len(one) + 1)]
        assert depths.tolist() == common
        assert n == sum(item >= 0 for item in one)
        # The infinite sum of the definition, its tail carried on by the last agreement.
        shares = [common[d - 1] / d if d <= n else common[n - 1] / n for d in range(1, 401)]
        expected = (1 - PERSISTENCE) * sum(share * PERSISTENCE**d for d, share in enumerate(shares))
        assert value == pytest.approx(expected, abs=1e-9)
        assert 0 <= value <= 1 + 1e-12


@given(pairs_of_lists())
def test_it_does_not_matter_who_is_asked_first(pair):
    one, other = pair
    for mine, theirs in zip(agreements(one, other), agreements(other, one), strict=True):
        assert np.array_equal(mine, theirs)
    assert rank_biased_overlap(*agreements(one, one)) == pytest.approx(np.ones(len(one)))


def test_agreement_near_the_top_counts_most():
    model = np.arange(10, dtype=np.int32)[None, :]
    first, last = model.copy(), model.copy()
    first[0, 0], last[0, 9] = 20, 20
    assert rank_biased_overlap(*agreements(model, last))[0] > rank_biased_overlap(*agreements(model, first))[0]


def test_several_models_are_compared_over_the_people_of_all():
    one = Lists(np.array([1, 2, 3, 5]), np.array([[0, 1], [2, 3], [0, 2], [-1, -1]], dtype=np.int32))
    other = Lists(np.array([2, 3, 4, 5]), np.array([[3, 7], [0, 2], [0, 1], [1, 2]], dtype=np.int32))
    found = likeness([one, other, one], 2)
    assert found.people == 2, "users 2 and 3; 5 sees nothing in one of them"
    assert found.common.tolist() == [[1, 0.75, 1], [0.75, 1, 0.75], [1, 0.75, 1]]
    assert found.rank_biased[0, 2] == pytest.approx(1)
    assert found.rank_biased[0, 1] == found.rank_biased[1, 0] < 0.75
    assert likeness([one, other], 1).common[0, 1] == 0.5


def test_nobody_in_common_says_nothing():
    one = Lists(np.array([1]), np.array([[0, 1]], dtype=np.int32))
    other = Lists(np.array([2]), np.array([[0, 1]], dtype=np.int32))
    found = likeness([one, other], 2)
    assert found.people == 0
    assert np.isnan(found.common[0, 1])


def test_of_very_many_people_some_are_compared():
    n = 5000
    items = np.tile(np.arange(3, dtype=np.int32), (n, 1))
    found = likeness([Lists(np.arange(n), items), Lists(np.arange(n), items[:, ::-1])], 3)
    assert found.people == 2000
    assert found.common[0, 1] == 1


def test_what_only_one_model_shows():
    mine = exposure(np.array([[0, 1], [0, 2], [3, 2], [-1, -1]], dtype=np.int32), 6)
    assert mine.tolist() == [2, 1, 2, 1, 0, 0]
    theirs = exposure(np.array([[2, 5]], dtype=np.int32), 6)
    assert only_in(mine, theirs).tolist() == [0, 1, 3]
    assert only_in(theirs, mine).tolist() == [5]
    assert not len(only_in(mine, mine))


def test_how_few_items_fill_the_places():
    shown = np.array([5, 0, 1, 4, 0])
    assert items_for_half(shown) == 1
    assert items_for_half(np.array([2, 2, 2, 2])) == 2
    assert items_for_half(np.zeros(3, dtype=np.int64)) == 0
    assert filled_places(shown).tolist() == [0.5, 0.9, 1.0, 1.0, 1.0]
    assert filled_places(np.zeros(2, dtype=np.int64)).tolist() == [0, 0]
