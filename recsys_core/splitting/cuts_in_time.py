"""One moment, or one window after another: models learn from what came before, for all people."""

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.splitting.base import NO_FUTURE, TEST, UNUSED, Roles, SplitRecipe, Splitter
from recsys_core.splitting.holding_out import last_of_each_user, latest_first, shares
from recsys_core.types import Bool, Int64


def _one_cut(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
    times = _times(events)
    first = np.sort(times)[min(len(times) - 1, int(len(times) * (1 - recipe.test_share)))]
    return _tested(events, times >= first, times < first, recipe, rng)


def _window(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
    """Of ``folds`` + 1 spans of time with equally many events, the first only teaches; each other one judges once.

    Spans of equal length would be empty in quiet years and hold most of the data in busy ones.
    """
    times = _times(events)
    ordered = np.sort(times)
    places = len(times) * np.arange(recipe.folds + 1) // (recipe.folds + 1)
    starts = ordered[places]
    first = starts[recipe.fold]
    inside = times >= first
    if recipe.fold < recipe.folds:
        inside &= times < starts[recipe.fold + 1]
    return _tested(events, inside, times < first, recipe, rng)


def _times(events: Interactions) -> Int64:
    assert events.times is not None
    return events.times


def _tested(events: Interactions, test: Bool, before: Bool, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
    """Of what each person did before the test, the latest part validates.

    A cut in time for the validation too would leave nothing to learn from of people who came shortly before.
    """
    roles = np.full(len(events), UNUSED, dtype=np.int8)
    roles[test] = TEST
    past = events.take(before)
    order, places = latest_first(past, rng)
    counts = past.user_counts()
    roles[before] = last_of_each_user(past, order, places, np.zeros_like(counts), shares(counts, recipe)[1])
    return roles


GLOBAL_TEMPORAL = Splitter(
    "global-temporal",
    "One cut in time",
    "Everything after one moment is held out, for all people: the strictest test, as in production. "
    "People who are new after the cut are counted, not judged.",
    True,
    NO_FUTURE,
    _one_cut,
)
ROLLING = Splitter(
    "rolling",
    "Rolling windows of time",
    "Time is cut into windows with equally many events. A window judges models that learned from everything before "
    "it, as if trained anew each time; what came later is left out.",
    True,
    NO_FUTURE,
    _window,
    share="",
    part="window",
)
