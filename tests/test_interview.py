"""What is asked next, in worlds where it can be told by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.interview import Questions
from recsys_core.models import MODELS, Ability, find_model
from recsys_core.splitting import TRAIN, Split, SplitRecipe, split
from recsys_core.types import Feedback
from tests import worlds
from tests.by_genre import ByGenre, WithoutVectors, two_tastes


@pytest.fixture(scope="module")
def parts() -> Split:
    return split(two_tastes(), SplitRecipe(key="random"))


def hand_made() -> Questions:
    """Items 7, 3 and 5: 7 is worth most, 3 is like it, 5 is like nothing."""
    likeness = np.array([[1.0, 0.9, -1.0], [0.9, 1.0, 0.0], [-1.0, 0.0, 1.0]])
    return Questions(np.array([7, 3, 5]), np.array([3.0, 2.0, 1.0]), likeness)


def test_the_worthiest_comes_first_and_what_is_like_it_waits():
    questions = hand_made()
    assert questions.next([]) == 7
    assert questions.next([7]) == 5  # 2 × 0.1 against 1 × 1: what is opposite is no further away than what is unlike
    assert questions.next([7, 5]) == 3
    assert questions.next([7, 3, 5]) is None


def test_the_nearest_of_what_was_asked_counts():
    """Item 3 is like 7 and unlike 5, which was asked too; item 9 is half like both."""
    likeness = np.array([[1.0, 0, 0.9, 0.5], [0, 1.0, 0, 0.5], [0.9, 0, 1.0, 0], [0.5, 0.5, 0, 1.0]])
    questions = Questions(np.array([7, 5, 3, 9]), np.array([3.0, 3.0, 2.0, 1.0]), likeness)
    assert questions.next([7, 5]) == 9  # 1 × 0.5 against 2 × 0.1


def test_items_from_elsewhere_change_nothing():
    assert hand_made().next([99]) == 7
    assert hand_made().next([99, 7]) == 5


@pytest.mark.parametrize("kind", [ByGenre, WithoutVectors])
def test_the_second_question_is_about_the_other_taste(parts, kind):
    questions = Questions.of(kind().fit(parts.train), parts)
    first = questions.next([])
    assert questions.next([first]) % 2 != first % 2


class FarFromTheOrigin(ByGenre):
    def item_vectors(self):
        return super().item_vectors() + 100


def test_where_the_middle_of_the_map_lies_does_not_matter(parts):
    near, far = (Questions.of(kind().fit(parts.train), parts).likeness for kind in (ByGenre, FarFromTheOrigin))
    assert far == pytest.approx(near, abs=1e-3)
    assert near.min() < -0.5


def test_what_more_people_know_and_disagree_on_is_worth_more():
    rows = [(user, 0, 1.0 + 4.0 * (user % 2), user) for user in range(20)]  # known by all, who disagree
    rows += [(user, 1, 3.0, 100 + user) for user in range(20)]  # known by all, who agree
    rows += [(user, 2, 1.0 + 4.0 * (user % 2), 200 + user) for user in range(4)]  # known by few
    world = worlds.dataset(rows, 20, 4)
    parts = Split(world, np.full(len(rows), TRAIN, dtype=np.int8), SplitRecipe())
    questions = Questions.of(find_model("ease")().fit(world), parts)
    assert set(questions.items.tolist()) == {0, 1, 2}  # nobody met item 3
    worth = dict(zip(questions.items.tolist(), questions.worth.tolist(), strict=True))
    # Ratings around their means: 20 × 4 of item 0, none of item 1, 4 × 4 of item 2; ten times the mean of 96 / 44 more.
    usual = (20 * 4 + 4 * 4) / 44
    assert worth[0] == pytest.approx(np.sqrt((80 + 10 * usual) / 30))
    assert worth[1] == pytest.approx(np.sqrt(10 * usual / 30))
    assert worth[2] == pytest.approx(0.2 * np.sqrt((16 + 10 * usual) / 14))
    assert questions.next([]) == 0


def test_of_events_that_are_no_ratings_popularity_decides():
    world = worlds.popularity_ladder(8)
    parts = Split(world, np.full(len(world.interactions), TRAIN, dtype=np.int8), SplitRecipe())
    questions = Questions.of(find_model("ease")().fit(world), parts)
    assert questions.items.tolist() == list(range(8))
    assert questions.worth.tolist() == [(8 - item) / 8 for item in range(8)]


def test_the_pool_ends_somewhere(parts, monkeypatch):
    monkeypatch.setattr("recsys_core.interview.POOL", 5)
    assert len(Questions.of(ByGenre().fit(parts.train), parts).items) == 5


@given(st.permutations(range(20)))
def test_order_does_not_matter_and_the_interview_ends_after_every_item_came_once(order):
    questions = QUESTIONS
    asked: list[int] = []
    while (item := questions.next(asked)) is not None:
        assert item not in asked
        assert item == questions.next([one for one in order if one in asked])
        asked.append(item)
    assert sorted(asked) == sorted(questions.items.tolist())


WORLD = split(two_tastes(), SplitRecipe(key="random"))
QUESTIONS = Questions.of(ByGenre().fit(WORLD.train), WORLD)


@pytest.mark.parametrize(
    "kind", [model for model in MODELS if Ability.HISTORY in model.info.abilities], ids=lambda kind: kind.info.key
)
def test_every_model_that_serves_new_people_can_hold_an_interview(kind):
    world = worlds.two_camps(24, Feedback.EXPLICIT).dataset
    parts = split(world, SplitRecipe(key="random"))
    settings = {"epochs": 1, "embedding_size": 4}
    model = kind(kind.Config(**{name: settings[name] for name in settings if name in kind.Config.model_fields}))
    questions = Questions.of(model.fit(parts.train), parts)
    assert np.isfinite(questions.worth).all()
    assert np.abs(questions.likeness).max() <= 1 + 1e-9
    asked: list[int] = []
    for _ in range(5):
        asked.append(questions.next(asked))
    assert len(set(asked)) == 5


def test_ratings_that_are_all_equal_leave_popularity():
    world = worlds.dataset([(user, item, 4.0, user) for user in range(6) for item in range(6 - user)], 6, 6)
    parts = Split(world, np.full(len(world.interactions), TRAIN, dtype=np.int8), SplitRecipe())
    assert Questions.of(find_model("ease")().fit(world), parts).next([]) == 0
