"""Catalogue coverage at k."""

import numpy as np

from recsys_core.metrics.base import ALL_LISTS, AS_SHOWN, LEFT_OUT, About, Group, ListMetric
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Int32


def _value(lists: Int32, n_items: int) -> Estimate:
    shown = np.unique(lists)
    return Estimate(float((shown >= 0).sum() / n_items), None, None)


COVERAGE = ListMetric(
    About(
        "coverage",
        "Coverage",
        "share of the catalogue that stands in at least one person's first k",
        "all items that lists are drawn from",
        ALL_LISTS,
        AS_SHOWN,
        LEFT_OUT,
        Group.BEYOND,
    ),
    _value,
)
