"""Part of each person's events is held out: the latest, random ones, or the last."""

from collections.abc import Callable

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.splitting.base import OTHERS_FUTURE, OWN_FUTURE, Roles, SplitRecipe, Splitter
from recsys_core.splitting.holding_out import last_of_each_user, latest_first, shares

SHARE = "Share of each person's events held out for the test"


def _share_of_each(*, by_time: bool) -> Callable[[Interactions, SplitRecipe, np.random.Generator], Roles]:
    def assign(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
        order, places = latest_first(events, rng, by_time=by_time)
        return last_of_each_user(events, order, places, *shares(events.user_counts(), recipe))

    return assign


def _last_one(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
    order, places = latest_first(events, rng)
    counts = events.user_counts()
    return last_of_each_user(events, order, places, (counts >= 2).astype(np.int64), (counts >= 3).astype(np.int64))


TEMPORAL = Splitter(
    "temporal",
    "Each person's latest",
    "The latest part of each person's events is held out: the model predicts what this person did next. "
    "Events of other people may still lie in this person's future.",
    True,
    OTHERS_FUTURE,
    _share_of_each(by_time=True),
    share=SHARE,
)
RANDOM = Splitter(
    "random",
    "Random per person",
    "A random part of each person's events is held out. Works without timestamps; lets the model see the future.",
    False,
    OWN_FUTURE,
    _share_of_each(by_time=False),
    share=SHARE,
)
LEAVE_ONE_OUT = Splitter(
    "leave-one-out",
    "Leave the last one out",
    "One event of each person is held out: the latest, or a random one where there are no timestamps.",
    False,
    OTHERS_FUTURE,
    _last_one,
    share="",
)
