"""Which items a person meets: no item twice, and all items together as popular as they should be.

Each item comes at an exponential time, sooner where its weight is larger; a person meets those that come first. That is
drawing without replacement (Efraimidis and Spirakis, IPL 2006), or the Gumbel top-k trick (Kool et al., ICML 2019) on
another scale.
"""

from dataclasses import dataclass

import numpy as np

from recsys_core.types import Float32, Float64, Int32, Int64

ROUNDS = 12  # of calibration; after them, shares of MovieLens differ by less than a hundredth
NEWTON = 3
LEAST_NEED, MOST_NEED = 0.02, 50.0


def draw_items(weights: Float32, counts: Int64, rng: np.random.Generator) -> Int32:
    """Int32[E], for each of n people so many items, one person after the other, ascending.

    Args:
        weights: Float32[n, I], above 0 for at least as many items as a person meets; overwritten.
        counts: Int64[n].
    """
    with np.errstate(divide="ignore", invalid="ignore"):  # without weight: never
        arrivals = np.divide(rng.standard_exponential(weights.shape, dtype=np.float32), weights, out=weights)
    n_items = arrivals.shape[1]
    rows = [
        np.sort(np.argpartition(row, count - 1)[:count]) if count < n_items else np.arange(n_items)
        for row, count in zip(arrivals, counts, strict=True)
    ]
    return np.concatenate(rows).astype(np.int32) if rows else np.zeros(0, dtype=np.int32)


def chances(weights: Float32, counts: Int64, until: Float64) -> tuple[Float32, Float64]:
    """With which probability each person meets each item: 1 − exp(−w t), where t is such that they add up to the count.

    Args:
        weights: Float32[n, I]; counts: Int64[n]. until: Float64[n], a first guess of log t.

    Returns:
        Float32[n, I], and log t.
    """
    for _ in range(NEWTON):
        rates = weights * np.exp(until)[:, None].astype(np.float32)
        stays = np.exp(-rates)
        met = weights.shape[1] - stays.sum(1, dtype=np.float64)
        slope = (rates * stays).sum(1, dtype=np.float64)
        until = until + np.clip(met * (np.log(counts) - np.log(np.maximum(met, 1e-9))) / np.maximum(slope, 1e-9), -2, 2)
    return 1 - np.exp(-weights * np.exp(until)[:, None].astype(np.float32)), until


def calibrated(weights: Float32, counts: Int64, shares: Float64) -> Float32:
    """What the weights of each item are to be multiplied by so that items get their shares of all events.

    As iterative proportional fitting does (Deming and Stephan, Annals of Mathematical Statistics 1940).

    Args:
        weights: Float32[n, I] of some people, who stand for all; counts: Int64[n].
        shares: Float64[I], adding up to 1; where one is 0 the item is never met.
    """
    n_people = len(weights)
    wanted = np.minimum(shares * counts.sum(), 0.98 * n_people)  # nobody meets an item twice
    factors = np.where(shares > 0, 1.0, 0.0)
    until = np.log(counts.astype(np.float64))
    some = np.minimum(counts, max(1, int((shares > 0).sum()) - 1))
    for _ in range(ROUNDS):
        met, until = chances(weights * factors.astype(np.float32), some, until)
        expected = met.sum(0, dtype=np.float64)
        factors *= np.clip(wanted / np.maximum(expected, 1e-9), 0.1, 10)
        scale = np.exp(np.log(factors[factors > 0]).mean())
        factors, until = factors / scale, until + np.log(scale)
    return factors.astype(np.float32)


@dataclass
class Urn:
    """Keeps items to their numbers while people are drawn: degrees as in the configuration model (Newman 2010).

    It holds as many slots of each item as there are to be events of it. What is left over, against what should be by
    now, makes an item likelier or less likely for those who come next.

    Attributes:
        slots: Float64[I], how many events of an item there are to be; drawn: Float64[I], how many there are.
    """

    slots: Float64
    drawn: Float64

    @classmethod
    def of(cls, shares: Float64, events: float, rng: np.random.Generator) -> "Urn":
        """For so many events, of which each item is to have its share."""
        return cls(np.floor(shares * events + rng.random(len(shares))), np.zeros(len(shares)))

    def needs(self) -> Float32:
        """Float32[I], what the items' weights are multiplied by just now."""
        left = max(0.0, 1 - self.drawn.sum() / max(1.0, self.slots.sum()))
        needs = np.maximum(self.slots - self.drawn, LEAST_NEED) / np.maximum(self.slots * left, LEAST_NEED)
        return np.clip(needs, LEAST_NEED, MOST_NEED).astype(np.float32)

    def take(self, items: Int32) -> None:
        """These were met."""
        self.drawn += np.bincount(items, minlength=len(self.drawn))
