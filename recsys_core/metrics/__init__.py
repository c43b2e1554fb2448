"""Metrics. A new metric is one file and one line of ``METRICS``."""

from recsys_core.metrics.average_precision import MAP
from recsys_core.metrics.base import About, ListMetric, Metric, RankingMetric, RatingMetric
from recsys_core.metrics.coverage import COVERAGE
from recsys_core.metrics.f1 import F1
from recsys_core.metrics.hit_rate import HIT_RATE
from recsys_core.metrics.mae import MAE
from recsys_core.metrics.mrr import MRR
from recsys_core.metrics.ndcg import NDCG
from recsys_core.metrics.precision import PRECISION
from recsys_core.metrics.recall import RECALL
from recsys_core.metrics.rmse import RMSE

__all__ = [
    "METRICS",
    "NDCG",
    "RMSE",
    "About",
    "ListMetric",
    "Metric",
    "RankingMetric",
    "RatingMetric",
    "about",
    "metric_label",
]

METRICS: tuple[Metric, ...] = (NDCG, RECALL, PRECISION, F1, HIT_RATE, MRR, MAP, COVERAGE, RMSE, MAE)


def about(name: str) -> About:
    """The metric behind a name such as ``"ndcg@10"``, in words."""
    key = name.partition("@")[0]
    return next(metric.about for metric in METRICS if metric.about.key == key)


def metric_label(name: str) -> str:
    """NDCG@10 for ndcg@10."""
    _, at, k = name.partition("@")
    return f"{about(name).title}{at}{k}"
