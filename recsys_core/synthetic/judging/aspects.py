"""One thing that generated people may have in common with real ones, and how it is drawn."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np

from recsys_core.synthetic.judging.pair import Pair
from recsys_core.types import Json

GOOD, SLACK = 0.85, 0.05
TELLING = 0.25


@dataclass(frozen=True)
class Curve:
    """A side of a chart: heights ``y`` at ``x``; of bars, one height for each label and no ``x``."""

    x: list[float]
    y: list[float]


@dataclass(frozen=True)
class Chart:
    """What a side-by-side chart draws.

    Attributes:
        kind: "survival", the share that has at least so much; "lines"; "bars"; or "points", one for each thing, whose
            real figure is ``real.y`` and whose generated one is ``synthetic.y``.
        across, up: what the axes are called.
        labels: of the bars.
    """

    kind: Literal["survival", "lines", "bars", "points"]
    across: str
    up: str
    real: Curve
    synthetic: Curve
    labels: list[str]


@dataclass(frozen=True)
class Aspect:
    """How alike two groups of people are in one respect.

    Attributes:
        measure: what ``value`` is.
        score: 1 where they are alike, 0 where they could not be less so.
        sentence: what differs, in numbers.
        floor, floor_score: the same of two random halves of the real people, who are as alike as people can be; each
            half has half of the people, so chance weighs somewhat more between them. None where there are too few.
    """

    key: str
    title: str
    measure: str
    value: float
    score: float
    sentence: str
    chart: Chart
    floor: float | None = None
    floor_score: float | None = None

    @property
    def can_be_told(self) -> bool:
        """Whether halves of the real people are themselves alike in it; where they are not, nobody can be."""
        return self.floor_score is None or self.floor_score >= TELLING

    @property
    def is_alike(self) -> bool:
        """Whether nothing is to be said against it: nearly all of the score, or about as much as real halves reach."""
        asked = GOOD if self.floor_score is None else min(GOOD, self.floor_score - SLACK)
        return self.score >= asked

    def beside(self, floor: "Aspect | None") -> Self:
        """With what two halves of the real people come to."""
        return self if floor is None else replace(self, floor=floor.value, floor_score=floor.score)

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What ``asdict`` gave."""
        chart: Json = {**about["chart"], **{side: Curve(**about["chart"][side]) for side in ("real", "synthetic")}}
        return cls(**{**about, "chart": Chart(**chart)})


Look = Callable[[Pair, np.random.Generator], Aspect | None]
