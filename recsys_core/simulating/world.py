"""Whom models are tried on: people, what each model would show them, and how much they like it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, reduce

import numpy as np

from recsys_core.evaluation import judged_users, rank
from recsys_core.models.base import Recommender
from recsys_core.simulating.assumptions import Assumptions, Liking
from recsys_core.simulating.clicks import Deck
from recsys_core.simulating.course import Course, simulate
from recsys_core.simulating.likings import fitted, told
from recsys_core.simulating.luck import keys
from recsys_core.splitting import Split
from recsys_core.types import Bool, Float32, Int32, Int64

DEPTH = 200  # items of a deck: nobody gets to its end but who comes daily and sees ever new lists
MOST_PEOPLE = 2000  # more change a figure less than an assumption does
REPETITIONS = 5


@dataclass(frozen=True)
class World:
    """People and models.

    Attributes:
        users: Int64[n].
        decks: run → what it would show them.
        told: kind of liking → run → Float32[n, D], as ``likings.told`` has it.
    """

    users: Int64
    decks: Mapping[str, Deck]
    told: Callable[[Liking], Mapping[str, Float32]]

    def course(self, run: str, how: Assumptions, days: int, seed: int = 0) -> Course:
        """What comes of the lists of a model; with one seed all models meet the same luck."""
        rng = np.random.default_rng(seed)
        return simulate(self.users, self.decks[run], self.told(how.liking)[run], how, days, REPETITIONS, rng)


Loaded = tuple[Recommender, Split]


def make_world(runs: Mapping[str, Callable[[], Loaded]]) -> World:
    """A world of models that were judged by one split; those who are judged by all of them are its people.

    Args:
        runs: run → opens its model and its split, one at a time.

    Raises:
        SplitError, AbilityError: there is nobody to judge a model on.
    """
    found: dict[str, tuple[Int64, Int32]] = {}
    split: Split | None = None
    for run, load in runs.items():
        model, mine = load()
        users = _some(judged_users(model, mine.test), mine.recipe.seed)
        found[run] = users, rank(model, mine.test, users, DEPTH, mine.dataset.item_ids.hash_order)[1]
        if split is None or mine.dataset.made is None:
            split = mine  # one without generated people, if there is any
    assert split is not None
    return _world(found, split)


def _some(users: Int64, seed: int) -> Int64:
    """At most so many people, ascending; of two selections of people nearly the same ones."""
    if len(users) <= MOST_PEOPLE:
        return users
    return np.sort(users[np.argsort(keys(np.array([seed], dtype=np.uint64), users))[:MOST_PEOPLE]])


def _world(found: Mapping[str, tuple[Int64, Int32]], split: Split) -> World:
    users: Int64 = reduce(np.intersect1d, (users for users, _ in found.values()))
    lists = {run: items[np.searchsorted(mine, users)] for run, (mine, items) in found.items()}
    decks = {run: Deck(items, _held_out(split, users, items)) for run, items in lists.items()}

    @cache
    def tell(liking: Liking) -> dict[str, Float32]:
        return dict(zip(lists, told(fitted(liking, split), split, users, list(lists.values())), strict=True))

    return World(users, decks, tell)


def _held_out(split: Split, users: Int64, items: Int32) -> Bool:
    """Bool[n, D], which of these items the person chose later."""
    relevant, n_items = split.test.relevant, split.dataset.n_items
    chosen = relevant.users.astype(np.int64) * n_items + relevant.items
    return np.isin(users[:, None] * n_items + items, chosen) & (items >= 0)
