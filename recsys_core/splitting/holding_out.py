"""What splitters share: whose events, and which of them, are held out."""

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.splitting.base import KNOWN, TEST, TRAIN, VALID, Roles, SplitRecipe
from recsys_core.types import Int64


def latest_first(events: Interactions, rng: np.random.Generator, *, by_time: bool = True) -> tuple[Int64, Int64]:
    """Order Int64[E] that lists each user's events, latest first, and Int64[E], each listed event's place.

    Equal times are ordered at random: file order often follows the item id, and would tell about the items.
    """
    noise = rng.permutation(len(events))
    keys = (noise, -events.times, events.users) if by_time and events.times is not None else (noise, events.users)
    order = np.lexsort(keys)
    starts = np.concatenate([[0], np.cumsum(events.user_counts())])
    places = np.arange(len(events)) - starts[events.users[order]]
    return order, places


def last_of_each_user(events: Interactions, order: Int64, places: Int64, n_test: Int64, n_valid: Int64) -> Roles:
    """Roles[E]: of each user the first ``n_test[u]`` in the order are test events, the next ``n_valid[u]`` validate."""
    users = events.users[order]
    ordered = np.where(places < n_test[users], TEST, np.where(places < n_test[users] + n_valid[users], VALID, TRAIN))
    roles = np.empty(len(events), dtype=np.int8)
    roles[order] = ordered
    return roles


def shares(counts: Int64, recipe: SplitRecipe) -> tuple[Int64, Int64]:
    """How many events of each user to hold out: at least one of three for the test, one of five to validate."""
    n_test = np.where(counts >= 3, np.maximum(1, np.rint(counts * recipe.test_share)), 0).astype(np.int64)
    n_valid = np.where(counts >= 5, np.maximum(1, np.rint(counts * recipe.valid_share)), 0).astype(np.int64)
    n_test = np.minimum(n_test, np.maximum(counts - 1, 0))
    return n_test, np.minimum(n_valid, np.maximum(counts - n_test - 1, 0))


def draw(positions: Int64, share: float) -> tuple[Int64, Int64]:
    """The first ``share`` of these positions, at least one, and the rest, of which at least one is left."""
    n = min(max(1, round(len(positions) * share)), max(len(positions) - 1, 0))
    return positions[:n], positions[n:]


def splittable(events: Interactions, rng: np.random.Generator) -> Int64:
    """People with something to know and something to find, in random order."""
    return rng.permutation(np.flatnonzero(events.user_counts() >= 2))


def new_people(events: Interactions, rng: np.random.Generator, test: Int64, valid: Int64, n_found: Int64) -> Roles:
    """Roles[E] where some people are never trained on: their latest events are to be found, the earlier ones known.

    Args:
        events: all of them; random ones stand for the latest where there are no times.
        rng: decides between equal times.
        test, valid: who judges, and who chooses the best epoch.
        n_found: Int64[U], how many events of each of them are to be found.
    """
    group = np.full(events.n_users, TRAIN, dtype=np.int8)
    group[test], group[valid] = TEST, VALID
    order, places = latest_first(events, rng)
    users = events.users[order]
    held_out = np.where(places < n_found[users], group[users], KNOWN)
    roles = np.empty(len(events), dtype=np.int8)
    roles[order] = np.where(group[users] == TRAIN, TRAIN, held_out)
    return roles
