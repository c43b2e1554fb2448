"""What rules cost: the same figures as the evaluation's where the lists are the model's own."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from recsys_core.data.dataset import Dataset
from recsys_core.errors import ConfigError
from recsys_core.evaluation import evaluate
from recsys_core.models.ease import EASE
from recsys_core.models.popularity import Popularity
from recsys_core.rules import Boost, Diversify, Exclude, Facts, NewItems
from recsys_core.rules.candidates import candidates
from recsys_core.rules.judging import Outcome, judge_rules, list_length
from recsys_core.rules.words import sentence
from recsys_core.splitting import SplitRecipe, split
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Feedback
from tests import worlds


def camps(n: int = 60) -> Dataset:
    made = worlds.two_camps(n, Feedback.IMPLICIT).dataset
    genres = [("Even", "Odd")[item % 2 :][:1] for item in range(made.n_items)]
    return replace(made, item_table=made.item_table.assign(genres=pd.Series(genres, dtype=object)))


@pytest.fixture(scope="module")
def world():
    parts = split(camps(), SplitRecipe(key="random"))
    model = EASE().fit(parts.train)
    return parts, model, candidates(model, parts), Facts.of(parts)


def judged(world, *rules, k: int = 5) -> Outcome:
    parts, _, best, facts = world
    return judge_rules(rules, best, parts, facts, k)


def test_without_rules_the_figures_are_those_of_the_evaluation(world):
    parts, model, best, _ = world
    report = evaluate(model, parts.test, parts.dataset, (5,))
    outcome = judged(world)
    assert np.array_equal(best.users, report.lists.users)
    assert np.array_equal(outcome.before, report.lists.items)
    assert np.array_equal(outcome.after, outcome.before)
    for name, change in outcome.changes.items():
        assert change.before == change.after
        if name.endswith("@5"):
            assert change.before == pytest.approx(report.metrics[name].value, abs=1e-9)
            assert (change.difference.low, change.difference.high) == (0, 0)
    assert outcome.changes["coverage"].before == report.metrics["coverage@5"].value
    assert sentence(outcome, "ndcg@5") == "Without a rule the lists stay as the model made them."


def test_leaving_out_half_of_the_catalogue_costs_those_who_like_it(world):
    outcome = judged(world, Exclude(items=("genre=Even",)))
    change = outcome.changes["ndcg@5"]
    assert change.difference.is_certain
    assert change.after < 0.6 * change.before
    assert change.after - change.before == pytest.approx(change.difference.value)
    words = sentence(outcome, "ndcg@5")
    assert words.startswith(f"Leaving out Even costs {-change.difference.value:.3f} NDCG@5 [")
    assert "coverage −50 %" in words


def test_moving_down_what_people_did_not_like_is_no_loss_and_words_say_so(world):
    outcome = judged(world, Boost(items=("id=i0",), places=1))
    assert not outcome.changes["ndcg@5"].difference.is_certain
    words = sentence(outcome, "ndcg@5")
    assert words.startswith("Moving id=i0 up 1 place changes NDCG@5 by ")
    assert ", which may be chance" in words


def test_a_rule_that_touches_nothing_says_so(world):
    words = sentence(judged(world, Boost(items=("year<0",), places=3)), "ndcg@5")
    assert words == "Moving year<0 up 3 places changes nobody's list."
    several = judged(world, Exclude(items=("genre=Even",)), NewItems(share=0.0))
    assert sentence(several, "ndcg@5").startswith("Leaving out Even and keeping 0 % of the places for new items cost")


def test_what_is_too_little_to_be_written_is_not_called_a_change(world):
    outcome = judged(world, Boost(items=("id=i0",), places=1))
    tiny = replace(outcome.changes["ndcg@5"], difference=Estimate(1e-4, -2e-4, 4e-4))
    words = sentence(replace(outcome, changes={"ndcg@5": tiny}), "ndcg@5")
    assert words == "Moving id=i0 up 1 place leaves NDCG@5 as it was, to the third decimal."


def test_a_gain_is_a_gain():
    parts = split(camps(), SplitRecipe(key="random"))
    best = candidates(Popularity().fit(parts.train), parts)
    likes = [int(parts.dataset.user_ids.values[user][1:]) % 2 for user in best.users]
    even = replace(best, users=best.users[np.array(likes) == 0], items=best.items[np.array(likes) == 0])
    outcome = judge_rules([Boost(items=("genre=Even",), places=20)], even, parts, Facts.of(parts), 5)
    assert sentence(outcome, "ndcg@5").startswith("Moving Even up 20 places gains 0.")


def test_few_people_have_no_interval(world):
    parts, _, best, facts = world
    few = replace(best, users=best.users[:4], items=best.items[:4])
    outcome = judge_rules([Exclude(items=("genre=Even",))], few, parts, facts, 5)
    assert "too few people" in sentence(outcome, "ndcg@5")


def test_more_places_than_items(world):
    outcome = judged(world, NewItems(share=0.5), Diversify(), k=50)
    assert outcome.after.shape == (60, 50)
    assert 0 < outcome.changes["recall@50"].after <= 1


def test_a_sample_of_people_is_always_the_same_one(world):
    parts, model, best, _ = world
    some = candidates(model, parts, most=20, depth=7)
    assert some.items.shape == (20, 7)
    assert np.array_equal(some.users, candidates(model, parts, most=20).users)
    assert np.array_equal(some.items, best.items[np.isin(best.users, some.users), :7])


def test_a_tiny_catalogue_without_genres_or_times_is_judged_by_what_there_is():
    made = worlds.golden(timed=False)
    parts = split(made, SplitRecipe(key="random", test_share=0.4))
    outcome = judge_rules([], candidates(Popularity().fit(parts.train), parts), parts, Facts.of(parts), 10)
    assert {"diversity", "novelty@10", "new", "coverage"} <= set(outcome.changes)
    assert outcome.as_json()["people"] == len(outcome.users)


@pytest.mark.parametrize("metric", ["rmse", "coverage@10", "ndcg", "ndcg@0", "ndcg@101", "ndcg@x"])
def test_metrics_that_do_not_judge_lists_are_refused(metric):
    with pytest.raises(ConfigError, match="cannot be judged by"):
        list_length(metric)
