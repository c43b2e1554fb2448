"""People of two tastes, drawn anew by each seed from one town; and what may be done to them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset, Ids, Scale, blank_user_table
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.types import Feedback
from tests.worlds import dataset

ITEMS, HOUR = 80, 3600
POPULARITY = 1 / np.arange(1, ITEMS + 1) ** 0.7


def town(n: int = 150, seed: int = 0, fans: float = 0.5, taste: float = 6.0) -> Dataset:
    """``n`` people who met 8 to 25 of 80 items, in two evenings. Fans like even items, which are horror films, and
    watch from 20 o'clock; all others like odd ones, comedies, and watch from 9 o'clock.

    Args:
        fans: share of the fans. taste: how many times as likely an item of the own genre is.
    """
    rng = np.random.default_rng((77, seed))
    rows: list[tuple[int, int, float, int]] = []
    is_fan = rng.random(n) < fans
    for user in range(n):
        own = np.arange(ITEMS) % 2 == (0 if is_fan[user] else 1)
        weights = POPULARITY * np.where(own, taste, 1.0)
        met = rng.choice(ITEMS, int(rng.integers(8, 26)), replace=False, p=weights / weights.sum())
        evening = 20 if is_fan[user] else 9
        for place, item in enumerate(met):
            day = int(rng.integers(300)) if place in (0, len(met) // 2) else day  # noqa: F821
            value = float(np.clip(round(rng.normal(4 if own[item] else 2.5, 0.8)), 1, 5))
            rows.append((user, int(item), value, day * 24 * HOUR + evening * HOUR + place * 300))
    made = dataset(rows, n, ITEMS, scale=Scale(1.0, 5.0, 1.0), name="town")
    genres = [(("Horror", "Comedy")[item % 2], ("Old", "New")[item // 2 % 2]) for item in range(ITEMS)]
    made.item_table["genres"] = pd.Series(genres, dtype=object)
    made.user_table["kind"] = ["fan" if fan else "other" for fan in is_fan]
    return replace(made, user_ids=Ids.of([f"town-{seed}-{user}" for user in range(n)]))


def only(data: Dataset, people: np.ndarray) -> Dataset:
    """These people of a data set, in this order."""
    histories = Histories.from_interactions(data.interactions).take(people)
    return _with(data, histories, data.user_table.iloc[people].reset_index(drop=True), data.user_ids.values[people])


def together(one: Dataset, other: Dataset) -> Dataset:
    """The people of both, over one catalogue."""
    mine, theirs = one.interactions, other.interactions
    assert mine.times is not None
    assert theirs.times is not None
    events = Interactions(
        np.concatenate([mine.users, theirs.users + np.int32(one.n_users)]),
        np.concatenate([mine.items, theirs.items]),
        np.concatenate([mine.values, theirs.values]),
        np.concatenate([mine.times, theirs.times]),
        one.n_users + other.n_users,
        one.n_items,
    )
    return replace(
        one,
        interactions=events,
        user_ids=Ids.of([f"both-{user}" for user in range(events.n_users)]),
        user_table=pd.concat([one.user_table, other.user_table], ignore_index=True),
    )


def changed(data: Dataset, left_out: float, added: float, seed: int = 0) -> Dataset:
    """The same people, of whose events a share was left out, and others, as popular as they come, were added."""
    rng = np.random.default_rng((78, seed))
    histories = Histories.from_interactions(data.interactions)
    rows = []
    for user in range(len(histories)):
        items, values = histories.row(user)
        kept = np.sort(rng.permutation(len(items))[: len(items) - round(left_out * len(items))])
        weights = POPULARITY.copy()
        weights[items] = 0
        new = rng.choice(ITEMS, round(added * len(items)), replace=False, p=weights / weights.sum())
        rows.append(([*items[kept].tolist(), *new.tolist()], [*values[kept].tolist(), *[3.0] * len(new)]))
    return _with(data, Histories.of(rows, ITEMS), data.user_table, data.user_ids.values)


def without_taste(data: Dataset, seed: int = 0) -> Dataset:
    """As many events for everybody, and items as popular, but nobody prefers any."""
    rng = np.random.default_rng((79, seed))
    counts = np.maximum(data.interactions.item_counts(), 1e-9)
    rows = []
    for length in Histories.from_interactions(data.interactions).lengths():
        items = rng.choice(data.n_items, int(length), replace=False, p=counts / counts.sum())
        rows.append((items.tolist(), rng.choice(data.interactions.values, int(length)).tolist()))
    return _with(data, Histories.of(rows, data.n_items), data.user_table, data.user_ids.values)


def implicit(data: Dataset) -> Dataset:
    """The same events without ratings and times, of items of which nothing is known."""
    events = replace(data.interactions, values=np.ones_like(data.interactions.values), times=None)
    table = data.item_table.assign(genres=pd.Series([()] * data.n_items, dtype=object), title="")
    return replace(
        data,
        interactions=events,
        item_table=table,
        user_table=blank_user_table(data.n_users),
        feedback=Feedback.IMPLICIT,
        scale=None,
    )


def _with(data: Dataset, histories: Histories, people: pd.DataFrame, ids: np.ndarray) -> Dataset:
    events = Interactions(
        histories.people().astype(np.int32),
        histories.items,
        histories.values,
        histories.times,
        len(histories),
        data.n_items,
    )
    return replace(data, interactions=events, user_table=people, user_ids=Ids.of([f"new-{name}" for name in ids]))
