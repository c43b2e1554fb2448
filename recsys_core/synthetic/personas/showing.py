"""What is shown: a policy that knows the probability of everything it shows."""

from dataclasses import dataclass

import numpy as np

from recsys_core.types import Float32, Float64, Int32, Int64


@dataclass(frozen=True)
class Policy:
    """Lists of K different items, drawn from K shelves.

    The shelves are a partition of the catalogue. For each list they are dealt out to the slots at random, and each slot
    draws one item of its shelf by weights that depend on the genre which the person likes best. So no item is twice in
    a list, and whatever else is in it, an item stands in a given slot with the probability w_i / (K Σ_shelf w), the
    same for all slots. Known probabilities above 0 are what makes logs fit for inverse propensity scoring (Schnabel et
    al., "Recommendations as treatments", ICML 2016).

    Attributes:
        order: Int32[I], the items, shelf by shelf. ends: Int64[K], where in it each shelf ends.
        steps: Float64[G · I], for each genre and each place in the order the number of shelves before this one, those
            of all genres before included, and the share of the shelf's weight up to here.
        propensities: Float32[G, I], of each item for any slot of somebody who likes this genre best.
    """

    order: Int32
    ends: Int64
    steps: Float64
    propensities: Float32

    @property
    def slots(self) -> int:
        """K, how many items a list has."""
        return len(self.ends)

    def draw(self, favourites: Int32, rng: np.random.Generator) -> Int32:
        """Int32[n, K], a list for each of n people, of whom is said which genre they like best."""
        shelves = rng.permuted(np.tile(np.arange(self.slots), (len(favourites), 1)), axis=1)
        before = favourites[:, None].astype(np.int64)
        sought = before * self.slots + shelves + rng.random(shelves.shape)
        found = np.searchsorted(self.steps, sought, side="right") - before * len(self.order)
        return self.order[np.minimum(found, self.ends[shelves] - 1)]  # sums may be rounded up to the next shelf


def make_policy(
    popularity: Float64,
    genres: Float32,
    slots: int,
    bias: float,
    personal: float,
    chance: float,
    rng: np.random.Generator,
) -> Policy:
    """A policy that favours the popular, and what people like.

    Args:
        popularity: Float64[I], mean 1. genres: Float32[I, G], shares of each item's genres.
        slots: of a list; fewer where there are fewer items.
        bias: exponent of popularity in the weights.
        personal: share of that weight which goes to the genre that somebody likes best.
        chance: share of the weight that all items have alike, above 0.
    """
    n, n_genres = genres.shape
    slots = min(slots, n)
    # Each shelf takes one of the K most popular, one of the next K, and so on, so that all weigh about the same.
    dealt = rng.permuted(np.tile(np.arange(slots), (-(-n // slots), 1)), axis=1).ravel()[:n]
    shelf = np.empty(n, dtype=np.int64)
    shelf[np.argsort(-popularity, kind="stable")] = dealt
    order = np.argsort(shelf, kind="stable").astype(np.int32)
    ends = np.cumsum(np.bincount(shelf, minlength=slots))
    steps, propensities = np.empty((n_genres, n)), np.empty((n_genres, n), dtype=np.float32)
    hits = popularity**bias / np.mean(popularity**bias)
    for genre in range(n_genres):
        liked = hits * genres[:, genre]
        weights = chance + (1 - chance) * ((1 - personal) * hits + personal * liked / max(float(liked.mean()), 1e-12))
        shares = weights / np.bincount(shelf, weights)[shelf]
        steps[genre] = np.cumsum(shares[order])
        steps[genre, ends - 1] = np.arange(1, slots + 1)
        steps[genre] += genre * slots
        propensities[genre] = shares / slots
    return Policy(order, ends, steps.ravel(), propensities)
