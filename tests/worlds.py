"""Small worlds whose right answers are known beforehand."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset, Ids, Scale, blank_item_table, blank_user_table
from recsys_core.data.interactions import Interactions
from recsys_core.types import Feedback, Float64, Int32

# user, item, rating, time. Written by hand; the numbers of tests/test_evaluation.py are computed from these rows.
GOLDEN_ROWS = (
    (0, 0, 5.0, 10),
    (0, 1, 3.0, 20),
    (1, 0, 4.0, 15),
    (0, 2, 4.0, 30),
    (2, 3, 3.0, 18),
    (1, 2, 5.0, 25),
    (3, 5, 4.0, 90),
    (0, 3, 2.0, 40),
    (2, 0, 2.0, 28),
    (1, 5, 1.0, 35),
    (0, 4, 5.0, 50),
    (2, 4, 4.0, 38),
    (1, 1, 3.0, 60),
)
GOLDEN_TITLES = ("Anise", "Basil", "Clove", "Dill", "Elder", "Fennel")


def dataset(
    rows: list[tuple[int, int, float, int]] | tuple[tuple[int, int, float, int], ...],
    n_users: int,
    n_items: int,
    *,
    timed: bool = True,
    feedback: Feedback = Feedback.EXPLICIT,
    scale: Scale | None = None,
    name: str = "made by hand",
) -> Dataset:
    """A data set from rows of user, item, value and time."""
    users, items, values, times = (list(column) for column in zip(*rows, strict=True)) if rows else ([],) * 4
    events = Interactions(
        np.array(users, dtype=np.int32),
        np.array(items, dtype=np.int32),
        np.array(values, dtype=np.float32),
        np.array(times, dtype=np.int64) if timed else None,
        n_users,
        n_items,
    )
    if feedback is Feedback.EXPLICIT and scale is None:
        scale = Scale(1.0, 5.0, 1.0)
    return Dataset(
        name,
        events,
        Ids.of([f"u{user}" for user in range(n_users)]),
        Ids.of([f"i{item}" for item in range(n_items)]),
        blank_item_table(n_items),
        blank_user_table(n_users),
        feedback,
        scale=scale if feedback is Feedback.EXPLICIT else None,
    )


def golden(*, timed: bool = True, feedback: Feedback = Feedback.EXPLICIT) -> Dataset:
    """13 events of 4 people and 6 items. u0 has 5 events, u1 has 4, u2 has 3, u3 has one."""
    made = dataset(GOLDEN_ROWS, 4, 6, timed=timed, feedback=feedback, name="golden")
    made.item_table["title"] = list(GOLDEN_TITLES)
    return made


@dataclass(frozen=True)
class Camps:
    """Two camps: people with an even number like even items, people with an odd number like odd ones.

    Attributes:
        dataset: what is told.
        users, items: Int32[n], pairs within a camp that are not told; one for each person. A model that understood
            the camps puts the item first among those that the person does not know.
    """

    dataset: Dataset
    users: Int32
    items: Int32


def two_camps(n: int, feedback: Feedback = Feedback.IMPLICIT, items_per_camp: int = 10, seed: int = 0) -> Camps:
    """``n`` people. Each knows their whole camp but for one item, which is withheld.

    With ratings, each person also met three items of the other camp and rated them 1; those of the own camp got 5.
    Every item is withheld about equally often, so popularity knows nothing. People act in turn, each in a random
    order, so that no two times are equal.
    """
    rng = np.random.default_rng(seed)
    rows: list[tuple[int, int, float, int]] = []
    withheld = []
    for user in range(n):
        camp = user % 2
        missing = (user // 2) % items_per_camp
        withheld.append(2 * missing + camp)
        value = 5.0 if feedback is Feedback.EXPLICIT else 1.0
        met = [(2 * place + camp, value) for place in range(items_per_camp) if place != missing]
        if feedback is Feedback.EXPLICIT:
            met += [(2 * int(place) + 1 - camp, 1.0) for place in rng.choice(items_per_camp, 3, replace=False)]
        order = rng.permutation(len(met))
        rows += [(user, *met[row], place * n + user) for place, row in enumerate(order)]
    made = dataset(rows, n, 2 * items_per_camp, feedback=feedback, name="two camps")
    return Camps(made, np.arange(n, dtype=np.int32), np.array(withheld, dtype=np.int32))


def popularity_ladder(n_items: int = 8) -> Dataset:
    """Item 0 was met by everybody, item 1 by all but one, …, the last item by one person; implicit."""
    rows = [(user, item, 1.0, user * n_items + item) for user in range(n_items) for item in range(n_items - user)]
    return dataset(rows, n_items, n_items, feedback=Feedback.IMPLICIT, name="ladder")


@dataclass(frozen=True)
class Planted:
    """A world whose ratings follow a formula.

    Attributes:
        dataset: the ratings that are told.
        truth: Float64[U, I], the rating of each pair before noise and rounding to the scale's bounds.
        noise: standard deviation of what was added: no model can have a lower RMSE than about this.
    """

    dataset: Dataset
    truth: Float64
    noise: float


def planted_ratings(
    rng: np.random.Generator,
    n_users: int = 80,
    n_items: int = 50,
    rank: int = 2,
    share: float = 0.4,
    noise: float = 0.1,
) -> Planted:
    """r = 3 + b_u + b_i + p_u · q_i + noise, clipped to 1..5; a random ``share`` of the pairs is told."""
    user_bias, item_bias = rng.normal(0, 0.3, n_users), rng.normal(0, 0.3, n_items)
    p, q = rng.normal(0, 0.7, (n_users, rank)), rng.normal(0, 0.7, (n_items, rank))
    truth = np.clip(3 + user_bias[:, None] + item_bias + p @ q.T, 1, 5)
    users, items = np.nonzero(rng.random(truth.shape) < share)
    values = np.clip(truth[users, items] + rng.normal(0, noise, len(users)), 1, 5)
    times = rng.permutation(len(users))
    rows = list(zip(users.tolist(), items.tolist(), values.tolist(), times.tolist(), strict=True))
    made = dataset(rows, n_users, n_items, scale=Scale(1.0, 5.0, 0.0), name="planted")
    return Planted(made, truth, noise)


def described(n_users: int = 60, n_items: int = 40) -> Dataset:
    """People of two kinds like items of their own genre. The last item of each genre, and the last two people, which
    are of one kind each, have no ratings."""
    rng = np.random.default_rng(2)
    rows = [
        (user, item, 5.0 if user % 2 == item % 2 else 1.0, 0)
        for user in range(n_users - 2)
        for item in range(n_items - 2)
        if rng.random() < 0.4
    ]
    made = dataset(rows, n_users, n_items)
    made.item_table["genres"] = pd.Series([("Even", "Odd")[item % 2 :][:1] for item in range(n_items)], dtype=object)
    made.user_table["kind"] = [("even", "odd")[user % 2] for user in range(n_users)]
    return made


def eras(n: int = 600) -> Dataset:
    """Two eras of ``n`` people, who come one after the other and meet what goes together in their era: six items each.

    But of ten people four begin, and four others end, with the one item that is of all times. So whoever learns from
    anybody's future knows what goes together in the second era; whoever does not, knows nothing that holds there but
    that one item.
    """
    rng = np.random.default_rng(5)
    rows: list[tuple[int, int, float, int]] = []
    for user in range(2 * n):
        met = 1 + 24 * (user // n) + 6 * int(rng.integers(4)) + rng.permutation(6)
        items = [*met[:5], 0] if user % 10 < 4 else [0, *met[:5]] if user % 10 < 8 else [*met]
        rows += [(user, int(item), 1.0, 10 * user + place) for place, item in enumerate(items)]
    return dataset(rows, 2 * n, 49, feedback=Feedback.IMPLICIT, name="eras")


def steady(n: int = 480) -> Dataset:
    """People of two camps who come one after the other, in a world that never changes; some items are liked more."""
    rng = np.random.default_rng(6)
    liked = 1 / (1 + np.arange(12))
    rows = [
        (user, 2 * int(item) + user % 2, 1.0, 10 * user + place)
        for user in range(n)
        for place, item in enumerate(rng.choice(12, 6, replace=False, p=liked / liked.sum()))
    ]
    return dataset(rows, n, 24, feedback=Feedback.IMPLICIT, name="steady")


def items_with_texts(texts: list[str]) -> ItemContent:
    """Items of which nothing is known but what is written about them."""
    table = blank_item_table(len(texts)).assign(text=pd.Series(texts, dtype=object))
    return ItemContent(table, (None,) * len(texts))


def titled(made: Dataset) -> Dataset:
    """The same data with a title for each item, of words that no other item has."""
    titles = pd.Series([f"Tale{item} of{item}" for item in range(made.n_items)], dtype=object)
    return replace(made, item_table=made.item_table.assign(title=titles))
