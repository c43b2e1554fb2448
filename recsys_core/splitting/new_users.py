"""People whom no model was trained on judge it: with most of their history known, or with very little."""

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.splitting.base import OTHERS_FUTURE, Roles, SplitRecipe, Splitter
from recsys_core.splitting.holding_out import draw, new_people, splittable


def _folds(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
    """Strong generalisation (Liang, Krishnan, Hoffman and Jebara, Variational Autoencoders for Collaborative
    Filtering, WWW 2018, section 4.2): of held-out people, 80 % of the events are known and 20 % are to be found.

    There it is random which; here it is the latest that are to be found, where there are times. Everybody with at
    least two events is in one fold; people with a single event only teach.
    """
    people = splittable(events, rng)
    in_fold = np.arange(len(people)) % recipe.folds == recipe.fold - 1
    valid, _ = draw(people[~in_fold], recipe.valid_share)
    counts = events.user_counts()
    n_found = np.clip(np.rint(counts * recipe.test_share), 1, np.maximum(counts - 1, 1)).astype(np.int64)
    return new_people(events, rng, people[in_fold], valid, n_found)


def _cold(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
    """Of held-out people the first few events are known, and all that came after is to be found."""
    test, others = draw(splittable(events, rng), recipe.test_share)
    valid, _ = draw(others, recipe.valid_share)
    counts = events.user_counts()
    return new_people(events, rng, test, valid, counts - np.minimum(recipe.known_events, counts - 1))


USER_FOLDS = Splitter(
    "user-folds",
    "New people, in folds",
    "Everybody is in one fold, and models never learn from the people of the fold that judges them: "
    "of these, the earlier events are told when a list is asked for, and the latest are to be found.",
    False,
    OTHERS_FUTURE,
    _folds,
    share="Share of a new person's events that are to be found",
    part="fold",
)
COLD_USER = Splitter(
    "cold-user",
    "Cold users",
    "Some people are never learned from, and only their first few events are told: "
    "this is how well models serve somebody who has just arrived.",
    False,
    OTHERS_FUTURE,
    _cold,
    share="Share of people held out for the test",
    asks_known=True,
)
