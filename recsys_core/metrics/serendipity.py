"""Serendipity at k (Ge, Delgado-Battenfeld and Jannach, RecSys 2010), against popularity as the primitive model."""

import numpy as np

from recsys_core.metrics.base import AS_SHOWN, MEAN_OVER_PEOPLE, About, Group, ShownMetric
from recsys_core.metrics.shown import Shown
from recsys_core.types import Bool, Float64


def _per_user(shown: Shown) -> Float64:
    if shown.background.holdout.candidates is not None:  # popularity's list would have to be drawn from them too
        return np.full(len(shown.lists), np.nan)
    return (_is_relevant(shown) & ~_popularity_shows(shown)).sum(axis=1) / shown.lists.shape[1]


def _is_relevant(shown: Shown) -> Bool:
    pairs = shown.users[:, None] * shown.background.n_items + shown.lists
    relevant = shown.background.relevant_pairs
    places = np.minimum(np.searchsorted(relevant, pairs), len(relevant) - 1)
    return shown.is_item & (relevant[places] == pairs)


def _popularity_shows(shown: Shown) -> Bool:
    """Bool[B, k], whether the item stands among the k most popular ones that the person does not know."""
    place, n_items = shown.background.popularity_place, shown.background.n_items
    known = np.sort(shown.known.people() * n_items + place[shown.known.items])
    wanted = np.arange(len(shown.lists))[:, None] * n_items + place[shown.lists]
    known_before = np.searchsorted(known, wanted) - shown.known.indptr[:-1, None]
    return place[shown.lists] - known_before < shown.lists.shape[1]


SERENDIPITY = ShownMetric(
    About(
        "serendipity",
        "Serendipity",
        "hits among the first k that are not among the k most popular items that the person does not know / k",
        "k",
        MEAN_OVER_PEOPLE,
        AS_SHOWN,
        "people without a relevant held-out item are left out; an empty list counts 0",
        Group.BEYOND,
    ),
    _per_user,
)
