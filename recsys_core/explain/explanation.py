"""An explanation as plain data: what is explained, by which parts, and what they add up to."""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from recsys_core.types import Float64, Json


class Kind(StrEnum):
    """What a part of an explanation is."""

    HISTORY = "history"
    WORD = "word"
    REGION = "region"
    ATTRIBUTE = "attribute"


@dataclass(frozen=True)
class Contributions:
    """What each of n players contributes to a value.

    Attributes:
        base: the value of nobody. score: that of everybody.
        values: Float64[n].
        margins: Float64[n], half the width of the 95 % interval of each; zeros where nothing was drawn.
        evaluations: coalitions that were asked about.
        additive: the values are meant to add up to score − base.
        exact: nothing was drawn or fitted.
        fit: share of the variance that a fitted line explains near the score, 0 to 1; None where none was fitted.
    """

    base: float
    score: float
    values: Float64
    margins: Float64
    evaluations: int
    additive: bool
    exact: bool
    fit: float | None = None

    @property
    def gap(self) -> float:
        """score − base − Σ values: what the parts leave unexplained."""
        return self.score - self.base - float(self.values.sum())


@dataclass(frozen=True)
class Part:
    """A reason.

    Attributes:
        key: stable: an item's external id, a word's place, an attribute.
        title: for people.
        value: what it contributes; margin: half the width of the 95 % interval, 0 where nothing was drawn.
    """

    kind: Kind
    key: str
    title: str
    value: float
    margin: float = 0.0


@dataclass(frozen=True)
class Explanation:
    """Why an item has its score.

    Attributes:
        method: key of the explainer.
        meaning: of the value, as read after "Explained: ".
        parts: strongest first.
        contributions: the same in the order of the players, with what they rest on.
        trust: figures such as stability, by name.
    """

    method: str
    meaning: str
    parts: tuple[Part, ...]
    contributions: Contributions
    seconds: float
    trust: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> Json:
        """As the shell prints it."""
        found = self.contributions
        return {
            "method": self.method,
            "value": self.meaning,
            "base": found.base,
            "score": found.score,
            "parts": [vars(part) for part in self.parts],
            "additive": found.additive,
            "exact": found.exact,
            "trust": {"gap": found.gap} | ({} if found.fit is None else {"fit": found.fit}) | self.trust,
            "evaluations": found.evaluations,
            "seconds": self.seconds,
        }


def by_strength(values: Float64) -> np.ndarray:
    """Int64[n], players with the largest contributions first, whichever their sign; of equals the earlier one."""
    return np.argsort(-np.abs(values), kind="stable")
