"""Small data sets with titles, whose common items are known."""

from dataclasses import replace

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset, Ids
from tests import worlds

SEA = ("ship", "ocean", "sailor", "harbour", "island", "storm", "pirate", "whale", "captain", "anchor", "wave", "sail")
LAW = (
    "court",
    "judge",
    "lawyer",
    "trial",
    "jury",
    "verdict",
    "contract",
    "witness",
    "prison",
    "bail",
    "oath",
    "appeal",
)


def catalogue(
    titles: list[str],
    items: list[str] | None = None,
    *,
    years: list[int] | None = None,
    events: list[int] | None = None,
    people: list[str] | None = None,
    name: str = "catalogue",
) -> Dataset:
    """Items with these titles; item i has ``events[i]`` events, of the first people, one unless said otherwise."""
    counts = events or [1] * len(titles)
    n_people = len(people) if people else max(counts)
    rows = [(person, item, 3.0, person) for item, count in enumerate(counts) for person in range(count)]
    made = worlds.dataset(rows, n_people, len(titles), name=name)
    made.item_table["title"] = pd.Series(titles, dtype=object)
    if years is not None:
        made.item_table["year"] = pd.array([year or pd.NA for year in years], dtype="Int64")
    ids = items or [f"{name}-{number:x}-{hash_like(number)}" for number in range(len(titles))]
    own_people = people or [f"{name}/{hash_like(number)}" for number in range(n_people)]
    return replace(made, item_ids=Ids.of(ids), user_ids=Ids.of(own_people))


def hash_like(number: int) -> str:
    """A word that is no running number."""
    return np.base_repr((number + 1) * 2_654_435_761 % 2**32, 36) + "x"


def numbered(titles: list[str] | int, first: int = 1, *, seed: int = 0, people: int = 60, order: int = 0) -> Dataset:
    """Items and people that are numbered from ``first`` and 1; how much each does is drawn by the seed.

    Args:
        titles: of the items, or how many there are, without titles.
        order: seed of the numbering: data sets with the same ``seed`` and another order tell of the same world under
            other numbers.
    """
    rng = np.random.default_rng(seed)
    told = titles if isinstance(titles, list) else [""] * titles
    n = len(told)
    odds = rng.lognormal(0, 1, n)
    activity = np.clip(rng.lognormal(2, 0.8, people).astype(int), 1, n)
    rows = [
        (person, int(item), 4.0, 0)
        for person, length in enumerate(activity)
        for item in rng.choice(n, length, replace=False, p=odds / odds.sum())
    ]
    renumbered = np.random.default_rng(order)
    users, items = renumbered.permutation(people), renumbered.permutation(n)
    if not order:
        users, items = np.arange(people), np.arange(n)
    rows = [(int(users[user]), int(items[item]), value, time) for user, item, value, time in rows]
    made = worlds.dataset(rows, people, n, name=f"numbered {seed}")
    made.item_table["title"] = pd.Series([told[place] for place in np.argsort(items)], dtype=object)
    return replace(
        made,
        item_ids=Ids.of([str(first + item) for item in range(n)]),
        user_ids=Ids.of([str(1 + user) for user in range(people)]),
    )
