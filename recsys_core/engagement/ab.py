"""Two impression logs as the arms of a test: which is clicked more, at every moment while they came in."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_core.data.impressions.click_profile import overall_rate, rate_text
from recsys_core.data.impressions.log import Impressions
from recsys_core.data.impressions.rates import Rates
from recsys_core.data.profiling.timeline import isoformat
from recsys_core.errors import ConfigError
from recsys_core.statistics.anytime import anytime_reach
from recsys_core.types import Float64, Int64, Json

LOOKS = 60
FEWEST = 10  # clicks and people of an arm, from which on a normal distribution will do
TINY = 1e-12  # an error that is rounding alone: all people do the same
TYPICAL = 0.5  # of the rate: a difference that intervals are made for; one too small would cost more than one too large


@dataclass(frozen=True)
class Readout:
    """The click-through rate of one log less that of another, at L looks from the first that says anything.

    The intervals hold at all looks at once with 95 %, so that one may look at any time and stop when one likes.

    Attributes:
        arms: what the logs are called, first the one that is compared with.
        rates: of all impressions of each arm, each with an interval for one look.
        times: Int64[L], unix seconds of the looks; None where a log has no times, and then L is 1.
        difference, low, high: Float64[L], second less first. Empty where an arm has too few clicks.
        people: in each arm; None where a log has none.
        in_both: people who are in both arms.
        together: of the time from the first impression of all to the last, the share in which both arms were shown.
    """

    arms: tuple[str, str]
    rates: tuple[Rates, Rates]
    times: Int64 | None
    difference: Float64
    low: Float64
    high: Float64
    people: tuple[int, int] | None
    in_both: int
    together: float | None

    @property
    def leader(self) -> int | None:
        """Which arm is clicked more, 0 or 1; None while that is open."""
        if not len(self.difference) or not (self.low[-1] > 0 or self.high[-1] < 0):
            return None
        return int(self.low[-1] > 0)

    @property
    def since(self) -> int | None:
        """The unix second from which on the leader was clear without a break.

        None without a leader or times, or where the arms were not shown together.
        """
        if self.leader is None or self.times is None or self.is_apart:
            return None
        clear = self.low > 0 if self.leader else self.high < 0
        return int(self.times[len(clear) - int(np.argmin(np.append(clear[::-1], False)))])

    @property
    def is_apart(self) -> bool:
        """Whether there is a time in which only one of the arms was shown, more than a tenth of it all."""
        return self.together is not None and self.together < 0.9

    def verdict(self) -> str:
        """What the test says, in a sentence or two."""
        if not len(self.difference):
            return f"It is too early to say: each arm needs {FEWEST} clicks, by {FEWEST} people who differ."
        one, two = (rate_text(float(rate.values[0])) for rate in self.rates)
        gap, low, high = (100 * float(ends[-1]) for ends in (self.difference, self.low, self.high))
        interval = f"{gap:+.2f} points (95% interval at every look {low:+.2f} to {high:+.2f})".replace("-", "−")
        if self.leader is None:
            return (
                f"No winner yet: {self.arms[1]} is clicked in {two} and {self.arms[0]} in {one} of impressions, "
                f"{interval}, which leaves room for either."
            )
        better, rates = self.arms[self.leader], (two, one) if self.leader else (one, two)
        since = "" if self.since is None else f" That is clear since {isoformat(np.array([self.since]))[0][:10]}."
        return f"{better} is clicked more: {rates[0]} against {rates[1]}, {interval}.{since}"

    def cautions(self) -> list[str]:
        """What may be wrong with taking the two logs for the arms of a test."""
        found = []
        if self.is_apart:
            found.append(
                f"Both were shown in only {self.together:.0%} of the time. What changed with time is in the difference "
                "too."
            )
        if self.people is None:
            found.append(
                "A log names no people, so impressions count as independent. Where people see several, the interval is "
                "too narrow."
            )
        if self.in_both:
            found.append(
                f"{self.in_both:,} people are in both logs. The interval knows that, but what they saw in one may have "
                "moved what they clicked in the other."
            )
        return found

    def as_json(self) -> Json:
        arms = [
            {"log": name, **rate.rows()[0], "people": None if self.people is None else self.people[place]}
            for place, (name, rate) in enumerate(zip(self.arms, self.rates, strict=True))
        ]
        when = [None] * len(self.difference) if self.times is None else isoformat(self.times)
        columns = (when, self.difference.tolist(), self.low.tolist(), self.high.tolist())
        return {
            "arms": arms,
            "looks": [
                dict(zip(("time", "difference", "low", "high"), row, strict=True)) for row in zip(*columns, strict=True)
            ],
            "leader": None if self.leader is None else self.arms[self.leader],
            "clear_since": None if self.since is None else isoformat(np.array([self.since]))[0],
            "people_in_both": self.in_both,
            "together": self.together,
            "verdict": self.verdict(),
            "cautions": self.cautions(),
        }


def readout(one: Impressions, two: Impressions, names: tuple[str, str] | None = None) -> Readout:
    """Compare two logs of impressions that were shown at the same time to people drawn by chance.

    People bring several impressions each, so standard errors are over people, in both arms where they are in both.

    Args:
        one: the arm that the other one is compared with.
        names: what to call the arms; as the logs are called unless said otherwise.

    Raises:
        ConfigError: it is the same log twice.
    """
    if one.fingerprint == two.fingerprint:
        raise ConfigError("Both arms are the same log.", "Choose another log for one of them.", "same-log")
    both = one.times is not None and two.times is not None
    sums = list(_up_to_each_look(one, two, LOOKS if both else 1))
    found = {place: look.difference() for place, look in enumerate(sums) if look.is_enough}
    ready = [place for place, (_, error) in found.items() if error > TINY]
    difference, errors = np.array([found[place] for place in ready]).reshape(-1, 2).T
    reach = anytime_reach(errors, TYPICAL * sums[ready[0]].rate) if ready else errors
    named = one.users is not None and two.users is not None
    return Readout(
        names or (one.name, two.name),
        (overall_rate(one), overall_rate(two)),
        np.array([sums[place].moment for place in ready], dtype=np.int64) if both else None,
        difference,
        difference - reach,
        difference + reach,
        (len(one.user_ids), len(two.user_ids)) if named else None,
        len(np.intersect1d(one.user_ids.values, two.user_ids.values)) if named else 0,
        _together(one.times, two.times) if one.times is not None and two.times is not None else None,
    )


@dataclass(frozen=True)
class _Sums:
    """What came in up to a look, in four columns: clicks and impressions of the first arm, then of the second.

    Attributes:
        moment: unix second of the look.
        totals: Float64[4]. products: Float64[4, 4], sums over people of their products.
        people: how many are in each arm.
    """

    moment: int
    totals: Float64
    products: Float64
    people: tuple[int, int]

    @property
    def is_enough(self) -> bool:
        return min(*self.totals[::2], *self.people) >= FEWEST

    @property
    def rate(self) -> float:
        """Of both arms together."""
        return float(self.totals[::2].sum() / self.totals[1::2].sum())

    def difference(self) -> tuple[float, float]:
        """Of the rates, second less first, and its standard error: that of linearised ratios, over people."""
        clicks, shown = self.totals[::2], self.totals[1::2]
        one, two = clicks / shown
        weights = np.array([-1 / shown[0], one / shown[0], 1 / shown[1], -two / shown[1]])
        return two - one, float(np.sqrt(max(weights @ self.products @ weights, 0.0)))


def _up_to_each_look(one: Impressions, two: Impressions, looks: int) -> Iterator[_Sums]:
    """The sums after each of so many about equal parts of all impressions, in the order of time.

    A part ends where a second does: what is of the same time stands in no order.
    """
    times = np.concatenate([np.zeros(len(log), np.int64) if log.times is None else log.times for log in (one, two)])
    order = np.argsort(times, kind="stable")
    columns = np.repeat([1, 3], [len(one), len(two)])
    clicks = np.concatenate([one.clicks, two.clicks])
    ends = np.cumsum([len(part) for part in np.array_split(order, looks) if len(part)])
    ends = np.unique(np.searchsorted(times[order], times[order[ends - 1]], side="right"))
    parts = np.split(order, ends[:-1])
    people = _codes(one, two)
    n = 0 if people is None else int(people.max()) + 1
    each, totals = np.zeros((n, 4)), np.zeros(4)
    for part in parts:
        column, clicked = columns[part], clicks[part]
        totals += np.bincount(column, minlength=4) + np.bincount(column[clicked] - 1, minlength=4)
        moment = int(times[part[-1]])
        if people is None:  # each impression is somebody else's
            yield _Sums(moment, totals.copy(), _alone(totals), (int(totals[1]), int(totals[3])))
            continue
        cells = 4 * people[part] + column
        for counted in (cells, cells[clicked] - 1):
            each += np.bincount(counted, minlength=4 * n).reshape(n, 4)
        there = (each[:, 1::2] > 0).sum(axis=0)
        yield _Sums(moment, totals.copy(), each.T @ each, (int(there[0]), int(there[1])))


def _alone(totals: Float64) -> Float64:
    """Sums of products where each impression stands for itself: a click is 1, and one is 1."""
    products = np.diag(totals)
    for clicks in (0, 2):
        products[clicks, clicks + 1] = products[clicks + 1, clicks] = totals[clicks]
    return products


def _codes(one: Impressions, two: Impressions) -> Int64 | None:
    """Who saw each impression of both logs, so that the same id is the same person; None where a log names nobody."""
    if one.users is None or two.users is None:
        return None
    codes, _ = pd.factorize(np.concatenate([one.user_ids.values, two.user_ids.values]))
    first = len(one.user_ids)
    return np.concatenate([codes[:first][one.users], codes[first:][two.users]])


def _together(one: Int64, two: Int64) -> float:
    """Of the time from the first impression to the last, the share between the later start and the earlier end."""
    whole = max(one.max(), two.max()) - min(one.min(), two.min())
    shared = min(one.max(), two.max()) - max(one.min(), two.min())
    return float(max(shared, 0) / whole) if whole else 1.0
