"""Gini coefficient of exposure at k."""

import numpy as np

from recsys_core.metrics.base import ALL_LISTS, AS_SHOWN, About, Group, ListMetric
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Int32


def _value(lists: Int32, n_items: int) -> Estimate | None:
    _, shown = np.unique(lists[lists >= 0], return_counts=True)
    if not len(shown):
        return None
    exposure = np.concatenate([np.zeros(n_items - len(shown), dtype=np.int64), np.sort(shown)])
    ranks = np.arange(1, n_items + 1)
    return Estimate(float((2 * ranks - n_items - 1) @ exposure / (n_items * exposure.sum())), None, None)


GINI = ListMetric(
    About(
        "gini",
        "Gini of exposure",
        "Σ (2 i − I − 1) x_i / (I Σ x_i), where x_i is how often the i-th least shown of all I items stands among "
        "people's first k: 0 where all are shown equally often, near 1 where a few are shown to everybody",
        "all items that lists are drawn from times all places of all lists",
        ALL_LISTS,
        AS_SHOWN,
        "people without a relevant held-out item are left out; not told where all lists are empty",
        Group.BEYOND,
        higher_is_better=False,
    ),
    _value,
)
