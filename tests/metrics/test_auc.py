"""AUC against pairs counted one by one, scikit-learn, and as laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from recsys_core.metrics import METRICS, WholeListMetric
from recsys_core.metrics.auc import AUC
from recsys_core.types import Float64
from tests.metrics.test_ranking_metrics import HIDDEN, Case, random_case, tables


def values_of(cases: list[Case]) -> Float64:
    return AUC.per_user(
        np.array([scores for scores, _ in cases], dtype=np.float32),
        np.repeat(np.arange(len(cases)), [len(relevant) for _, relevant in cases]),
        np.array([item for _, relevant in cases for item in relevant], dtype=np.int32),
    )


def pair_by_pair(case: Case) -> float:
    scores, relevant = case
    others = [score for item, score in enumerate(scores) if item not in relevant and score != HIDDEN]
    won = sum((scores[item] > other) + (scores[item] == other) / 2 for item in relevant for other in others)
    return won / (len(relevant) * len(others)) if others else np.nan


def test_auc_is_the_share_of_pairs_in_order():
    rng = np.random.default_rng(7)
    for _ in range(200):
        n_items, levels = int(rng.integers(1, 12)), int(rng.integers(1, 6))
        cases = [random_case(rng, n_items, levels, rng.choice([0.0, 0.3, 1.0])) for _ in range(3)]
        expected = [pair_by_pair(case) for case in cases]
        assert values_of(cases) == pytest.approx(expected, abs=1e-9, nan_ok=True)


@given(cases=tables())
def test_hypothesis_counts_no_other_pairs(cases: list[Case]):
    values = values_of(cases)
    assert values == pytest.approx([pair_by_pair(case) for case in cases], abs=1e-9, nan_ok=True)
    assert ((values >= 0) & (values <= 1) | np.isnan(values)).all()


def test_auc_is_that_of_scikit_learn():
    rng = np.random.default_rng(8)
    for levels in (3, 10_000_000):
        cases = [random_case(rng, 60, levels, hidden=0.0) for _ in range(50)]
        cases = [case for case in cases if len(case[1]) < 60]
        expected = [
            roc_auc_score(np.isin(np.arange(60), relevant), np.array(scores, np.float32)) for scores, relevant in cases
        ]
        assert values_of(cases) == pytest.approx(expected, abs=1e-9)


def test_a_constant_scorer_scores_as_chance():
    assert values_of([([0.25] * 9, [0, 4]), ([0.25] * 9, [8])]).tolist() == [0.5, 0.5]


def test_the_best_and_the_worst_order():
    assert values_of([([3, 2, 1, 0], [0, 1]), ([3, 2, 1, 0], [3])]).tolist() == [1.0, 0.0]


def test_who_has_no_other_candidate_is_left_out():
    values = values_of([([1.0, 0.0], [0, 1]), ([1.0, HIDDEN], [0]), ([HIDDEN, HIDDEN], [0])])
    assert np.isnan(values).all()


def test_minus_zero_is_zero():
    assert values_of([([-0.0, 0.0, 1.0], [0])]).tolist() == [0.25]


@given(cases=tables(), data=st.data())
def test_moving_a_hit_up_never_lowers_it(cases: list[Case], data: st.DataObject):
    scores, relevant = cases[0]
    hit = data.draw(st.sampled_from(relevant))
    other = data.draw(st.sampled_from(range(len(scores))))
    if other in relevant or scores[other] < scores[hit] or HIDDEN in (scores[hit], scores[other]):
        return
    swapped = list(scores)
    swapped[hit], swapped[other] = scores[other], scores[hit]
    before, after = values_of([cases[0]])[0], values_of([(swapped, relevant)])[0]
    assert np.isnan(before) or after >= before - 1e-12


@given(cases=tables())
def test_another_person_changes_nobodys_value(cases: list[Case]):
    alone = [values_of([case])[0] for case in cases]
    assert values_of(cases) == pytest.approx(alone, abs=1e-12, nan_ok=True)


def test_every_metric_of_whole_lists_is_checked_here():
    assert [metric for metric in METRICS if isinstance(metric, WholeListMetric)] == [AUC]
