"""What votes say so far, and whether one may stop asking.

The host watches all the time and stops when it suits, so an interval that holds for one look would be wrong far more
often than it says. A confidence sequence (``statistics/anytime.py``) holds at all looks at once; so it is wider. What a
vote is about is the share of the first model among those who have a preference; who sees no difference is counted
apart. Interleaving both lists into one needs fewer guests, but they could not see what they choose between.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from recsys_core.data.findings import counted
from recsys_core.statistics.anytime import anytime_share
from recsys_core.voting.ballot import Choice


class Standing(Enum):
    """Where a vote stands."""

    OPEN = "open"
    FIRST = "first"
    SECOND = "second"
    NO_DIFFERENCE = "no difference"


@dataclass(frozen=True)
class Tally:
    """Ballots of a vote, counted.

    Attributes:
        worth: as in :class:`Poll`.
    """

    first: int
    second: int
    neither: int
    worth: float

    @classmethod
    def of(cls, choices: Sequence[Choice], worth: float) -> "Tally":
        """The tally of these ballots."""
        times = Counter(choices)
        return cls(times[Choice.FIRST], times[Choice.SECOND], times[Choice.NEITHER], worth)

    @property
    def decided(self) -> int:
        """Ballots with a preference."""
        return self.first + self.second

    @property
    def votes(self) -> int:
        return self.decided + self.neither

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 95 % confidence sequence for the share of the first among those with a preference."""
        return anytime_share(self.first, self.decided)

    @property
    def standing(self) -> Standing:
        """Whether one may stop: all of the interval on one side of one half, or all of it too close to matter."""
        low, high = self.interval
        if low > 0.5:
            return Standing.FIRST
        if high < 0.5:
            return Standing.SECOND
        if low > 1 - self.worth and high < self.worth:
            return Standing.NO_DIFFERENCE
        return Standing.OPEN

    def verdict(self, names: tuple[str, str], is_open: bool = True) -> str:
        """Where the vote stands, in a sentence.

        Args:
            names: what to call the first and the second.
            is_open: whether more votes may come.
        """
        low, high = self.interval
        settled = "You may stop" if is_open else "Decided"
        lead = f"{100 * self.worth:.0f} to {100 - 100 * self.worth:.0f}"
        if self.standing is Standing.FIRST:
            return f"{settled}: {names[0]} is preferred, by {_of_hundred(low, high)} who have a preference."
        if self.standing is Standing.SECOND:
            return f"{settled}: {names[1]} is preferred, by {_of_hundred(1 - high, 1 - low)} who have a preference."
        if self.standing is Standing.NO_DIFFERENCE:
            return f"{settled}: no difference worth noticing. Neither leads by as much as {lead}."
        needed = votes_needed(self.worth)
        so_far = f"{'Still open' if is_open else 'Undecided'}: {counted(self.decided, 'vote')} with a preference"
        if self.decided < needed:
            return f"{so_far}, of about {needed} that a lead of {lead} needs."
        return f"{so_far}. A lead of {lead} would show by {needed} more often than not."


@lru_cache(maxsize=32)
def votes_needed(worth: float) -> int:
    """With so many preferences a lead of just this share shows, if the votes fall as they do on average."""
    number = 1
    while anytime_share(round(worth * number), number)[0] <= 0.5:
        number += 1
    return number


@dataclass(frozen=True)
class Step:
    """The share of the first model after some preferences, with its interval."""

    preferences: int
    share: float
    low: float
    high: float


def course(choices: Sequence[Choice]) -> list[Step]:
    """How the share went, one step for each ballot with a preference."""
    steps, first = [], 0
    decided = [choice for choice in choices if choice is not Choice.NEITHER]
    for number, choice in enumerate(decided, start=1):
        first += choice is Choice.FIRST
        steps.append(Step(number, first / number, *anytime_share(first, number)))
    return steps


def _of_hundred(low: float, high: float) -> str:
    return f"{100 * low:.0f} to {100 * high:.0f} of 100"
