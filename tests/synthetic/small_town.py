"""A small town with all that a data set can have, for tests of generators that learn."""

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Interactions
from tests.worlds import dataset

DAY = 86_400
START = 1_000 * DAY  # at midnight
HOURS = (18, 21)  # when sessions start


def town(n_people: int = 60, n_items: int = 30, seed: int = 0) -> Dataset:
    """People who live in the east like even items and rate them 4 or 5, people in the west odd ones; the others get 1
    or 2. Lower numbers are more popular. Each person comes twice, in the evening, 10 days apart. Item 29 is met in the
    second half alone, item 28 never.

    Their attributes: where they live; their age, 20 to 39 in the east, 50 to 69 in the west, of every fifth not known;
    when they joined; a code that everybody has an own one of; and a job, which one person alone has.
    """
    rng = np.random.default_rng(seed)
    popularity = 1 / (1 + np.arange(n_items - 2) / 4)
    rows: list[tuple[int, int, float, int]] = []
    for user in range(n_people):
        weights = popularity * np.where(np.arange(n_items - 2) % 2 == user % 2, 8, 1)
        items = rng.choice(n_items - 2, int(rng.integers(4, 13)), replace=False, p=weights / weights.sum())
        come = START + int(rng.integers(30)) * DAY + HOURS[user % 2] * 3600
        for place, item in enumerate(items):
            value = float(rng.integers(4, 6) if item % 2 == user % 2 else rng.integers(1, 3))
            rows.append((user, int(item), value, come + (place % 2) * 10 * DAY + 60 * place))
        if come > START + 15 * DAY:
            rows.append((user, n_items - 1, 3.0, come + 10 * DAY + 1800))
    made = dataset(rows, n_people, n_items, name="town")
    is_east = np.arange(n_people) % 2 == 0
    age = np.where(is_east, 20, 50) + rng.integers(20, size=n_people)
    joined = np.datetime64("2020-01-01", "s") + rng.integers(1000, size=n_people) * np.timedelta64(DAY, "s")
    made.user_table["name"] = pd.Series([f"Person {user}" for user in range(n_people)], dtype=object)
    made.user_table["side"] = pd.Series(np.where(is_east, "east", "west"), dtype=object)
    made.user_table["age"] = np.where(np.arange(n_people) % 5 == 4, np.nan, age)
    made.user_table["joined"] = joined
    made.user_table["code"] = pd.Series([f"C{user:03}" for user in range(n_people)], dtype=object)
    made.user_table["job"] = pd.Series(["mayor"] + [""] * (n_people - 1), dtype=object)
    made.item_table["genres"] = pd.Series([("Even", "Odd")[item % 2 :][:1] for item in range(n_items)], dtype=object)
    made.item_table["image"] = pd.Series(["a.png"] * n_items, dtype=object)
    return made


def own_share(events: Interactions, sides: np.ndarray) -> float:
    """Which share of the events are of items that the person's side likes."""
    return float((events.items % 2 == sides[events.users]).mean())
