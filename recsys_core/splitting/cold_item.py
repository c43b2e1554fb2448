"""Items that no model was trained on are to be found."""

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.splitting.base import COLD_ITEM as KEY
from recsys_core.splitting.base import OWN_FUTURE, TEST, TRAIN, VALID, Roles, SplitRecipe, Splitter
from recsys_core.splitting.holding_out import draw


def _assign(events: Interactions, recipe: SplitRecipe, rng: np.random.Generator) -> Roles:
    """A random share of the items tests with all its events, a share of the others validates with all of theirs."""
    test, others = draw(rng.permutation(np.flatnonzero(events.item_counts())), recipe.test_share)
    valid, _ = draw(others, recipe.valid_share)
    group = np.full(events.n_items, TRAIN, dtype=np.int8)
    group[test], group[valid] = TEST, VALID
    return group[events.items]


COLD_ITEM = Splitter(
    KEY,
    "Cold items",
    "All events of some items are held out, as if the items were new, and lists are drawn from these items alone. "
    "Models that learn from events alone cannot tell them apart; this is for models that read what an item is about.",
    False,
    OWN_FUTURE,
    _assign,
    share="Share of items held out for the test",
)
