"""Day after day: people come, look, click, and are satisfied or not."""

from dataclasses import dataclass

import numpy as np

from recsys_core.simulating.assumptions import Assumptions
from recsys_core.simulating.clicks import Deck, Shelf
from recsys_core.simulating.luck import keys
from recsys_core.simulating.returns import Crowd
from recsys_core.types import Bool, Float32, Int64

ITEM, PERSON = 1, 2  # what luck is asked about


@dataclass(frozen=True)
class Course:
    """What n people did in each of R repetitions; simulated.

    Attributes:
        users: Int64[n].
        came: Bool[days, R, n].
        shown, pleased, disappointed: Int64[R, n], items shown in all, clicks that pleased, and that disappointed.
    """

    users: Int64
    came: Bool
    shown: Int64
    pleased: Int64
    disappointed: Int64

    @property
    def clicks(self) -> Int64:
        """Int64[R, n]."""
        return self.pleased + self.disappointed


def simulate(
    users: Int64, deck: Deck, told: Float32, how: Assumptions, days: int, repetitions: int, rng: np.random.Generator
) -> Course:
    """The course of some days with the lists of one model; simulated.

    Args:
        users: Int64[n], who they are: the same person has the same luck with every model.
        deck: what the model shows them. told: Float32[n, D], how much they like it, as :class:`Shelf` has it.
        how: what is assumed.
        days: how many.
        repetitions: how often it is told anew, with other luck.
        rng: one in the same state gives each model the same luck.
    """
    n = len(users)
    start = keys(rng.integers(2**63, size=1).astype(np.uint64), np.arange(repetitions)[:, None], users).ravel()
    shelf = Shelf(deck, told, np.tile(np.arange(n), repetitions), keys(start, ITEM), how, days)
    crowd = Crowd(keys(start, PERSON), how)
    came = np.empty((days, len(start)), dtype=bool)
    totals = np.zeros((3, len(start)), dtype=np.int64)
    for day in range(days):
        came[day] = crowd.comes(day)
        who = np.flatnonzero(came[day])
        shown, pleased, disappointed = shelf.visit(who)
        crowd.feels(who, pleased, disappointed)
        totals[:, who] += (shown, pleased, disappointed)
    return Course(users, came.reshape(days, repetitions, n), *totals.reshape(3, repetitions, n))
