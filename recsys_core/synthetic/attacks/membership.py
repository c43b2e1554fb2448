"""Whether generated people betray whom their generator learned from: membership inference, with a person as the unit.

The generator learns from some people; others, drawn like them, are the control. Attackers who know the whole history
of everybody guess who was learned from. What counts is the attacker that guesses best, and not only on average: an
attack that is sure of a few is a breach too, so the share of members that it finds at 1 % false alarms stands beside
the area under its ROC curve (Carlini et al., Membership Inference Attacks From First Principles, IEEE S&P 2022).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
from scipy.stats import rankdata

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.statistics.bootstrap import percentiles
from recsys_core.statistics.estimates import FEWEST_FOR_INTERVAL, Estimate
from recsys_core.synthetic.attacks.attackers import ATTACKERS
from recsys_core.synthetic.judging.aspects import Curve
from recsys_core.synthetic.judging.pair import met
from recsys_core.types import Bool, Float64, Int64, Json

ASKED_AREA, ASKED_FOUND = 0.60, 0.03
FALSE_ALARMS = 0.01
MOST_PEOPLE = 4000  # of members, of controls and of generated people each
RESAMPLES, MOST_DRAWS = 2000, 50_000_000
LEVEL = 0.05
MOST_POINTS = 300


@dataclass(frozen=True)
class Scores:
    """What the attackers say in one split.

    Attributes:
        members, controls: Int64[m] and Int64[c], who they are, the same numbers for the same people in every split.
        of: of each attacker, by its key, the scores of the members and of the controls.
    """

    members: Int64
    controls: Int64
    of: dict[str, tuple[Float64, Float64]]


def attack(
    members: Histories,
    controls: Histories,
    synthetic: Dataset,
    seed: int,
    people: tuple[Int64, Int64] | None = None,
) -> Scores:
    """Guess who was learned from.

    At most 4,000 of each are looked at, drawn at random. Nobody without a history is asked about.

    Args:
        members: what the generator learned of each person; controls: the same of people whom it did not learn from.
        synthetic: what it generated, over the same items.
        seed: of what is drawn.
        people: who they are; given where some are asked about in several splits.

    Raises:
        ModelError: there are other items, or nobody to ask about, or nobody generated.
    """
    if not members.n_items == controls.n_items == synthetic.n_items:
        raise ModelError(
            f"The generated people have {synthetic.n_items:,} items, the real ones {members.n_items:,}.",
            "Generate as many items as there are in the real data.",
            "other-items",
        )
    rng = np.random.default_rng(seed)
    names = people or (np.arange(len(members)), len(members) + np.arange(len(controls)))
    asked = [_some_active(side, rng) for side in (members, controls)]
    generated = Histories.from_interactions(synthetic.interactions)
    generated = generated.take(_some_active(generated, rng))
    if not (len(asked[0]) and len(asked[1]) and len(generated)):
        raise ModelError(
            "Whom a generator learned from can be asked only where there are members, others, and generated people.",
            "Generate more people, or bring more data.",
            "nobody-to-ask",
        )
    rows = met(_joined(members.take(asked[0]), controls.take(asked[1])))
    theirs, m = met(generated), len(asked[0])
    told = {attacker.key: attacker.scores(rows, theirs) for attacker in ATTACKERS}
    return Scores(
        names[0][asked[0]], names[1][asked[1]], {key: (scores[:m], scores[m:]) for key, scores in told.items()}
    )


def _some_active(people: Histories, rng: np.random.Generator) -> Int64:
    active = np.flatnonzero(people.lengths())
    return active if len(active) <= MOST_PEOPLE else np.sort(rng.choice(active, MOST_PEOPLE, replace=False))


def _joined(one: Histories, other: Histories) -> Histories:
    indptr = np.concatenate([one.indptr, one.indptr[-1] + other.indptr[1:]])
    items, values = (np.concatenate([getattr(side, name) for side in (one, other)]) for name in ("items", "values"))
    return Histories(indptr, items, values, None, one.n_items)


@dataclass(frozen=True)
class Attack:
    """What one attacker achieves over all splits, with 95 % intervals over people.

    Attributes:
        area: under the ROC curve; 0.5 is guessing.
        found: the share of members that are found at 1 % false alarms; guessing finds 1 %. Between two points of the
            curve it is interpolated, as if the attacker threw a coin: of fewer than a hundred controls even a single
            false alarm is more than 1 %.
        roc: shares of false alarms and of members found.
        sure_area: what the area is at least, surely for all attackers together; None of fewer than ten people.
    """

    key: str
    title: str
    area: Estimate
    found: Estimate
    roc: Curve
    sure_area: float | None

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What ``asdict`` gave."""
        figures = {name: Estimate(**about[name]) for name in ("area", "found")}
        return cls(**{**about, **figures, "roc": Curve(**about["roc"])})


@dataclass(frozen=True)
class Membership:
    """What attackers achieve.

    Attributes:
        attacks: of every attacker.
        people: how many were asked about; splits: in so many ways; controls: cases that were not learned from.
    """

    attacks: tuple[Attack, ...]
    people: int
    splits: int
    controls: int

    @classmethod
    def pool(cls, scores: Sequence[Scores], seed: int = 0) -> Self:
        """Over several splits, in which scores become ranks first, since units may differ from split to split.

        Intervals are over people: whoever is asked about in several splits is drawn in all of them together.
        """
        names = np.concatenate([name for one in scores for name in (one.members, one.controls)])
        distinct, person = np.unique(names, return_inverse=True)
        is_member = np.concatenate([np.repeat([True, False], [len(one.members), len(one.controls)]) for one in scores])
        rng = np.random.default_rng(seed)
        times = int(np.clip(MOST_DRAWS // len(names), 200, RESAMPLES))
        drawn_times = rng.multinomial(len(distinct), np.full(len(distinct), 1 / len(distinct)), times)
        weights = np.concatenate([np.ones((1, len(distinct)), dtype=np.int64), drawn_times])[:, person]
        attacks = []
        for attacker in ATTACKERS:
            ranks = np.concatenate([_ranks(np.concatenate(one.of[attacker.key])) for one in scores])
            levels, place = np.unique(-ranks, return_inverse=True)
            curves = (_curve(place, len(levels), is_member, each) for each in weights)
            figures = [(float(np.trapezoid(found, alarms)), _height(alarms, found)) for alarms, found in curves]
            areas, founds = (np.array([figure[place] for figure in figures]) for place in (0, 1))
            enough = len(distinct) >= FEWEST_FOR_INTERVAL
            area, found = (
                Estimate(float(each[0]), *(percentiles(each[1:], len(distinct)) if enough else (None, None)))
                for each in (areas, founds)
            )
            roc = _thinned(*_curve(place, len(levels), is_member, weights[0]))
            sure = float(np.quantile(areas[1:], LEVEL / len(ATTACKERS))) if enough else None
            attacks.append(Attack(attacker.key, attacker.title, area, found, roc, sure))
        return cls(tuple(attacks), len(distinct), len(scores), int((~is_member).sum()))

    @property
    def worst(self) -> Attack:
        """The attacker with the largest area, whose figures count."""
        return max(self.attacks, key=lambda attack: attack.area.value)

    @property
    def is_good(self) -> bool:
        """Whether even this one finds no more than is asked."""
        return self.worst.area.value <= ASKED_AREA and self.worst.found.value <= ASKED_FOUND

    @property
    def is_above_chance(self) -> bool:
        """Whether some attacker surely does better than guessing."""
        return any(one.sure_area is not None and one.sure_area > 0.5 for one in self.attacks)

    def verdict(self) -> str:
        """One or two sentences for people."""
        area, found = self.worst.area, self.worst.found
        figures = (
            f"the best of {len(self.attacks)} attacks (“{self.worst.title}”) reaches an area of {_with(area, '.2f')} "
            f"and finds {_with(found, '.1%')} of the members at 1 % false alarms."
        )
        some = self.controls * FALSE_ALARMS >= 1 and found.low is not None and found.low > FALSE_ALARMS
        if not self.is_good and not (some or self.is_above_chance):
            return f"There are too few people to tell whether those who were learned from can be guessed: {figures}"
        if not self.is_good:
            return f"Whom the generator learned from can be guessed: {figures}"
        if self.is_above_chance:
            return f"Guessing whom the generator learned from works a little, no more than is asked: {figures}"
        return f"Nobody can tell whom the generator learned from better than by guessing: {figures}"

    def as_json(self) -> Json:
        """Plain data, curves and all."""
        return {
            **asdict(self),
            "worst": self.worst.key,
            "is_good": self.is_good,
            "asked": {"area": ASKED_AREA, "found": ASKED_FOUND},
            "verdict": self.verdict(),
        }

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What :meth:`as_json` gave."""
        attacks = tuple(Attack.from_json(attack) for attack in about["attacks"])
        return cls(attacks, about["people"], about["splits"], about["controls"])


def _with(figure: Estimate, form: str) -> str:
    interval = "" if figure.low is None else f" [{figure.low:{form}}, {figure.high:{form}}]"
    return f"{figure.value:{form}}{interval}"


def _ranks(scores: Float64) -> Float64:
    """In 0..1, ties in the middle of theirs."""
    return (rankdata(scores) - 0.5) / len(scores)


def _curve(place: Int64, n_levels: int, is_member: Bool, weights: Int64) -> tuple[Float64, Float64]:
    """False alarms and members found, shares from 0 to 1, where more and more levels of the score are believed."""
    found, alarms = (
        np.concatenate([[0.0], np.bincount(place, weights * mask, n_levels).cumsum()])
        for mask in (is_member, ~is_member)
    )
    return alarms / max(alarms[-1], 1.0), found / max(found[-1], 1.0)


def _height(alarms: Float64, found: Float64) -> float:
    """Of the curve at 1 % false alarms: the most that is found with no more, and a part of the step that follows."""
    last = int(np.searchsorted(alarms, FALSE_ALARMS + 1e-12, side="right")) - 1
    if last == len(alarms) - 1:
        return float(found[last])
    part = (FALSE_ALARMS - alarms[last]) / (alarms[last + 1] - alarms[last])
    return float(found[last] + part * (found[last + 1] - found[last]))


def _thinned(alarms: Float64, found: Float64) -> Curve:
    """At most 300 points, most of them where alarms are few."""
    keep = np.unique(np.geomspace(1, len(alarms), MOST_POINTS).round().astype(np.int64)) - 1
    return Curve(alarms[keep].tolist(), found[keep].tolist())
