"""Novelty at k (Zhou et al., PNAS 2010; Vargas and Castells, RecSys 2011)."""

from recsys_core.metrics.base import AS_SHOWN, MEAN_OVER_PEOPLE, About, Group, ShownMetric
from recsys_core.metrics.shown import Shown
from recsys_core.types import Float64


def _per_user(shown: Shown) -> Float64:
    return shown.mean_of(shown.background.self_information)


NOVELTY = ShownMetric(
    About(
        "novelty",
        "Novelty",
        "mean self-information of the first k items: −log2 of the share of people who are known to have met the item, "
        "where an item that nobody met counts as one that one person met",
        "the items shown",
        MEAN_OVER_PEOPLE,
        AS_SHOWN,
        "people without a relevant held-out item, or with an empty list, are left out",
        Group.BEYOND,
    ),
    _per_user,
)
