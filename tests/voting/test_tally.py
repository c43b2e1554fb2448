"""When one may stop, and how often that is wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.statistics.anytime import anytime_share
from recsys_core.voting.ballot import Choice
from recsys_core.voting.tally import Standing, Tally, course, votes_needed

NAMES = ("X", "Y")


@given(st.lists(st.sampled_from(Choice), max_size=60))
def test_every_ballot_is_counted_once(choices):
    tally = Tally.of(choices, 0.7)
    assert tally.votes == len(choices)
    assert (tally.first, tally.second, tally.neither) == tuple(choices.count(choice) for choice in Choice)
    steps = course(choices)
    assert len(steps) == tally.decided
    if steps:
        assert (steps[-1].low, steps[-1].high) == tally.interval
        assert steps[-1].share == tally.first / tally.decided


@given(st.integers(0, 80), st.integers(0, 80), st.integers(0, 20))
def test_what_the_two_are_called_makes_no_difference(first, second, neither):
    mirrored = {Standing.FIRST: Standing.SECOND, Standing.SECOND: Standing.FIRST}
    one, other = Tally(first, second, neither, 0.7), Tally(second, first, neither, 0.7)
    assert other.standing is mirrored.get(one.standing, one.standing)
    assert other.interval == pytest.approx([1 - one.interval[1], 1 - one.interval[0]], abs=1e-9)


@given(st.integers(0, 80), st.integers(0, 80), st.integers(1, 200))
def test_those_who_see_no_difference_move_nothing(first, second, neither):
    with_them, without = Tally(first, second, neither, 0.7), Tally(first, second, 0, 0.7)
    assert with_them.interval == without.interval
    assert with_them.verdict(NAMES) == without.verdict(NAMES)


@pytest.mark.parametrize(
    ("tally", "standing", "words"),
    [
        (
            Tally(0, 0, 0, 0.7),
            Standing.OPEN,
            "Still open: 0 votes with a preference, of about 58 that a lead of 70 to 30",
        ),
        (Tally(7, 0, 3, 0.7), Standing.OPEN, "Still open: 7 votes with a preference"),
        (
            Tally(9, 0, 3, 0.7),
            Standing.FIRST,
            "You may stop: X is preferred, by 56 to 100 of 100 who have a preference.",
        ),
        (Tally(2, 18, 0, 0.7), Standing.SECOND, "You may stop: Y is preferred, by 59 to 100 of 100"),
        (Tally(40, 40, 9, 0.7), Standing.NO_DIFFERENCE, "You may stop: no difference worth noticing. Neither leads by"),
        (
            Tally(43, 27, 0, 0.7),
            Standing.OPEN,
            "A lead of 70 to 30 would show by 58 more often than not.",
        ),
    ],
)
def test_the_verdict_says_whether_one_may_stop(tally, standing, words):
    assert tally.standing is standing
    assert words in tally.verdict(NAMES)


def test_a_vote_that_was_closed_is_not_called_open():
    assert Tally(40, 5, 0, 0.7).verdict(NAMES, is_open=False).startswith(f"Decided: {NAMES[0]} is preferred")
    assert Tally(1, 1, 1, 0.7).verdict(NAMES, is_open=False).startswith("Undecided: 2 votes with a preference")


def test_no_difference_means_that_a_lead_worth_noticing_lies_outside():
    found = [Tally(first, 90 - first, 0, 0.7) for first in range(91)]
    for tally in found:
        low, high = anytime_share(tally.first, 90)
        assert (tally.standing is Standing.NO_DIFFERENCE) == (low <= 0.5 <= high and low > 0.3 and high < 0.7)
    assert {tally.standing for tally in found} == {
        Standing.FIRST,
        Standing.SECOND,
        Standing.NO_DIFFERENCE,
        Standing.OPEN,
    }


def test_smaller_leads_need_more_votes():
    needed = [votes_needed(worth) for worth in (0.9, 0.8, 0.7, 0.6)]
    assert needed == sorted(needed)
    for worth, number in zip((0.9, 0.8, 0.7, 0.6), needed, strict=True):
        assert anytime_share(round(worth * number), number)[0] > 0.5


def test_who_stops_when_it_suits_is_seldom_wrong():
    """Models that are equally good: of 2,000 votes watched over 60 ballots each, few ever name a winner."""
    winners = {Standing.FIRST, Standing.SECOND}
    named = np.zeros((61, 61), dtype=bool)  # by ballots, and by how many of them are for the first
    for number in range(1, 61):
        named[number, : number + 1] = [
            Tally(first, number - first, 0, 0.7).standing in winners for first in range(number + 1)
        ]
    firsts = np.cumsum(np.random.default_rng(5).random((2_000, 60)) < 0.5, axis=1)
    wrong = named[np.arange(1, 61), firsts].any(axis=1).mean()
    assert 0 < wrong <= 0.05
