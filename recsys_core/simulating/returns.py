"""Who comes on a day: by satisfaction, by habit, and as long as they have not left for good."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from recsys_core.simulating.assumptions import Assumptions
from recsys_core.simulating.luck import Keys, keys, normal, uniform
from recsys_core.types import Bool, Float64, Int64

PACE = 1 / 7  # habit is a mean over about a week
NATURE, COMING, LEAVING = 1, 2, 3  # what a person's luck is asked about


class Crowd:
    """N people as they are from day to day.

    On the first day everybody comes. On a later one, somebody who has not left for good comes with probability

        σ(logit c + nature_u + h · (habit_u − c) + r · mood_u)

    with the probability c of a middling person, habit as the share of the last days on which they came, and mood, which
    is satisfaction: 0 at first, from −1 to 1. They leave before a day with probability churn · (1 − mood_u).

    Args:
        luck: a key for each of the N.
        how: what is assumed.
    """

    def __init__(self, luck: Keys, how: Assumptions) -> None:
        self.how, self.luck = how, luck
        self.nature = logit(how.coming) + how.variety * normal(keys(luck, NATURE))
        self.here: Bool = np.ones(len(luck), dtype=bool)
        self.habit = np.full(len(luck), how.coming)
        self.mood = np.zeros(len(luck))

    def comes(self, day: int) -> Bool:
        """Bool[N], who comes on a day; days are asked for one after the other."""
        how = self.how
        if day == 0:
            coming = self.here.copy()
        else:
            self.here &= uniform(keys(self.luck, LEAVING, day)) >= how.churn * (1 - self.mood)
            odds = self.nature + how.habit * (self.habit - how.coming) + how.return_pull * self.mood
            coming = self.here & (uniform(keys(self.luck, COMING, day)) < expit(odds))
        self.habit += PACE * (coming - self.habit)
        self.mood *= 1 - how.forgetting
        return coming

    def feels(self, who: Int64, pleased: Int64, disappointed: Int64) -> None:
        """A visit of some of them with so many clicks that please and that disappoint."""
        how, mood = self.how, self.mood[who]
        mood = _towards(mood, 1.0, 1 - (1 - how.delight) ** pleased)
        mood = _towards(mood, -1.0, 1 - (1 - how.letdown) ** disappointed)
        self.mood[who] = _towards(mood, -1.0, how.boredom * (pleased + disappointed == 0))


def _towards(mood: Float64, end: float, part: NDArray[np.floating]) -> Float64:
    """The mood after a part of the way to an end."""
    return mood + (end - mood) * part
