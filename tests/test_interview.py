"""What is asked next, in worlds where it can be told by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.interview import Questions
from recsys_core.splitting import TRAIN, Split, SplitRecipe, split
from recsys_core.types import Feedback
from tests import worlds
from tests.by_genre import two_tastes


def whole(world) -> Split:
    return Split(world, np.full(len(world.interactions), TRAIN, dtype=np.int8), SplitRecipe())


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(two_tastes(), SplitRecipe(key="random"))


def hand_made() -> Questions:
    """Items 7 and 3 are of one taste, 5 of another, which fewer people have; all have as much of their own."""
    tastes = np.array([[4.0, 3.9, 0.0], [3.9, 4.0, 0.0], [0.0, 0.0, 2.0]])
    return Questions(np.array([7, 3, 5]), tastes, np.full(3, 0.5))


def test_what_tells_most_comes_first_and_what_repeats_it_waits():
    questions = hand_made()
    assert questions.next([]) == 7
    assert questions.next([7]) == 5
    assert questions.next([7, 5]) == 3
    assert questions.next([7, 3, 5]) is None


def test_the_next_question_leaves_the_least_uncertainty():
    """Against the variance of all tastes after an answer, worked out for each item by Bayes' rule."""
    rng = np.random.default_rng(0)
    factors = rng.normal(size=(6, 3))
    questions = Questions(np.arange(6), factors @ factors.T, rng.uniform(0.1, 2.0, 6))
    asked: list[int] = []
    for _ in range(6):
        left = {}
        for item in set(range(6)) - set(asked):
            told = [*asked, item]
            precision = np.eye(3) + factors[told].T @ np.diag(1 / questions.own[told]) @ factors[told]
            left[item] = np.trace(factors @ np.linalg.inv(precision) @ factors.T)
        asked.append(min(left, key=left.__getitem__))
        assert questions.next(asked[:-1]) == asked[-1]


def test_items_from_elsewhere_change_nothing():
    assert hand_made().next([99]) == 7
    assert hand_made().next([99, 7]) == 5


def test_the_second_question_is_about_another_taste():
    """Four camps of people, who like five items each: one question tells of one camp."""
    rows = [(user, 5 * (user % 4) + place, 1.0, place) for user in range(80) for place in range(5)]
    questions = Questions.of(whole(worlds.dataset(rows, 80, 20, feedback=Feedback.IMPLICIT)))
    asked: list[int] = []
    for _ in range(3):  # these tell of the fourth as well
        asked.append(questions.next(asked))
    assert len({item // 5 for item in asked}) == 3


def test_what_nearly_all_like_or_few_know_tells_less():
    """Item 0 is liked by all, 1 and 2 by one half, 3 and 4 by two people alone."""
    rows = [(user, 0, 5.0, 0) for user in range(40)] + [(user, item, 5.0, 1) for user in range(20) for item in (1, 2)]
    rows += [(user, item, 5.0, 2) for user in (5, 25) for item in (3, 4)]
    questions = Questions.of(whole(worlds.dataset(rows, 40, 6)))
    assert set(questions.items.tolist()) == {0, 1, 2, 3, 4}  # nobody met item 5
    assert questions.next([]) in (1, 2)
    assert questions.next([1, 2]) in (3, 4)
    assert questions.next([1, 2, 3, 4]) == 0


def test_a_low_rating_is_no_liking():
    """Of 30 people 20 meet the items 0 and 1. All of these like 1, half of them 0."""
    rows = [(user, 0, 5.0 if user % 2 else 1.0, 0) for user in range(20)] + [(user, 1, 5.0, 1) for user in range(20)]
    rows += [(user, 2, 5.0, 2) for user in range(1, 40, 2)]
    questions = Questions.of(whole(worlds.dataset(rows, 40, 3)))
    covariance = questions.tastes + np.diag(questions.own)
    at = {item: place for place, item in enumerate(questions.items.tolist())}
    found = covariance[np.ix_([at[0], at[1]], [at[0], at[1]])]
    assert found == pytest.approx(np.array([[2, 1], [1, 2]]) / 9, abs=1e-4)


def test_meeting_twice_is_meeting():
    rows = [(user, user % 2, 1.0, time) for user in range(10) for time in range(3)]
    questions = Questions.of(whole(worlds.dataset(rows, 10, 2, feedback=Feedback.IMPLICIT)))
    assert questions.tastes + np.diag(questions.own) == pytest.approx(
        np.array([[0.25, -0.25], [-0.25, 0.25]]), abs=1e-5
    )


def test_the_pool_ends_somewhere(parts, monkeypatch):
    monkeypatch.setattr("recsys_core.interview.POOL", 5)
    assert len(Questions.of(parts).items) == 5


@given(st.permutations(range(20)))
def test_order_does_not_matter_and_the_interview_ends_after_every_item_came_once(order):
    asked: list[int] = []
    while (item := QUESTIONS.next(asked)) is not None:
        assert item not in asked
        assert item == QUESTIONS.next([one for one in order if one in asked])
        asked.append(item)
    assert sorted(asked) == sorted(QUESTIONS.items.tolist())


QUESTIONS = Questions.of(split(two_tastes(), SplitRecipe(key="random")))


def test_where_everybody_likes_everything_anything_may_be_asked():
    world = worlds.dataset([(user, item, 4.0, user) for user in range(6) for item in range(4)], 6, 4)
    questions = Questions.of(whole(world))
    asked: list[int] = []
    while (item := questions.next(asked)) is not None:
        asked.append(item)
    assert sorted(asked) == [0, 1, 2, 3]
