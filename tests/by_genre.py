"""A world in which genres decide, and a model that reads them: what it says about a new item can be told by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd

from recsys_core.content.around import AROUND
from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender, expect_shapes
from tests import worlds

GENRES = ("Horror", "Comedy")


def two_tastes(n: int = 120) -> Dataset:
    """Even people like even items, which are horror films, odd people odd ones, which are comedies; even people are 30
    years old, odd ones 60."""
    made = worlds.two_camps(n).dataset
    items = made.item_table.copy()
    items["title"] = [f"{GENRES[item % 2]} {item}" for item in range(made.n_items)]
    items["text"] = [f"A {GENRES[item % 2].lower()} film." for item in range(made.n_items)]
    items["genres"] = pd.Series([(GENRES[item % 2],) for item in range(made.n_items)], dtype=object)
    people = made.user_table.assign(age=[30.0 + 30.0 * (user % 2) for user in range(n)])
    return replace(made, item_table=items, user_table=people, name="two tastes")


class ByGenre(Recommender):
    """score(u, i) is the number of items that u met of the genre of i, and i / 1000, so that no two are equal."""

    info = ModelInfo(
        "by_genre",
        "By genre",
        "Counts genres.",
        "Tests",
        "items of the same genre",
        "",
        frozenset({Ability.HISTORY, Ability.CONTENT, Ability.ATTRIBUTES, Ability.VECTORS}),
        Cost.SECONDS,
    )
    Config = Config

    def memory(self, train):
        return 0

    def _fit(self, train, context):
        self.items = _vectors(ItemContent.of(train))
        self.people = self._of(Histories.from_interactions(train.interactions))

    def _of(self, histories):
        return (histories.matrix() @ self.items).astype(np.float32)

    def _scores(self, people, items):
        scores = people @ self.items.T + np.arange(len(self.items), dtype=np.float32) / 1000
        return scores if items is None else scores[:, items]

    def score(self, users, items=None):
        return self._scores(self.people[users], items)

    def score_histories(self, histories, items=None):
        return self._scores(self._of(histories), items)

    def score_content(self, people, content):
        rows = self._of(people) if isinstance(people, Histories) else self.people[people]
        return rows @ _vectors(content).T

    def item_vectors(self):
        return self.items

    def user_vectors(self):
        return self.people

    def content_vectors(self, content):
        return _vectors(content)

    def readings(self, content, around=AROUND):
        return {"attributes": _vectors(content)}

    def arrays(self):
        return {"items": self.items, "people": self.people}

    def restore(self, arrays):
        expect_shapes(arrays, {"items": (self.n_items, 2), "people": (self.n_users, 2)})
        self.items, self.people = arrays["items"], arrays["people"]


class WithoutVectors(ByGenre):
    """The same, but it gives no vectors away."""

    info = replace(ByGenre.info, abilities=ByGenre.info.abilities - {Ability.VECTORS})


def _vectors(content: ItemContent):
    return np.array([[genre in one for genre in GENRES] for one in content.table["genres"]], dtype=np.float32)
