"""Every metric against slow plain versions, by hand, and as laws."""

import math
from collections import Counter
from itertools import groupby, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import mean_absolute_error, ndcg_score, root_mean_squared_error

from recsys_core.metrics import METRICS, Group, RankingMetric, RatingMetric, about
from recsys_core.metrics.average_precision import MAP
from recsys_core.metrics.capped_recall import CAPPED_RECALL
from recsys_core.metrics.f1 import F1
from recsys_core.metrics.hit_rate import HIT_RATE
from recsys_core.metrics.mae import MAE
from recsys_core.metrics.mrr import MRR
from recsys_core.metrics.ndcg import NDCG
from recsys_core.metrics.precision import PRECISION
from recsys_core.metrics.precision_of_shown import PRECISION_OF_SHOWN
from recsys_core.metrics.ranked_truth import RankedTruth, ranked_truth
from recsys_core.metrics.recall import RECALL
from recsys_core.metrics.rmse import RMSE
from recsys_core.types import Float32, Float64

RANKING = [metric for metric in METRICS if isinstance(metric, RankingMetric)]
each_metric = pytest.mark.parametrize("metric", RANKING, ids=lambda metric: metric.about.key)
HIDDEN = -np.inf


# Each plain version takes a list of truths, one for each item in the order shown, k, and the number of relevant items.


def plain_precision(found: list[bool], k: int, n_relevant: int) -> float:
    return sum(found[:k]) / k


def plain_recall(found: list[bool], k: int, n_relevant: int) -> float:
    return sum(found[:k]) / n_relevant


def plain_capped_recall(found: list[bool], k: int, n_relevant: int) -> float:
    return sum(found[:k]) / min(k, n_relevant)


def plain_precision_of_shown(found: list[bool], k: int, n_relevant: int) -> float:
    return sum(found[:k]) / len(found[:k]) if found else 0.0


def plain_f1(found: list[bool], k: int, n_relevant: int) -> float:
    precision, recall = plain_precision(found, k, n_relevant), plain_recall(found, k, n_relevant)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def plain_hit_rate(found: list[bool], k: int, n_relevant: int) -> float:
    return float(any(found[:k]))


def plain_mrr(found: list[bool], k: int, n_relevant: int) -> float:
    return next((1 / position for position, hit in enumerate(found[:k], 1) if hit), 0.0)


def plain_map(found: list[bool], k: int, n_relevant: int) -> float:
    precisions = [sum(found[:position]) / position for position, hit in enumerate(found[:k], 1) if hit]
    return sum(precisions) / min(k, n_relevant)


def plain_ndcg(found: list[bool], k: int, n_relevant: int) -> float:
    gain = sum(1 / math.log2(position + 1) for position, hit in enumerate(found[:k], 1) if hit)
    return gain / sum(1 / math.log2(position + 1) for position in range(1, min(k, n_relevant) + 1))


PLAIN = {
    NDCG: plain_ndcg,
    RECALL: plain_recall,
    CAPPED_RECALL: plain_capped_recall,
    PRECISION: plain_precision,
    PRECISION_OF_SHOWN: plain_precision_of_shown,
    F1: plain_f1,
    HIT_RATE: plain_hit_rate,
    MRR: plain_mrr,
    MAP: plain_map,
}

Case = tuple[list[float], list[int]]  # scores of one person, and the relevant items


def expectation_over_all_orders(metric: RankingMetric, case: Case, k: int) -> float:
    """The mean of the plain metric over every order that the scores allow; hidden items stand in none."""
    scores, relevant = case
    groups = [
        Counter(permutations([item in relevant for item, score in enumerate(scores) if score == level]))
        for level in sorted({score for score in scores if score != HIDDEN}, reverse=True)
    ]
    total = orders = 0.0
    for choice in product(*(group.items() for group in groups)):
        found = [hit for flags, _ in choice for hit in flags]
        times = math.prod(count for _, count in choice)
        total += times * PLAIN[metric](found, k, len(relevant))
        orders += times
    return total / orders


def truth_of(cases: list[Case], k: int) -> RankedTruth:
    return ranked_truth(
        np.array([scores for scores, _ in cases], dtype=np.float32),
        np.repeat(np.arange(len(cases)), [len(relevant) for _, relevant in cases]),
        np.array([item for _, relevant in cases for item in relevant], dtype=np.int32),
        k,
    )


def value_of(metric: RankingMetric, cases: list[Case], k: int) -> Float64:
    values = metric.per_user(truth_of(cases, k), k)
    assert values.shape == (len(cases),)
    return values


def random_case(rng: np.random.Generator, n_items: int, levels: int, hidden: float) -> Case:
    scores = rng.integers(0, levels, n_items).astype(float)
    scores[rng.random(n_items) < hidden] = HIDDEN
    return scores.tolist(), rng.permutation(n_items)[: rng.integers(1, n_items + 1)].tolist()


@st.composite
def tables(draw: st.DrawFn, tied: bool = True) -> list[Case]:
    """1 to 4 people and 2 to 7 items; with ties and hidden items, or with neither."""
    n_items = draw(st.integers(2, 7))
    level = st.sampled_from([HIDDEN, 0.0, 0.5, 1.0])
    row = st.lists(level, min_size=n_items, max_size=n_items) if tied else st.permutations([*range(n_items)])
    relevant = st.lists(st.integers(0, n_items - 1), min_size=1, max_size=n_items, unique=True)
    return draw(st.lists(st.tuples(row, relevant), min_size=1, max_size=4))


ks = st.integers(1, 9)


@each_metric
def test_a_metric_is_its_mean_over_all_orders_of_equal_scores(metric: RankingMetric):
    rng = np.random.default_rng(7)
    for _ in range(200):
        n_items = int(rng.integers(1, 8))
        k, levels, hidden = int(rng.integers(1, 10)), int(rng.integers(1, 5)), rng.choice([0.0, 0.3, 1.0])
        cases = [random_case(rng, n_items, levels, hidden) for _ in range(3)]
        expected = [expectation_over_all_orders(metric, case, k) for case in cases]
        assert value_of(metric, cases, k) == pytest.approx(expected, abs=1e-9), (cases, k)


@each_metric
@given(cases=tables(), k=ks)
def test_hypothesis_finds_no_other_order(metric: RankingMetric, cases: list[Case], k: int):
    expected = [expectation_over_all_orders(metric, case, k) for case in cases]
    assert value_of(metric, cases, k) == pytest.approx(expected, abs=1e-9)


@each_metric
def test_without_ties_a_metric_is_the_plain_one(metric: RankingMetric):
    rng = np.random.default_rng(8)
    cases = [(rng.permutation(300).tolist(), rng.permutation(300)[: rng.integers(1, 60)].tolist()) for _ in range(40)]
    for k in (1, 7, 20, 300, 400):
        expected = []
        for scores, relevant in cases:
            order = sorted(range(300), key=lambda item, scores=scores: -scores[item])
            expected.append(PLAIN[metric]([item in set(relevant) for item in order], k, len(relevant)))
        assert value_of(metric, cases, k) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("levels", [1, 3, 10_000_000], ids=["all tied", "ties", "no ties"])
def test_ndcg_is_that_of_scikit_learn(levels: int):
    rng = np.random.default_rng(9)
    for k in (1, 5, 30, 80):
        cases = [random_case(rng, 30, levels, hidden=0.0) for _ in range(20)]
        expected = [
            ndcg_score([np.isin(np.arange(30), relevant)], [np.array(scores, np.float32)], k=k)
            for scores, relevant in cases
        ]
        assert value_of(NDCG, cases, k) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("n_items", "n_relevant", "k"), [(10, 3, 4), (7, 7, 3), (5, 2, 5), (4000, 25, 20)])
def test_a_model_that_cannot_tell_items_apart_scores_as_chance(n_items: int, n_relevant: int, k: int):
    case = ([0.25] * n_items, list(range(n_relevant)))
    miss = math.comb(n_items - n_relevant, k) / math.comb(n_items, k)
    assert value_of(PRECISION, [case], k)[0] == pytest.approx(n_relevant / n_items, abs=1e-9)
    assert value_of(RECALL, [case], k)[0] == pytest.approx(k / n_items, abs=1e-9)
    assert value_of(F1, [case], k)[0] == pytest.approx(2 * k * n_relevant / n_items / (k + n_relevant), abs=1e-9)
    assert value_of(HIT_RATE, [case], k)[0] == pytest.approx(1 - miss, abs=1e-9)


@each_metric
def test_which_items_of_a_tie_are_relevant_does_not_matter(metric: RankingMetric):
    scores = [2.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    values = [value_of(metric, [(scores, [first, second])], 3)[0] for first, second in permutations(range(1, 5), 2)]
    assert max(values) - min(values) < 1e-12
    assert 0 < values[0] < 1


@each_metric
@pytest.mark.parametrize("n_relevant", [1, 3, 8])
def test_all_relevant_items_in_front_is_one(metric: RankingMetric, n_relevant: int):
    case = (list(range(8, 0, -1)), list(range(n_relevant)))
    assert value_of(metric, [case], n_relevant)[0] == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("metric", [NDCG, MAP, MRR, HIT_RATE, CAPPED_RECALL], ids=lambda metric: metric.about.key)
@pytest.mark.parametrize("k", [1, 2, 5, 8, 30])
def test_the_best_list_is_one_at_every_length_where_the_metric_promises_it(metric: RankingMetric, k: int):
    assert value_of(metric, [(list(range(8, 0, -1)), [0, 1, 2])], k)[0] == pytest.approx(1.0, abs=1e-12)


@each_metric
@pytest.mark.parametrize("k", [1, 5])
def test_no_hit_is_zero(metric: RankingMetric, k: int):
    below, hidden = ([5.0, 4.0, 3.0, 2.0, 1.0, 0.0], [5]), ([5.0, HIDDEN, 3.0, 2.0, 1.0, 0.0], [1])
    assert value_of(metric, [below, hidden], k).tolist() == [0.0, 0.0]


@each_metric
def test_somebody_with_nothing_to_show_is_zero_and_not_an_error(metric: RankingMetric):
    assert value_of(metric, [([HIDDEN] * 3, [0, 2])], 5).tolist() == [0.0]


def test_a_hidden_relevant_item_still_counts_as_missed():
    case = ([3.0, HIDDEN, 1.0], [0, 1])
    assert value_of(RECALL, [case], 2)[0] == 0.5
    assert value_of(NDCG, [case], 2)[0] == pytest.approx(1 / (1 + 1 / math.log2(3)))


@each_metric
@given(cases=tables(), k=ks)
def test_values_lie_between_zero_and_one(metric: RankingMetric, cases: list[Case], k: int):
    values = value_of(metric, cases, k)
    assert (values >= -1e-12).all()
    assert (values <= 1 + 1e-12).all()


@each_metric
@given(cases=tables(), k=ks, data=st.data())
def test_the_order_of_items_and_people_does_not_matter(
    metric: RankingMetric, cases: list[Case], k: int, data: st.DataObject
):
    values = value_of(metric, cases, k)
    place = data.draw(st.permutations(range(len(cases[0][0]))))  # item i moves to column place[i]
    moved = [
        ([scores[place.index(column)] for column in range(len(scores))], [place[item] for item in relevant[::-1]])
        for scores, relevant in cases
    ]
    people = data.draw(st.permutations(range(len(cases))))
    assert value_of(metric, [moved[person] for person in people], k) == pytest.approx(values[list(people)], abs=1e-12)


@each_metric
@given(cases=tables(), k=ks, data=st.data())
def test_moving_a_hit_up_never_lowers_a_metric(metric: RankingMetric, cases: list[Case], k: int, data: st.DataObject):
    scores, relevant = cases[0]
    hit = data.draw(st.sampled_from(relevant))
    other = data.draw(st.sampled_from(range(len(scores))))
    if other in relevant or scores[other] < scores[hit]:
        return
    swapped = list(scores)
    swapped[hit], swapped[other] = scores[other], scores[hit]
    assert value_of(metric, [(swapped, relevant)], k)[0] >= value_of(metric, [cases[0]], k)[0] - 1e-12


@each_metric
@given(cases=tables(), k=ks)
def test_another_person_changes_nobodys_value(metric: RankingMetric, cases: list[Case], k: int):
    alone = [value_of(metric, [case], k)[0] for case in cases]
    assert value_of(metric, cases, k) == pytest.approx(alone, abs=1e-12)
    parts = RankedTruth.concat([truth_of([case], k) for case in cases])
    assert metric.per_user(parts, k) == pytest.approx(alone, abs=1e-12)


@each_metric
@given(cases=tables(), k=ks, more=st.integers(0, 6))
def test_a_longer_look_gives_the_same_values_for_shorter_lists(
    metric: RankingMetric, cases: list[Case], k: int, more: int
):
    assert metric.per_user(truth_of(cases, k + more), k) == pytest.approx(value_of(metric, cases, k), abs=1e-12)


@each_metric
@given(cases=tables(tied=False), k=ks)
def test_only_the_order_of_scores_matters(metric: RankingMetric, cases: list[Case], k: int):
    stretched = [([1e6 * math.exp(score) - 3 for score in scores], relevant) for scores, relevant in cases]
    assert value_of(metric, stretched, k) == pytest.approx(value_of(metric, cases, k), abs=1e-12)


@settings(max_examples=200)
@given(cases=tables(), k=ks)
def test_the_three_quantities_are_what_they_say(cases: list[Case], k: int):
    truth = truth_of(cases, k)
    width = min(k, len(cases[0][0]))
    assert truth.relevance.shape == truth.hits.shape == truth.no_hit.shape == (len(cases), width)
    assert truth.n_relevant.tolist() == [len(relevant) for _, relevant in cases]
    assert (truth.hits >= truth.relevance - 1e-12).all()  # a hit counts itself
    assert (np.diff(truth.no_hit, axis=1, prepend=1.0) <= 1e-12).all()  # chances only run out
    if width == len(cases[0][0]):
        shown = [sum(scores[item] != HIDDEN for item in relevant) for scores, relevant in cases]
        assert truth.relevance.sum(axis=1) == pytest.approx(shown, abs=1e-9)


def rating_value(metric: RatingMetric, truth: Float32, predicted: Float32) -> float:
    return float(metric.finish(metric.error(truth, predicted).mean()))


def test_rating_errors_by_hand():
    truth, predicted = np.array([5, 3, 1], np.float32), np.array([4, 3, 3], np.float32)
    assert rating_value(MAE, truth, predicted) == 1.0
    assert rating_value(RMSE, truth, predicted) == pytest.approx(math.sqrt(5 / 3))
    assert rating_value(RMSE, truth, truth) == rating_value(MAE, truth, truth) == 0.0


def test_rating_errors_are_those_of_scikit_learn():
    rng = np.random.default_rng(11)
    truth, predicted = rng.uniform(1, 5, (2, 500)).astype(np.float32)
    for metric, reference in ((MAE, mean_absolute_error), (RMSE, root_mean_squared_error)):
        expected = reference(truth.astype(float), predicted.astype(float))
        assert rating_value(metric, truth, predicted) == pytest.approx(expected, abs=1e-9)


def test_every_metric_is_in_words_and_found_by_name():
    keys = [metric.about.key for metric in METRICS]
    assert len(set(keys)) == len(keys)
    for metric in METRICS:
        words = metric.about
        told = (words.title, words.formula, words.denominator, words.aggregation, words.ties, words.empty)
        assert all(told)
        assert all(part[0].upper() + part[1:] in words.help or part in words.help for part in told[1:])
        assert about(f"{words.key}@10") is about(words.key) is words
        assert (words.group is Group.RATING) is isinstance(metric, RatingMetric)
    lower = {words.key for words in (metric.about for metric in METRICS) if not words.higher_is_better}
    assert lower == {"rmse", "mae", "gini", "popularity_lift", "genre_calibration"}


def test_metrics_of_one_group_stand_together():
    groups = [metric.about.group for metric in METRICS]
    assert [group for group, _ in groupby(groups)] == list(Group)


def test_every_metric_is_checked_here():
    assert set(PLAIN) == set(RANKING)
    assert [metric for metric in METRICS if isinstance(metric, RatingMetric)] == [RMSE, MAE]
