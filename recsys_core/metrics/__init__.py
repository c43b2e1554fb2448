"""Metrics. A new metric is one file and one line of ``METRICS``."""

from collections.abc import Collection

from recsys_core.metrics.auc import AUC
from recsys_core.metrics.average_precision import MAP
from recsys_core.metrics.base import (
    About,
    Group,
    ListMetric,
    Metric,
    RankingMetric,
    RatingMetric,
    ShownMetric,
    WholeListMetric,
)
from recsys_core.metrics.calibration import CALIBRATION
from recsys_core.metrics.capped_recall import CAPPED_RECALL
from recsys_core.metrics.coverage import COVERAGE
from recsys_core.metrics.diversity import GENRE_DIVERSITY, TEXT_DIVERSITY
from recsys_core.metrics.f1 import F1
from recsys_core.metrics.gini import GINI
from recsys_core.metrics.hit_rate import HIT_RATE
from recsys_core.metrics.mae import MAE
from recsys_core.metrics.mrr import MRR
from recsys_core.metrics.ndcg import NDCG
from recsys_core.metrics.novelty import NOVELTY
from recsys_core.metrics.personalisation import PERSONALISATION
from recsys_core.metrics.popularity_lift import POPULARITY_LIFT
from recsys_core.metrics.precision import PRECISION
from recsys_core.metrics.precision_of_shown import PRECISION_OF_SHOWN
from recsys_core.metrics.recall import RECALL
from recsys_core.metrics.rmse import RMSE
from recsys_core.metrics.serendipity import SERENDIPITY

__all__ = [
    "METRICS",
    "NDCG",
    "PRECISION",
    "RECALL",
    "RMSE",
    "About",
    "Group",
    "ListMetric",
    "Metric",
    "RankingMetric",
    "RatingMetric",
    "ShownMetric",
    "WholeListMetric",
    "about",
    "metric_label",
    "names_in_group",
]

METRICS: tuple[Metric, ...] = (
    *(NDCG, RECALL, CAPPED_RECALL, PRECISION, PRECISION_OF_SHOWN, F1, HIT_RATE, MRR, MAP, AUC),
    *(RMSE, MAE),
    *(COVERAGE, GINI, PERSONALISATION, NOVELTY, POPULARITY_LIFT, SERENDIPITY),
    *(GENRE_DIVERSITY, TEXT_DIVERSITY, CALIBRATION),
)


def about(name: str) -> About:
    """The metric behind a name such as ``"ndcg@10"``, in words."""
    key = name.partition("@")[0]
    return next(metric.about for metric in METRICS if metric.about.key == key)


def metric_label(name: str) -> str:
    """NDCG@10 for ndcg@10."""
    _, at, k = name.partition("@")
    return f"{about(name).title}{at}{k}"


def names_in_group(names: Collection[str], group: Group, k: str) -> list[str]:
    """Those of some names that belong to a group, in the order of the list of metrics; those of lists at length k."""
    keys = [metric.about.key for metric in METRICS if metric.about.group is group]
    return [name for key in keys for name in (f"{key}@{k}", key) if name in names]
