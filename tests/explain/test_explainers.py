"""Every way to explain, on models that learned from known worlds."""

from functools import cache

import numpy as np
import pytest

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import AbilityError, ConfigError, DataError
from recsys_core.explain.counterfactual import Move, helpful_additions, lists_without, moves, smallest_removal
from recsys_core.explain.explainers import (
    BUDGETS,
    EXPLAINERS,
    MOST_PLAYERS,
    Explainer,
    budget_for,
    explain,
    find_explainer,
)
from recsys_core.explain.explanation import Explanation, Kind
from recsys_core.explain.game import HistoryGame, Question, compared
from recsys_core.explain.players import PLAYERS
from recsys_core.explain.shapley import Sampler
from recsys_core.explain.single_players import one_alone
from recsys_core.models import find_model
from recsys_core.models.base import Recommender
from recsys_core.ranking import HIDDEN
from recsys_core.types import Feedback
from tests import worlds

every_explainer = pytest.mark.parametrize("explainer", EXPLAINERS, ids=lambda one: one.about.key)
HISTORY = PLAYERS[0]

DATASET = worlds.two_camps(30, Feedback.IMPLICIT, items_per_camp=16).dataset


@cache
def model(key: str = "ease") -> Recommender:
    return learned(key, DATASET)


def learned(key: str, dataset: Dataset) -> Recommender:
    kind = find_model(key)
    settings = {"epochs": 3, "embedding_size": 4} if "epochs" in kind.Config.model_fields else {}
    return kind(kind.Config.parse(settings)).fit(dataset)


def question(user: int = 0, length: int = 100, rival: int | None = None) -> Question:
    """Why the best item that this person has not met."""
    history = Histories.from_interactions(DATASET.interactions).take(np.array([user]))
    history = Histories.of([(history.items[:length].tolist(), history.values[:length].tolist())], DATASET.n_items)
    scores = model().score_histories(history)[0]
    scores[history.items] = HIDDEN
    return Question(history, int(scores.argmax()), rival)


def explained_by(explainer: Explainer) -> str:
    """EASE, or an autoencoder for a method that asks for slopes."""
    return "ease" if explainer.offers(model(), HISTORY) else "mult_vae"


def last(explainer: Explainer, of: Recommender, asked: Question, **settings: int) -> Explanation:
    return list(explain(f"{explainer.about.key}-history", of, DATASET, asked, **settings))[-1]


@every_explainer
def test_parts_name_items_of_the_history_and_nothing_else(explainer: Explainer):
    asked = question()
    found = last(explainer, model(explained_by(explainer)), asked)
    assert {part.key for part in found.parts} == {str(DATASET.item_ids.values[item]) for item in asked.history.items}
    assert all(part.kind is Kind.HISTORY and part.title for part in found.parts)
    strengths = [abs(part.value) for part in found.parts]
    assert strengths == sorted(strengths, reverse=True)
    assert found.as_json()["method"] == f"{explainer.about.key}-history"


@every_explainer
def test_what_is_additive_adds_up(explainer: Explainer):
    for key in ("ease", "mult_vae", "neumf", "bpr"):
        if not explainer.offers(model(key), HISTORY):
            continue
        found = last(explainer, model(key), question(), budget=300)
        assert found.contributions.additive is explainer.about.additive
        if explainer.about.additive:
            assert abs(found.contributions.gap) < 1e-4


def test_drawing_through_histories_finds_the_closed_form_of_a_linear_model():
    asked = question(length=14)
    game = HistoryGame(model(), asked)
    sampler = Sampler(game, np.random.default_rng(0))
    sampler.refine(3)
    weights = model().encoder[asked.history.items, asked.item]
    assert sampler.found().values == pytest.approx(weights, abs=1e-6)
    assert sampler.found().base == 0
    assert one_alone(game).values == pytest.approx(weights, abs=1e-6)


def test_a_planted_error_is_caught():
    class Wrong(HistoryGame):
        def __call__(self, kept):
            return super().__call__(kept) + 0.5 * (kept.sum(1) == self.n - 1)

    found = one_alone(HistoryGame(model(), question()))
    sampler = Sampler(Wrong(model(), question()), np.random.default_rng(0))
    sampler.refine(3)
    assert sampler.found().values != pytest.approx(found.values, abs=1e-6)


@every_explainer
def test_the_explained_item_is_none_of_its_reasons(explainer: Explainer):
    history = question().history
    asked = Question(history, int(history.items[2]))
    found = last(explainer, model(explained_by(explainer)), asked)
    assert str(DATASET.item_ids.values[asked.item]) not in {part.key for part in found.parts}
    assert len(found.parts) == len(history.items) - 1


@every_explainer
def test_the_same_seed_explains_alike_and_budgets_are_kept(explainer: Explainer):
    one, again = (last(explainer, model(explained_by(explainer)), question(), budget=150, seed=3) for _ in range(2))
    assert [part.value for part in one.parts] == [part.value for part in again.parts]
    assert one.contributions.evaluations <= 2 * 150


def test_answers_get_better_while_one_waits():
    asked = question()
    assert len(asked.history.items) > 12
    steps = [found.contributions for found in explain("shap-history", model("mult_vae"), DATASET, asked, 2000)]
    assert len(steps) > 2
    assert np.median(steps[-1].margins) < np.median(steps[0].margins)


def test_a_lead_is_the_difference_of_two_scores():
    asked = question()
    rival = int(np.setdiff1d(np.arange(DATASET.n_items), [*asked.history.items, asked.item])[0])
    scores = model().score_histories(asked.history)[0]
    found = last(find_explainer("linear-history")[0], model(), Question(asked.history, asked.item, rival))
    assert found.contributions.score == pytest.approx(scores[asked.item] - scores[rival], abs=1e-6)


def test_scores_that_mean_something_only_beside_others_are_explained_beside_others():
    found = last(find_explainer("shap-history")[0], model("bpr"), question(), budget=200)
    assert "typical item" in found.meaning


def test_a_typical_item_is_one_of_the_whole_catalogue():
    """Every so many of the items that are neither met nor asked about, all counting the same."""
    rows = [(user, item, 1.0, item) for user in range(4) for item in range(650) if (user + item) % 2]
    of = find_model("bpr")(find_model("bpr").Config.parse({"epochs": 1})).fit(worlds.dataset(rows, 4, 650))
    items, signs = compared(of, Question(Histories.of([([1, 4], [1.0, 1.0])], 650), 7))
    assert (items[0], signs[0]) == (7, 1)
    assert len(items) == 201
    assert not {1, 4, 7} & set(items[1:].tolist())
    assert set(np.diff(np.sort(items[1:]))) <= {3, 4, 5}
    assert items[1:].max() > 640
    assert signs[1:] == pytest.approx(-1 / 200)


@every_explainer
def test_a_long_history_keeps_its_strongest_events_apart(explainer: Explainer):
    items = np.arange(140)
    rows = [(user, int(item), 1.0, int(item)) for user in range(20) for item in items if (user + item) % 3]
    dataset = worlds.dataset(rows, 20, 141)
    of = learned(explained_by(explainer), dataset)
    asked = Question(Histories.of([(items.tolist(), [1.0] * 140)], 141), 140)
    found = list(explain(f"{explainer.about.key}-history", of, dataset, asked, 2000))[-1]
    assert len(found.parts) == MOST_PLAYERS
    assert "41 others together" in {part.title for part in found.parts}
    assert len(list(explain(f"{explainer.about.key}-history", of, dataset, asked, 240))[-1].parts) == 30


def test_a_budget_is_the_largest_that_there_is_time_for():
    game = HistoryGame(model(), question())
    found = [budget_for(game, seconds) for seconds in (0, 0.05, 1000)]
    assert found == sorted(found)
    assert (found[0], found[-1]) == (BUDGETS[0], BUDGETS[-1])


def test_a_model_that_cannot_be_asked_and_a_person_without_reasons_are_told_in_words():
    asked = question()
    with pytest.raises(AbilityError, match="its scores are no sums over it"):
        list(explain("linear-history", model("neumf"), DATASET, asked))
    alone = Question(Histories.of([([asked.item], [1.0])], DATASET.n_items), asked.item)
    with pytest.raises(DataError, match="nothing in the history can be a reason"):
        list(explain("shap-history", model(), DATASET, alone))
    with pytest.raises(ConfigError, match="no explanation called 'tarot'"):
        find_explainer("tarot")


def test_what_is_crossed_out_does_not_come_back():
    asked = question()
    kept = np.ones((1, len(asked.history.items)), dtype=bool)
    kept[0, 0] = False
    after = lists_without(model(), asked, kept, 5, DATASET.item_ids.hash_order)[0]
    assert asked.history.items[0] not in after


def test_moves_tell_what_rose_what_came_and_what_left():
    assert moves(np.array([4, 7, 9, -1]), np.array([7, 4, 2, -1])) == [
        Move(7, 2, 1),
        Move(4, 1, 2),
        Move(2, None, 3),
        Move(9, 3, None),
    ]


def test_the_smallest_removal_is_the_smallest():
    """Beside brute force over all single events and pairs."""
    order, ease = DATASET.item_ids.hash_order, model()
    asked = question(length=8)

    def rank(gone: list[int]) -> int:
        kept = np.ones((1, len(asked.history.items)), dtype=bool)
        kept[0, gone] = False
        best = lists_without(ease, asked, kept, DATASET.n_items, order)[0]
        return int(np.flatnonzero(best == asked.item)[0]) + 1

    events = range(len(asked.history.items))
    found = smallest_removal(ease, asked, 1, order)
    sizes = [1 for one in events if rank([one]) > 1] or [
        2 for one in events for other in events if one < other and rank([one, other]) > 1
    ]
    if not sizes:
        assert found is None or len(found.events) > 2
        return
    assert found is not None
    assert len(found.events) == sizes[0]
    assert rank(found.events.tolist()) == found.rank > 1
    assert found.is_smallest


def test_one_more_event_can_lift_an_item():
    asked = question(length=4)
    order = DATASET.item_ids.hash_order
    everything = np.arange(DATASET.n_items, dtype=np.int32)
    found = helpful_additions(model(), asked, everything, 1.0, order, n=3)
    assert len(found) == 3
    assert [one.rank for one in found] == sorted(one.rank for one in found)
    items = [*asked.history.items.tolist(), found[0].item]
    scores = model().score_histories(Histories.of([(items, [1.0] * len(items))], DATASET.n_items))[0]
    scores[items] = HIDDEN
    assert (scores > scores[asked.item]).sum() + 1 <= found[0].rank
