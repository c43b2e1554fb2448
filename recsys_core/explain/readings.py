"""Trust figures in plain words, the same on the page and in the shell."""

from dataclasses import dataclass

import numpy as np

from recsys_core.explain.explanation import Explanation
from recsys_core.explain.trust import SEEDS, Trust

STEADY = 0.7  # of a rank correlation: from here on two orders are alike
LOOSE = 0.3  # below, they have little to do with each other
GOOD_FIT = 0.7  # of R²
CLEAR = 0.1  # of the range of values; a smaller gain is little
TINY = 1e-3  # of |score − base|: a gap below is rounding


@dataclass(frozen=True)
class Reading:
    """A figure, and what it says.

    Attributes:
        title: of the figure. value: as short text.
        words: a sentence. meaning: how it is worked out, for hovering.
        is_warning: it speaks against the explanation.
    """

    title: str
    value: str
    words: str
    meaning: str
    is_warning: bool = False


def verdict(trust: Trust) -> tuple[str, bool]:
    """Whether the explanation can be relied on, as far as it was measured, and whether that is so."""
    if trust.curves is None:
        return "There is one part only, so there is no order that could be wrong.", True
    if not trust.curves.span:
        return "Whatever is taken away, the score stays the same: there is nothing to explain.", False
    if trust.is_no_better_than_chance:
        return (
            "This explanation is no better than chance: parts taken away in a random order tell as much about what "
            "carries the score. Do not rely on its order.",
            False,
        )
    if trust.stability is not None and trust.stability < LOOSE:
        return (
            "It beats chance, but the order of its parts changes from seed to seed: put more questions to the model.",
            True,
        )
    if trust.gain is not None and trust.gain < CLEAR:
        return "It beats chance, but only just: much of what carries the score it does not name.", True
    return "It names what carries the score, and does so better than chance.", True


def readings(found: Explanation, trust: Trust) -> list[Reading]:
    """What was measured so far."""
    rows = [_sum(trust), *_fit(trust), *_curves(trust), *_stability(found, trust), *_agreement(trust)]
    return rows if trust.curves is None or trust.curves.span else rows[:1]


def _sum(trust: Trust) -> Reading:
    meaning = "score − base − the sum of all parts."
    if trust.gap is None:
        return Reading(
            "Adds up", "not meant to", "The parts of this method say how strong, not how much of the score.", meaning
        )
    share = abs(trust.gap) / trust.span if trust.span else 0.0
    if share <= TINY:
        return Reading("Adds up", "yes", "Base and parts come to the score.", meaning)
    words = f"Base and parts miss the score by {abs(trust.gap):.2g}, {100 * share:.0f} % of what is explained."
    return Reading("Adds up", "no", words, meaning, True)


def _fit(trust: Trust) -> list[Reading]:
    if trust.fit is None:
        return []
    words = f"A straight line explains {100 * trust.fit:.0f} % of how the score moves when parts go."
    meaning = "LIME's local R²: the weighted share of variance that its line explains, 1 at best."
    return [Reading("Line fits", f"{trust.fit:.2f}", words, meaning, trust.fit < GOOD_FIT)]


def _curves(trust: Trust) -> list[Reading]:
    if trust.curves is None:
        return []
    away, back = trust.curves.deletion_gain, trust.curves.insertion_gain
    meaning = (
        "The area between the curve of this order and the mean curve of random orders, in parts of the range of all "
        "values; 0 is chance. Petsiuk, Das and Saenko, RISE, BMVC 2018."
    )
    return [
        Reading(
            "Taken away",
            f"{away:+.2f}",
            f"While its strongest parts go first, the score lies {_percent(away)} of its range "
            f"{'below' if away > 0 else 'above'} that of random orders, on average.",
            meaning,
            away <= 0,
        ),
        Reading(
            "Put back",
            f"{back:+.2f}",
            f"While they come back first, the score lies {_percent(back)} of its range "
            f"{'above' if back > 0 else 'below'} that of random orders, on average.",
            meaning,
            back <= 0,
        ),
    ]


def _percent(gain: float) -> str:
    return f"{100 * abs(gain):.0f} %"


def _stability(found: Explanation, trust: Trust) -> list[Reading]:
    if trust.stability is None:
        return []
    meaning = f"Mean rank correlation (Spearman) of the strongest parts over all pairs of {SEEDS} seeds; 1 at best."
    if found.contributions.exact:
        return [Reading("Stable", "1.00", "Nothing is drawn, so it comes out the same each time.", meaning)]
    if trust.stability >= STEADY:
        words = "The strongest parts keep their order from seed to seed."
    elif trust.stability >= LOOSE:
        words = "Some of the strongest parts change places from seed to seed; more questions help."
    else:
        words = "The strongest parts change places from seed to seed; more questions help."
    return [Reading("Stable", f"{trust.stability:.2f}", words, meaning, trust.stability < LOOSE)]


def _agreement(trust: Trust) -> list[Reading]:
    if not trust.agreements:
        return []
    mean = float(np.mean([one.correlation for one in trust.agreements]))
    words = ", ".join(f"{one.title} {one.correlation:.2f}" for one in trust.agreements)
    degree = "much alike" if mean >= STEADY else "partly alike" if mean >= LOOSE else "otherwise"
    meaning = "Rank correlation (Spearman) of the strongest parts with those by each other method; 1 at best."
    return [
        Reading("Agreement", f"{mean:.2f}", f"Other methods rank the parts {degree}: {words}.", meaning, mean < LOOSE)
    ]
