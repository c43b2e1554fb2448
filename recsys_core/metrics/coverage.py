"""Catalogue coverage at k."""

import numpy as np

from recsys_core.metrics.base import About, ListMetric
from recsys_core.types import Int32


def _value(lists: Int32, n_items: int) -> float:
    shown = np.unique(lists)
    return float((shown >= 0).sum() / n_items)


COVERAGE = ListMetric(
    About(
        "coverage",
        "Coverage",
        "share of the catalogue that stands in at least one person's first k",
        "all items of the data set; one figure for all lists together",
        "people without a relevant held-out item are left out",
    ),
    _value,
)
