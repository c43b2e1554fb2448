"""Personalisation at k: how little two people's lists have in common."""

import math

import numpy as np

from recsys_core.metrics.base import AS_SHOWN, About, Group, ListMetric
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Estimate
from recsys_core.types import Int32


def _value(lists: Int32, n_items: int) -> Estimate | None:
    """Exact without a look at each pair: overlaps with everybody add up to a product with the sum of all lists.

    The mean over pairs is a U-statistic, so its standard error is about twice that of the mean over people of their
    own mean overlap (Hoeffding 1948).
    """
    lengths = (lists >= 0).sum(axis=1)
    lists, lengths = lists[lengths > 0], lengths[lengths > 0]
    n = len(lists)
    if n < 2:
        return None
    weights = np.where(lists >= 0, 1 / np.sqrt(lengths)[:, None], 0.0)  # each list a vector of length 1
    total = np.bincount(lists[lists >= 0], weights[lists >= 0], n_items)
    own = ((weights * total[lists]).sum(axis=1) - 1) / (n - 1)  # of each person, the mean overlap with the others
    value = 1 - float(own.mean())
    if n < FEWEST_FOR_INTERVAL:
        return Estimate(value, None, None)
    margin = 1.96 * 2 * float(own.std(ddof=1)) / math.sqrt(n)
    return Estimate(value, max(0.0, value - margin), min(1.0, value + margin))


PERSONALISATION = ListMetric(
    About(
        "personalisation",
        "Personalisation",
        "1 − mean share of items that two people's first k have in common: 0 where everybody is shown the same, 1 "
        "where no two people share an item",
        "k; of two lists of unlike length, the square root of the product of their lengths",
        "the mean over all pairs of people; its interval follows from each person's mean overlap with all others",
        AS_SHOWN,
        "people without a relevant held-out item, or with an empty list, are left out; not told of a single list",
        Group.BEYOND,
    ),
    _value,
)
