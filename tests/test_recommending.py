"""The list that one person would see."""

from dataclasses import replace

import numpy as np
import pytest

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, DataError
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender
from recsys_core.recommending import (
    best,
    recommend_to_history,
    recommend_to_user,
    scores_for_history,
    scores_for_user,
)
from recsys_core.splitting import TEST, TRAIN, VALID, Split, SplitRecipe
from recsys_core.types import Feedback
from tests import worlds


class Given(Recommender):
    """Gives everybody the scores it was made with, and remembers the histories it was asked about."""

    info = ModelInfo("given", "Given", "", "Tests", "", "", frozenset({Ability.HISTORY}), Cost.SECONDS)
    Config = Config

    def __init__(self, scores: list[float], rates: bool = False) -> None:
        super().__init__()
        self.rates = rates
        self.scores = np.array([scores], dtype=np.float32)
        self.asked: list[tuple[list[int], list[float]]] = []

    @property
    def abilities(self):
        return self.info.abilities | ({Ability.RATING} if self.rates else set())

    def memory(self, train):
        return 0

    def _fit(self, train, context): ...

    def score(self, users, items=None):
        return np.tile(self.scores, (len(users), 1))

    def score_histories(self, histories: Histories, items=None):
        self.asked = [tuple(column.tolist() for column in histories.row(b)) for b in range(len(histories))]
        return np.tile(self.scores, (len(histories), 1))

    def arrays(self):
        return {}

    def restore(self, arrays): ...


class Forgetful(Given):
    """Knows nobody but the people of its training."""

    info = replace(Given.info, abilities=frozenset())

    def score_histories(self, histories, items=None):
        return Recommender.score_histories(self, histories, items)


RISING = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]


def golden_split(dataset: Dataset | None = None) -> Split:
    """u1 knows i0 (training) and i2 (validation); i5 and i1 are held out."""
    dataset = dataset or worlds.golden()
    events = dataset.interactions
    roles = np.full(len(events), TRAIN, dtype=np.int8)
    roles[(events.users == 1) & (events.items == 2)] = VALID
    roles[(events.users == 1) & np.isin(events.items, [1, 5])] = TEST
    return Split(dataset, roles, SplitRecipe())


# People of the data set


def test_the_best_come_first_without_what_the_person_knew_before_the_test_and_with_what_is_held_out():
    shown = recommend_to_user(Given(RISING), golden_split(), 1, 10)
    assert shown == [(5, 5.0), (4, 4.0), (3, 3.0), (1, 1.0)]


def test_k_cuts_the_list_and_a_longer_list_begins_with_the_shorter_one():
    lists = [recommend_to_user(Given(RISING), golden_split(), 1, k) for k in range(1, 8)]
    assert [len(shown) for shown in lists] == [1, 2, 3, 4, 4, 4, 4]
    for shorter, longer in zip(lists, lists[1:], strict=False):
        assert longer[: len(shorter)] == shorter


def test_a_k_far_beyond_the_catalogue_costs_nothing():
    assert len(recommend_to_user(Given(RISING), golden_split(), 1, 10**15)) == 4


def test_a_person_who_knows_everything_is_shown_nothing():
    world = worlds.dataset([(0, item, 3.0, item) for item in range(3)] + [(1, 0, 3.0, 0)], 2, 3)
    split = Split(world, np.array([TRAIN, TRAIN, TRAIN, TEST], dtype=np.int8), SplitRecipe())
    assert recommend_to_user(Given([1, 2, 3]), split, 0, 5) == []


def test_a_person_of_whom_nothing_is_known_is_shown_everything():
    split = golden_split()
    roles = split.roles.copy()
    roles[split.dataset.interactions.users == 1] = TEST
    assert len(recommend_to_user(Given(RISING), replace(split, roles=roles), 1, 10)) == 6


def test_equal_scores_follow_the_order_without_meaning():
    split = golden_split()
    order = split.dataset.item_ids.hash_order.tolist()
    shown = [item for item, _ in recommend_to_user(Given([1.0] * 6), split, 1, 10)]
    assert shown == [item for item in order if item not in (0, 2)]


def test_scores_of_a_person_are_hidden_for_known_items_and_whole_for_the_others():
    model = Given(RISING)
    scores = scores_for_user(model, golden_split(), 1)
    assert scores.tolist() == [-np.inf, 1.0, -np.inf, 3.0, 4.0, 5.0]
    assert model.scores.tolist() == [RISING]  # the model's own array is as it was


def test_an_item_of_the_lowest_score_is_still_shown():
    assert best(np.array([-3e38, -np.inf], dtype=np.float32), np.arange(2), 5) == [(0, pytest.approx(-3e38))]


# Somebody new


def test_what_somebody_disliked_is_hidden_but_no_choice_to_a_model_that_ranks():
    model = Given(RISING)
    shown = recommend_to_history(model, golden_split(), [(5, 4.0), (3, 1.0), (0, 3.0)], 10)
    assert [item for item, _ in shown] == [4, 2, 1]
    assert model.asked == [([5, 0], [4.0, 3.0])]


def test_somebody_new_is_not_shown_what_they_told():
    model = Given(RISING, rates=True)
    shown = recommend_to_history(model, golden_split(), [(5, 4.0), (3, 1.0)], 10)
    assert shown == [(4, 4.0), (2, 2.0), (1, 1.0), (0, 0.0)]
    assert model.asked == [([5, 3], [4.0, 1.0])]


def test_an_item_without_a_rating_was_liked():
    explicit, implicit = Given(RISING, rates=True), Given(RISING)
    scores_for_history(explicit, golden_split(), [(2, None), (3, 1.0)])
    assert explicit.asked == [([2, 3], [5.0, 1.0])]
    scores_for_history(implicit, golden_split(worlds.golden(feedback=Feedback.IMPLICIT)), [(2, None)])
    assert implicit.asked == [([2], [1.0])]


def test_an_empty_history_is_somebody_who_may_be_shown_anything():
    assert len(recommend_to_history(Given(RISING), golden_split(), [], 10)) == 6


def test_an_item_that_comes_twice_is_refused_by_its_title():
    with pytest.raises(DataError, match="'Clove' comes twice") as caught:
        scores_for_history(Given(RISING), golden_split(), [(2, 4.0), (1, None), (2, 4.0)])
    assert caught.value.code == "repeated-item"


@pytest.mark.parametrize("value", [0.99, 5.01, -1.0, float("nan"), float("inf")])
def test_a_rating_off_the_scale_is_refused(value):
    with pytest.raises(DataError, match="outside the scale of this data set, 1 to 5") as caught:
        scores_for_history(Given(RISING), golden_split(), [(2, value)])
    assert caught.value.code == "off-scale"


@pytest.mark.parametrize("value", [0.5, 2.25, 4.0])
def test_the_ends_of_the_scale_and_all_between_are_taken(value):
    world = replace(worlds.golden(), scale=Scale(0.5, 4.0, 0.5))
    model = Given(RISING, rates=True)
    scores_for_history(model, golden_split(world), [(2, value)])
    assert model.asked == [([2], [value])]


def test_a_model_that_knows_only_its_own_people_says_so():
    with pytest.raises(AbilityError, match="lacks the ability 'history'"):
        recommend_to_history(Forgetful(RISING), golden_split(), [(2, 4.0)], 10)
