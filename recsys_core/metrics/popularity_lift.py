"""Popularity lift at k (Abdollahpouri et al., RMSE workshop 2019 and RecSys 2020)."""

from recsys_core.metrics.base import AS_SHOWN, About, Group, ShownMetric
from recsys_core.metrics.shown import Shown
from recsys_core.types import Float64


def _of_list(shown: Shown) -> Float64:
    return shown.mean_of(shown.background.popularity)


def _of_profile(shown: Shown) -> Float64:
    return shown.profile_mean_of(shown.background.popularity)


def _beyond_one(ratio: Float64) -> Float64:
    return ratio - 1.0


POPULARITY_LIFT = ShownMetric(
    About(
        "popularity_lift",
        "Popularity lift",
        "mean popularity of the first k items / mean popularity of what the person is known to have met, − 1: 0 where "
        "lists are as popular as people's own choice, 1 where they are twice as popular; popularity is the share of "
        "people who are known to have met an item",
        "the mean popularity of people's profiles",
        "both means are taken per person and summed over people before they are divided",
        AS_SHOWN,
        "people without a relevant held-out item, or with an empty list, are left out",
        Group.BEYOND,
        higher_is_better=False,
    ),
    _of_list,
    _of_profile,
    _beyond_one,
)
