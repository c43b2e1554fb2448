"""How far one explanation can be trusted: five figures that need no other truth than the model itself."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.explain.explainers import BUDGET, EXPLAINERS, Explainer, Play, play
from recsys_core.explain.explanation import Explanation
from recsys_core.explain.faithfulness import Curves, curves
from recsys_core.explain.game import Question
from recsys_core.explain.likeness import rank_correlation, stability
from recsys_core.models.base import Recommender
from recsys_core.types import Float64

SEEDS = 5  # that stability looks at
ORDERS = 19  # random ones beside the explanation's own: one without meaning beats them all once in 20 times
LEAST_GAIN = 0.01  # of the range of values


@dataclass(frozen=True)
class Agreement:
    """How alike another method ranks the same parts.

    Attributes:
        method: such as "lime-history". title: of the method.
        correlation: Spearman's ρ over the strongest parts of either, −1 to 1.
    """

    method: str
    title: str
    correlation: float


@dataclass(frozen=True)
class Trust:
    """What one explanation deserves.

    Attributes:
        parts: how many there are.
        gap: score − base − Σ parts, of a method whose parts are to add up; None of the others.
        span: |score − base|, what the gap is to be seen beside.
        fit: share of the variance that a fitted line explains near the score, 0 to 1; None where none was fitted.
        curves: how the value falls and comes back in the explanation's order; None where one part has no order.
        agreements: with each other method that the model offers for these reasons.
        stability: mean rank correlation between five seeds; 1 where nothing was drawn; None before it was measured.
    """

    parts: int
    gap: float | None
    span: float
    fit: float | None
    curves: Curves | None
    agreements: tuple[Agreement, ...] = ()
    stability: float | None = None

    @property
    def gain(self) -> float | None:
        """Mean of the gains of both curves, in parts of the range of values; 0 is chance."""
        return None if self.curves is None else (self.curves.deletion_gain + self.curves.insertion_gain) / 2

    @property
    def is_no_better_than_chance(self) -> bool:
        """Whether parts in a random order tell as much about what carries the score: one of them does better.

        Of orders without meaning, 5 % pass: a Monte Carlo test (Barnard, JRSS B 25, 1963).
        """
        if self.curves is None or self.gain is None:
            return False
        return self.gain < LEAST_GAIN or self.curves.beaten_by > 0

    def figures(self) -> dict[str, float]:
        """By name, without those that are not known."""
        found = {
            "gap": self.gap,
            "fit": self.fit,
            "deletion_gain": None if self.curves is None else self.curves.deletion_gain,
            "insertion_gain": None if self.curves is None else self.curves.insertion_gain,
            "beaten_by": None if self.curves is None else self.curves.beaten_by,
            "stability": self.stability,
        }
        agreements = {f"agreement {one.method}": one.correlation for one in self.agreements}
        return {name: value for name, value in found.items() if value is not None} | agreements


def trust(
    model: Recommender,
    dataset: Dataset,
    question: Question,
    method: str,
    found: Explanation,
    budget: int = BUDGET,
    seed: int = 0,
) -> Iterator[Trust]:
    """Ever more figures, the quickest first; the last ones are complete.

    Args:
        method, budget, seed: those that ``found`` was made with.
        found: the explanation, complete.

    Raises:
        As :func:`recsys_core.explain.explainers.explain`.
    """
    about = play(method, model, dataset, question, budget)
    numbers = found.contributions
    known = Trust(
        about.game.n,
        numbers.gap if numbers.additive else None,
        abs(numbers.score - numbers.base),
        numbers.fit,
        _curves(about, numbers.values, seed),
    )
    yield known
    for other in EXPLAINERS:
        if other.about.key == about.explainer.about.key or not other.offers(model, about.players):
            continue
        theirs = _values(other, about, budget, seed)
        agreement = Agreement(
            f"{other.about.key}-{about.players.key}", other.about.title, rank_correlation(numbers.values, theirs)
        )
        known = replace(known, agreements=(*known.agreements, agreement))
        yield known
    if numbers.exact or not about.explainer.about.draws:
        yield replace(known, stability=1.0)
        return
    again = [_values(about.explainer, about, budget, seed + more) for more in range(1, SEEDS)]
    yield replace(known, stability=stability([numbers.values, *again]))


def _curves(about: Play, values: Float64, seed: int) -> Curves | None:
    return None if about.game.n < 2 else curves(about.game, values, np.random.default_rng(seed), ORDERS)


def _values(explainer: Explainer, about: Play, budget: int, seed: int) -> Float64:
    *_, last = explainer.steps(about.game, budget, np.random.default_rng(seed))
    return last.values
