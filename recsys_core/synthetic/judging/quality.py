"""How much generated people are like real ones: one figure for each respect, and their mean."""

from dataclasses import asdict, dataclass
from typing import Self

import numpy as np

from recsys_core.synthetic.judging.aspects import Aspect, Look
from recsys_core.synthetic.judging.marginals import activity, hours, item_ranks, popularity, ratings, sessions, weekdays
from recsys_core.synthetic.judging.pair import Pair
from recsys_core.synthetic.judging.structure import co_occurrence, coverage, diversity, genre_pairs, spectrum
from recsys_core.synthetic.judging.telling_apart import discriminator
from recsys_core.types import Json

LOOKS: tuple[Look, ...] = (
    *(activity, popularity, item_ranks, ratings, hours, weekdays, sessions),
    *(co_occurrence, genre_pairs, spectrum, diversity, coverage, discriminator),
)


@dataclass(frozen=True)
class Quality:
    """In which respects they are alike. What the data do not have, such as times, is no part of it."""

    aspects: tuple[Aspect, ...]

    @property
    def score(self) -> float:
        """The mean of the parts, 0..1."""
        return float(np.mean([aspect.score for aspect in self.aspects]))

    @property
    def floor_score(self) -> float | None:
        """The same of two halves of the real people; None where they are too few for any part."""
        floors = [aspect.floor_score for aspect in self.aspects]
        return None if any(floor is None for floor in floors) else float(np.mean([floor or 0.0 for floor in floors]))

    def find(self, key: str) -> Aspect | None:
        """The aspect with this key, if it could be told."""
        return next((aspect for aspect in self.aspects if aspect.key == key), None)

    def as_json(self) -> Json:
        """Plain data, charts and all."""
        return {
            "score": self.score,
            "floor_score": self.floor_score,
            "aspects": [asdict(aspect) for aspect in self.aspects],
        }

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What :meth:`as_json` gave."""
        return cls(tuple(Aspect.from_json(aspect) for aspect in about["aspects"]))


def quality(pair: Pair, seed: int) -> Quality:
    """Of two groups of people, each of whom did something."""
    found = _looked_at(pair, seed)
    floors = _looked_at(pair.halves(np.random.default_rng(seed)), seed) if len(pair.real) > 1 else {}
    return Quality(tuple(aspect.beside(floors.get(key)) for key, aspect in found.items()))


def _looked_at(pair: Pair, seed: int) -> dict[str, Aspect]:
    found = (look(pair, np.random.default_rng((seed, place))) for place, look in enumerate(LOOKS))
    return {aspect.key: aspect for aspect in found if aspect is not None}
