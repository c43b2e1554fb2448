"""Tie-free ranking metrics are those of trec_eval, where it has them."""

import numpy as np
import pytest
import pytrec_eval

from recsys_core.metrics import RankingMetric
from recsys_core.metrics.average_precision import MAP
from recsys_core.metrics.hit_rate import HIT_RATE
from recsys_core.metrics.mrr import MRR
from recsys_core.metrics.ndcg import NDCG
from recsys_core.metrics.precision import PRECISION
from recsys_core.metrics.ranked_truth import ranked_truth
from recsys_core.metrics.recall import RECALL

NAMES = {NDCG: "ndcg_cut", RECALL: "recall", PRECISION: "P", HIT_RATE: "success", MAP: "map_cut", MRR: "recip_rank"}


@pytest.mark.parametrize("metric", NAMES, ids=lambda metric: metric.about.key)
def test_a_metric_is_that_of_trec_eval(metric: RankingMetric):
    """200 random people, lists longer than the catalogue among them; who has nothing to find is in neither."""
    rng = np.random.default_rng(12)
    name = NAMES[metric]
    for k in (1, 5, 10, 30):
        for n_items in (3, 20, 60):
            scores = rng.random((17, n_items)).argsort(axis=1).astype(np.float32)
            relevant = [rng.permutation(n_items)[: rng.integers(1, n_items + 1)] for _ in range(len(scores))]
            truth = ranked_truth(
                scores, np.repeat(np.arange(len(scores)), [len(row) for row in relevant]), np.concatenate(relevant), k
            )
            found = metric.per_user(truth, k)
            measure = name if metric is MRR else f"{name}.{k}"
            answers = pytrec_eval.RelevanceEvaluator(
                {str(user): {str(item): 1 for item in row} for user, row in enumerate(relevant)}, {measure}
            ).evaluate({str(user): listed(row, k if metric is MRR else n_items) for user, row in enumerate(scores)})
            expected = [answers[str(user)][measure.replace(".", "_")] for user in range(len(scores))]
            if metric is MAP:  # trec_eval divides by all relevant items
                expected = [value * len(row) / min(k, len(row)) for value, row in zip(expected, relevant, strict=True)]
            assert found == pytest.approx(expected, abs=1e-9), (k, n_items)


def listed(scores: np.ndarray, k: int) -> dict[str, float]:
    """A run of trec_eval: the first k items."""
    return {str(item): float(scores[item]) for item in np.argsort(-scores)[:k]}
