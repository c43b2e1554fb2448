"""Figures of a part of what is judged: items and people that a model has met, and those that are new to it.

One figure over everything hides what matters when a catalogue grows: a model may serve everybody well and never show a
new item. So wherever test events hold something new, lists are drawn from the new items alone, and from the others
alone, and judged again; and people of whom little or nothing is known are judged by themselves.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from recsys_core.data.findings import counted
from recsys_core.metrics import METRICS, RankingMetric, metric_label
from recsys_core.metrics.ranked_truth import RankedTruth, by_chance, ranked_truth
from recsys_core.splitting import Holdout
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser, as_it_is
from recsys_core.types import Float32, Float64, Int32, Int64, Json

_RANKING = [metric for metric in METRICS if isinstance(metric, RankingMetric)]
FEW_EVENTS = 5  # of a person; more tell most models enough (see comparing/thermometer.py)


class Side(StrEnum):
    """Which part it is."""

    NEW_ITEMS = "new-items"  # without training events
    MET_ITEMS = "met-items"  # told where there are new ones as well
    FEW_EVENTS = "few-events"  # people with at most so many known events
    NO_EVENTS = "no-events"  # people of whom nothing is known, by models that can be asked about them


@dataclass(frozen=True)
class Apart:
    """Ranking metrics of a part.

    Attributes:
        items: how many items lists were drawn from.
        per_user: name such as "ndcg@10" → figures of the people who have some of them to find.
        chance: the same of lists in random order, exactly, over the same people.
        estimates: the figures with their intervals over people.
    """

    items: int
    per_user: dict[str, PerUser]
    chance: dict[str, PerUser]
    estimates: dict[str, Estimate]

    @property
    def people(self) -> int:
        return len(next(iter(self.per_user.values())).users)

    def as_json(self) -> Json:
        """Figures with their intervals, and what chance gives."""
        return {
            "items": self.items,
            "people": self.people,
            "metrics": {
                name: vars(estimate) | {"chance": self.chance[name].value()}
                for name, estimate in self.estimates.items()
            },
        }


class Judge:
    """Takes chunks of scores and judges one part of them."""

    def __init__(self, items: Int64, users: Int64, holdout: Holdout, ks: tuple[int, ...]) -> None:
        """Args:
        items: lists are drawn from these.
        users: only these people are judged.
        holdout: which the scores are of.
        ks: list lengths.
        """
        self._ks, self._items = ks, items
        self._column = np.full(holdout.known.n_items, -1, dtype=np.int32)
        self._column[items] = np.arange(len(items))
        self._is_judged = np.zeros(len(holdout.known), dtype=bool)
        self._is_judged[users] = True
        self._users: list[Int64] = []
        self._figures: list[tuple[Float64, Float64]] = []  # found and by chance, (metrics, B)

    def add(self, users: Int64, scores: Float32, people: Int64, relevant: Int32) -> None:
        """Judge a chunk.

        Args:
            users: Int64[B].
            scores: Float32[B, I], −inf for items that may not be shown.
            people: Int64[T], the row of each relevant item, ascending.
            relevant: Int32[T], the relevant items.
        """
        columns = self._column[relevant]
        mine = (columns >= 0) & self._is_judged[users[people]]
        if not mine.any():
            return
        rows, person = np.unique(people[mine], return_inverse=True)
        among = scores[rows] if len(self._items) == scores.shape[1] else scores[np.ix_(rows, self._items)]
        self._users.append(users[rows])
        given = among, person, columns[mine], max(self._ks)
        self._figures.append((self._judged(ranked_truth(*given)), self._judged(by_chance(*given))))

    def _judged(self, truth: RankedTruth) -> Float64:
        return np.stack([metric.per_user(truth, k) for metric in _RANKING for k in self._ks])

    def result(self, seed: int) -> Apart | None:
        """What all chunks came to; None where nobody has anything of this part to find.

        Args:
            seed: of the bootstrap.
        """
        if not self._users:
            return None
        users, names = np.concatenate(self._users), [f"{metric.about.key}@{k}" for metric in _RANKING for k in self._ks]
        ones = np.ones(len(users))
        found, chance = (
            {
                name: PerUser(users, column, ones, as_it_is)
                for name, column in zip(names, np.concatenate(chunks, axis=1), strict=True)
            }
            for chunks in zip(*self._figures, strict=True)
        )
        intervals = bootstrap(found, seed)
        estimates = {name: Estimate(part.value(), *intervals[name]) for name, part in found.items()}
        return Apart(len(self._items), found, chance, estimates)


def judges(holdout: Holdout, ks: tuple[int, ...]) -> dict[Side, Judge]:
    """One for each part that the held-out events hold; none where nothing is new."""
    everybody, listed = holdout.warm_users, holdout.listed
    found = {}
    if np.isin(holdout.relevant.items, holdout.unmet).any():
        found[Side.NEW_ITEMS] = Judge(np.intersect1d(listed, holdout.unmet), everybody, holdout, ks)
        found[Side.MET_ITEMS] = Judge(np.setdiff1d(listed, holdout.unmet), everybody, holdout, ks)
    few = everybody[holdout.known.lengths()[everybody] <= FEW_EVENTS]
    if len(few):
        found[Side.FEW_EVENTS] = Judge(listed, few, holdout, ks)
    return found


def judge_of_unknown(holdout: Holdout, ks: tuple[int, ...]) -> Judge:
    """One for people with something to find of whom nothing is known."""
    return Judge(holdout.listed, holdout.cold_users, holdout, ks)


def sentences(about: Json, metric: str = "ndcg@10") -> list[str]:
    """What the card of a run tells of its parts, by a ranking metric; none where nothing was new.

    "Among the 336 items that it never met: NDCG@10 0.123 [0.110, 0.136] over 940 people; by chance 0.045."
    """
    return [
        told for side in Side if side in about.get("apart", {}) and (told := sentence(about["apart"], side, metric))
    ]


def sentence(apart: Json, side: Side, metric: str = "ndcg@10") -> str:
    """What was measured of one part; "" for a metric that does not judge lists by what is relevant."""
    part = apart[side]
    if metric not in part["metrics"]:
        return ""
    figure, people = part["metrics"][metric], counted(part["people"], "person")
    interval = "" if figure["low"] is None else f" [{figure['low']:.3f}, {figure['high']:.3f}]"
    measured = f"{metric_label(metric)} {figure['value']:.3f}{interval}"
    chance = f"by chance {figure['chance']:.3f}"
    if side in (Side.NEW_ITEMS, Side.MET_ITEMS):
        met = "never met" if side is Side.NEW_ITEMS else "met"
        return f"Among the {counted(part['items'], 'item')} that it {met}: {measured} over {people}; {chance}."
    known = f"at most {FEW_EVENTS} events are" if side is Side.FEW_EVENTS else "nothing is"
    return f"Of {people} of whom {known} known: {measured}; {chance}."
