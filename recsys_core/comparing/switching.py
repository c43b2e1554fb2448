"""Who gains and who loses when one model takes the place of another."""

from dataclasses import dataclass

import numpy as np

from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser, as_it_is
from recsys_core.types import Float64, Int64

SAME = 0.0005  # smaller differences are read as 0


@dataclass(frozen=True)
class Switch:
    """Each person before and after.

    Attributes:
        users: Int64[n].
        before, after: Float64[n], the figure of each.
        gain: Float64[n], how much better it is afterwards, whichever direction of the figure is better.
        worse, better, same: shares of the people, with 95 % intervals.
    """

    users: Int64
    before: Float64
    after: Float64
    gain: Float64
    worse: Estimate
    better: Estimate
    same: Estimate

    @property
    def moved(self) -> Int64:
        """Positions of those who see a difference, who loses most first."""
        order = np.argsort(self.gain, kind="stable")
        return order[np.abs(self.gain[order]) >= SAME]

    def losers(self, most: int) -> Int64:
        """Positions of those who lose most, at most so many."""
        moved = self.moved[:most]
        return moved[self.gain[moved] < 0]

    def winners(self, most: int) -> Int64:
        """Positions of those who gain most, at most so many."""
        moved = self.moved[::-1][:most]
        return moved[self.gain[moved] > 0]

    def in_words(self, before: str, after: str) -> str:
        """ "12 % of people get worse when you switch from A to B, 9 % get better, 79 % see no difference." """
        return (
            f"{percent(self.worse.value)} of people get worse when you switch from {before} to {after}, "
            f"{percent(self.better.value)} get better, {percent(self.same.value)} see no difference."
        )


def switching(before: PerUser, after: PerUser, higher_is_better: bool) -> Switch:
    """Everybody's own figure with both; they are over the same people."""
    first, second = (one.finish(one.numerator / one.denominator) for one in (before, after))
    gain = second - first if higher_is_better else first - second
    who = {"worse": gain <= -SAME, "better": gain >= SAME, "same": np.abs(gain) < SAME}
    shares = {
        name: PerUser(after.users, mask.astype(np.float64), np.ones(len(gain)), as_it_is) for name, mask in who.items()
    }
    intervals = bootstrap(shares, 0)
    told = {name: Estimate(part.value(), *intervals[name]) for name, part in shares.items()}
    return Switch(after.users, first, second, gain, told["worse"], told["better"], told["same"])


def percent(share: float) -> str:
    """A share in whole percents, which are neither 0 of something nor 100 of less than all."""
    if 0 < share < 0.005:
        return "under 1 %"
    return "over 99 %" if 0.995 < share < 1 else f"{100 * share:.0f} %"
