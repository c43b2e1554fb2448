"""Which value an event has: a rating on the data's scale, or the weight of an implicit event."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.synthetic.tastes.margins import Margin, normal_scores
from recsys_core.types import Float32, Float64, Int32, Int64

SHRUNK = 5.0  # events of nothing in particular that each item and person is thought to have beside
DIRECTIONS = 8  # of codes, those in which people differ most, that may say what somebody thinks of an item
PULL = 20.0  # of what an item makes of these directions towards nothing
MOST_LEVELS = 101


@dataclass(frozen=True)
class Values:
    """A value's place among all is the place of: item + person + how the item suits the person + noise.

    All of these are learned from the values' normal scores, so that any scale and any heavy tail will do.

    Attributes:
        values: of all values; levels: Float64[L], ascending, those that there are, where these are few; else empty.
        items: Float64[I], effects of items. leanings: of the effects of people, which are a trait of theirs.
        lens: Float64[d, k], from codes, less ``middle``, to the directions that count; suits: Float64[I, k].
        noise: standard deviation of what is left. latents: of all four together.
    """

    values: Margin
    levels: Float64
    items: Float64
    leanings: Margin
    middle: Float64
    lens: Float64
    suits: Float64
    noise: float
    latents: Margin

    @classmethod
    def learn(cls, events: Interactions, codes: Float64) -> Self:
        """From all events, and what was learned of the people (U, d)."""
        users, items = events.users, events.items
        scores, of_items, of_people = _apart(events)
        rest = scores - of_items[items] - of_people[users]
        middle = codes.mean(0)
        lens = _main_directions(codes - middle)
        places = (codes - middle) @ lens
        suits = _suits(rest, places[users], items, events.n_items)
        told = (places[users] * suits[items]).sum(1)
        noise = float((rest - told).std())
        drawn = of_items[items] + of_people[users] + told + noise * np.random.default_rng(0).standard_normal(len(users))
        levels = np.unique(events.values).astype(np.float64)
        return cls(
            Margin.of(events.values),
            levels if len(levels) <= MOST_LEVELS else np.zeros(0),
            of_items,
            Margin.of(of_people),
            middle,
            lens,
            suits,
            noise,
            Margin.of(drawn),
        )

    def draw(self, users: Int32, items: Int64, codes: Float64, ranks: Float64, rng: np.random.Generator) -> Float32:
        """Float32[E], the values of events.

        Args:
            users: Int32[E], rows of ``codes`` (n, d) and of ``ranks``, Float64[n], which say where the people stand by
                their effects. items: Int64[E].
        """
        places = (codes - self.middle) @ self.lens
        latents = self.items[items] + self.leanings.at(ranks)[users] + (places[users] * self.suits[items]).sum(1)
        latents += self.noise * rng.standard_normal(len(users))
        values = self.values.at(self.latents.ranks(latents))
        if len(self.levels):
            values = self.levels[np.searchsorted((self.levels[1:] + self.levels[:-1]) / 2, values)]
        return values.astype(np.float32)


def leanings(events: Interactions) -> Float64:
    """Float64[U], how much higher than usual a person's values are, for the items that they belong to."""
    return _apart(events)[2]


def _apart(events: Interactions) -> tuple[Float64, Float64, Float64]:
    """Normal scores of the values, Float64[E], and the effects of items and of people on them."""
    scores = normal_scores(events.values)
    of_items = _effects(scores, events.items, events.n_items)
    return scores, of_items, _effects(scores - of_items[events.items], events.users, events.n_users)


def _effects(scores: Float64, groups: Int32, n: int) -> Float64:
    """Float64[n], means of groups, drawn towards 0 where a group is small."""
    sums, counts = np.bincount(groups, scores, minlength=n), np.bincount(groups, minlength=n)
    return sums / (counts + SHRUNK)


def _main_directions(centred: Float64) -> Float64:
    """Float64[d, k], from codes to their main components, each with variance 1."""
    _, lengths, directions = np.linalg.svd(centred, full_matrices=False)
    some = lengths[:DIRECTIONS] > 1e-6 * max(1e-12, lengths[0]) if len(lengths) else np.zeros(0, dtype=bool)
    kept = np.flatnonzero(some)
    return (directions[kept] / lengths[kept, None] * np.sqrt(len(centred))).T


def _suits(rest: Float64, places: Float64, items: Int32, n_items: int) -> Float64:
    """Float64[I, k], for each item the ridge regression of what is left of its values on where people stand."""
    k = places.shape[1]
    squares, products = np.empty((n_items, k, k)), np.empty((n_items, k))
    for a in range(k):
        products[:, a] = np.bincount(items, places[:, a] * rest, minlength=n_items)
        for b in range(a, k):
            squares[:, a, b] = squares[:, b, a] = np.bincount(items, places[:, a] * places[:, b], minlength=n_items)
    return np.asarray(np.linalg.solve(squares + PULL * np.eye(k), products[..., None])[..., 0], dtype=np.float64)
