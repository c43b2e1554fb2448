"""Made-up logs of which everything is known: what was shown with which probability, and how probable a click was."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from recsys_core.engagement.policy.logged import Logged
from recsys_core.engagement.policy.target import Table
from recsys_core.engagement.policy.weighing import Weighed, weigh
from recsys_core.types import Float64


@dataclass(frozen=True)
class Bandit:
    """Contexts, items and positions; the log chooses an item by one softmax, the new policy by another.

    Attributes:
        name: in words.
        sharp, target: how choosy the log and the new policy are, standard deviations of their scores.
        align: correlation of the new policy's scores with how attractive items are; below 0 it prefers bad ones.
        rate: mean click rate in the log. spread: standard deviation of the logarithm of items' rates.
        impressions, items, positions, contexts: how many.
        chance: share of the log that is chance alone.
        people: who see several impressions each and click more or less than others; 0 where all rows are apart.
        seed: of the world itself, which stays the same over repetitions.
    """

    name: str
    sharp: float
    target: float
    align: float
    rate: float
    spread: float = 0.5
    impressions: int = 10_000
    items: int = 40
    positions: int = 3
    contexts: int = 10
    chance: float = 0.0
    people: int = 0
    seed: int = 0

    @cached_property
    def _world(self) -> tuple[Float64, Float64, Float64]:
        """Float64[C, I] twice, what the log and the new policy choose, and Float64[C, K, I], what is clicked."""
        rng = np.random.default_rng(self.seed)
        shape = (self.contexts, self.items)
        liked = self.spread * (0.5 * rng.standard_normal(shape) + rng.standard_normal(self.items))
        shown = _softmax(self.sharp * rng.standard_normal(shape)) * (1 - self.chance) + self.chance / self.items
        scores = self.align * (liked - liked.mean()) / liked.std()
        scores += np.sqrt(1 - self.align**2) * rng.standard_normal(shape)
        clicked = np.exp(liked)[:, None, :] * (np.arange(1, self.positions + 1) ** -0.7)[:, None]
        clicked *= self.rate / (shown[:, None, :] * clicked).sum(axis=2).mean()
        return shown, _softmax(self.target * scores), np.minimum(clicked, 0.95)

    @property
    def truth(self) -> float:
        """The click-through rate of the new policy."""
        _, chosen, clicked = self._world
        return float((chosen[:, None, :] * clicked).sum(axis=2).mean())

    @property
    def share(self) -> float:
        """Of the impressions that are effective, in a very long log."""
        shown, chosen, _ = self._world
        return float(1 / (chosen**2 / shown).sum(axis=1).mean())

    def draw(self, rng: np.random.Generator) -> Weighed:
        """A log, as seen from the new policy."""
        shown, chosen, clicked = self._world
        n = self.impressions
        people = np.arange(n) if not self.people else rng.integers(self.people, size=n)
        of_people = rng.integers(self.contexts, size=max(self.people, n))
        eager = rng.lognormal(-0.18, 0.6, max(self.people, n)) if self.people else np.ones(n)
        contexts, positions = of_people[people], rng.integers(self.positions, size=n)
        steps = np.cumsum(shown, axis=1) + np.arange(self.contexts)[:, None]
        found = np.searchsorted(steps.ravel(), contexts + rng.random(n), side="right") - contexts * self.items
        items = np.minimum(found, self.items - 1)
        clicks = rng.random(n) < clicked[contexts, positions, items] * eager[people]
        log = Logged(
            items.astype(np.int32),
            positions,
            clicks.astype(np.float64),
            shown[contexts, items],
            people,
            self.items,
            self.positions,
            np.ones(n, dtype=bool),
        )
        return weigh(log, Table(contexts, chosen), rng)


def _softmax(scores: Float64) -> Float64:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


# Within the line: an effective sample of at least 10 % and 50 clicks or more.
WITHIN = (
    Bandit("much in common, 100 clicks", 0.5, 0.7, 0, 0.01, items=20, seed=1),
    Bandit("near both lines, choosy", 0, 1.8, 0, 0.006, seed=2),
    Bandit("near both lines, choosy, few contexts", 0, 2.4, 0, 0.006, contexts=2, seed=9),
    Bandit("skewed log", 1.2, 1.2, 0, 0.006, chance=0.05, seed=3),
    Bandit("better lists", 0, 1.8, 0.8, 0.006, 0.7, seed=4),
    Bandit("worse lists", 0, 1.75, -0.8, 0.008, 0.7, seed=5),
    Bandit("heavy weights", 1.1, 1.2, 0, 0.0065, items=80, contexts=1, chance=0.02, seed=26),
    Bandit("few impressions, many clicks", 1.0, 1.2, 0, 0.25, 0.4, 400, items=20, contexts=5, seed=7),
    Bandit("people who click alike", 0.8, 1.2, 0, 0.01, 0.5, 20_000, 20, 5, people=500, seed=8),
    Bandit(
        "30,000 impressions, 300 clicks, a large catalogue",
        0.7,
        1.2,
        0.3,
        0.01,
        0.7,
        30_000,
        200,
        10,
        people=2000,
        seed=10,
    ),
    # Each click that counts counts alike: a bare count of about seven, whose intervals hold more often than they say.
    Bandit("all or nothing, one item of nine", 0, 60, 0, 0.006, items=9, seed=15),
)
# Beyond it: what intervals are worth where they are given with a caution.
BEYOND = (
    Bandit("25 clicks, sample of a third", 0.5, 1.2, 0, 0.0028, seed=11),
    Bandit("25 clicks, sample near 10 %", 0, 1.8, 0, 0.0028, seed=12),
    Bandit("100 clicks, sample of 4 %", 1.1, 1.6, 0, 0.01, items=80, chance=0.05, seed=13),
    Bandit("400 clicks, sample of 2 %", 1.3, 1.8, 0.3, 0.04, items=80, chance=0.05, seed=14),
)
