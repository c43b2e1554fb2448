"""Which value an event has: a rating on the data's scale, or the weight of an implicit event."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from recsys_core.data.interactions import Interactions
from recsys_core.synthetic.margins import Margin, normal_scores
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
        levels: Float64[E or fewer], ascending: values by rank.
        items: Float64[I], effects of items. people: Float64[U], effects of people, which new people draw as a trait.
        leanings: of the effects of people.
        lens: Float64[d, k], from codes, less ``middle``, to the directions that count; suits: Float64[I, k].
        noise: standard deviation of what is left. latents: of all four together.
    """

    levels: Float64
    items: Float64
    people: Float64
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
        scores = normal_scores(events.values)
        of_items = _effects(scores, items, events.n_items)
        of_people = _effects(scores - of_items[items], users, events.n_users)
        rest = scores - of_items[items] - of_people[users]
        middle = codes.mean(0)
        lens = _main_directions(codes - middle)
        places = (codes - middle) @ lens
        suits = _suits(rest, places[users], items, events.n_items)
        told = (places[users] * suits[items]).sum(1)
        noise = float((rest - told).std())
        drawn = of_items[items] + of_people[users] + told + noise * np.random.default_rng(0).standard_normal(len(users))
        return cls(
            _levels(events.values),
            of_items,
            of_people,
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
        if self.levels[0] == self.levels[-1]:
            return np.full(len(users), self.levels[0], dtype=np.float32)
        places = (codes - self.middle) @ self.lens
        latents = self.items[items] + self.leanings.at(ranks)[users] + (places[users] * self.suits[items]).sum(1)
        latents += self.noise * rng.standard_normal(len(users))
        where = self.latents.ranks(latents)
        return self.levels[np.minimum((where * len(self.levels)).astype(np.int64), len(self.levels) - 1)].astype(
            np.float32
        )


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


def _levels(values: Float32) -> Float64:
    """The values in order; of very many different ones some, with others between them."""
    ordered = np.sort(values.astype(np.float64))
    if len(np.unique(ordered)) <= MOST_LEVELS:
        return ordered
    return Margin.of(ordered).at(np.linspace(0, 1, 4 * MOST_LEVELS))
