"""Click-through rates of an impression log, each with an interval and its denominator."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy.special import bdtr, bdtrc

from recsys_core.data.impressions.log import NO_POSITION, Impressions
from recsys_core.data.interactions import Interactions
from recsys_core.data.profiling.timeline import DAY, isoformat, timeline
from recsys_core.types import Bool, Float64, Int64, Json, Strings

FEW = 100  # impressions; with fewer an item is not compared with others
MOST_IN_JSON = 100
_Z = 1.959964  # 95 %
_COARSER = {"minute": ("hour", 3600), "ten-minute span": ("hour", 3600), "six-hour span": ("day", DAY)}


def wilson(clicks: Int64, impressions: Int64) -> tuple[Float64, Float64]:
    """The 95 % score interval of a share (Wilson 1927, J. Am. Stat. Assoc. 22, 209-212).

    It takes impressions for independent of each other. Where the same people see many of them, it is too narrow.

    Args:
        clicks, impressions: Int64[n].

    Returns:
        Float64[n] each, low and high; 0 and 1 where there are no impressions.
    """
    n = np.maximum(impressions, 1)
    share = clicks / n
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    reach = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    low = np.where(clicks == 0, 0.0, centre - reach)  # exactly so on paper, but for rounding
    high = np.where(clicks == impressions, 1.0, centre + reach)
    return low, high


@dataclass(frozen=True)
class Rates:
    """Click-through rates of n groups of impressions.

    Attributes:
        impressions, clicks: Int64[n].
        values: Float64[n], clicks / impressions; NaN where there are no impressions.
        low, high: Float64[n], the ends of the Wilson interval.
    """

    impressions: Int64
    clicks: Int64
    values: Float64
    low: Float64
    high: Float64

    @classmethod
    def of(cls, clicks: Int64, impressions: Int64) -> "Rates":
        values = np.where(impressions > 0, clicks / np.maximum(impressions, 1), np.nan)
        return cls(impressions, clicks, values, *wilson(clicks, impressions))

    def __len__(self) -> int:
        return len(self.impressions)

    def take(self, rows: Int64 | Bool) -> "Rates":
        """The rates of these groups."""
        return Rates(self.impressions[rows], self.clicks[rows], self.values[rows], self.low[rows], self.high[rows])

    def apart(self, rate: float) -> tuple[int, int]:
        """How many intervals lie above this rate, and how many below."""
        return int((self.low > rate).sum()), int((self.high < rate).sum())

    def apart_by_chance(self, rate: float) -> tuple[float, float]:
        """How many that would be on average if this were the rate of all groups.

        A Wilson interval leaves out a rate p where the clicks lie more than z √(n p (1 - p)) from n p; the clicks of a
        group are binomial.
        """
        n = self.impressions
        reach = _Z * np.sqrt(n * rate * (1 - rate))
        above = bdtrc(np.floor(n * rate + reach), n, rate)
        fewest = np.ceil(n * rate - reach) - 1
        below = np.where(fewest >= 0, bdtr(np.maximum(fewest, 0), n, rate), 0.0)
        return float(above.sum()), float(below.sum())

    def rows(self) -> list[Json]:
        """Plain data, one row a group; a rate without impressions is None."""
        return [
            {"impressions": n, "clicks": clicks, "ctr": value if n else None, "low": low, "high": high}
            for n, clicks, value, low, high in zip(
                self.impressions.tolist(),
                self.clicks.tolist(),
                self.values.tolist(),
                self.low.tolist(),
                self.high.tolist(),
                strict=True,
            )
        ]


@dataclass(frozen=True)
class ByPosition:
    """Rates of P positions.

    Attributes:
        positions: Int64[P], ascending, as the file counts them.
        rates: of these positions.
        without: impressions that name no position.
        first, later: rates of the first position, and of all later ones together.
        difference: first less later, and the ends of its 95 % interval (Newcombe 1998, Stat. Med. 17, 873-890, method
            10); None where there is one position only.
    """

    positions: Int64
    rates: Rates
    without: int
    first: Rates
    later: Rates
    difference: tuple[float, float, float] | None


@dataclass(frozen=True)
class ByTime:
    """Rates of B consecutive buckets of time (UTC).

    Attributes:
        unit: "hour", "day", or longer for long logs.
        edges: Int64[B + 1] in unix seconds. labels: what people call each bucket.
        rates: of these buckets; some may have no impressions.
        outside: impressions in no bucket: strays far away in time from all others.
    """

    unit: str
    edges: Int64
    labels: list[str]
    rates: Rates
    outside: int


@dataclass(frozen=True)
class ClickProfile:
    """What an impression log looks like.

    Attributes:
        overall: of all impressions, one group.
        item_ids: Object[I]. items: rates of these items, as the log orders them.
        users: the number of people; None where the log has none.
        positions, times: None where the log has none.
        propensities: least, median and greatest of those that are known; None where none is.
    """

    name: str
    overall: Rates
    item_ids: Strings
    items: Rates
    users: int | None
    positions: ByPosition | None
    times: ByTime | None
    propensities: tuple[float, float, float] | None

    @property
    def impressions(self) -> int:
        return int(self.overall.impressions[0])

    @property
    def clicks(self) -> int:
        return int(self.overall.clicks[0])

    @property
    def ctr(self) -> float:
        """Clicks / impressions."""
        return float(self.overall.values[0])

    @property
    def interval(self) -> tuple[float, float]:
        return float(self.overall.low[0]), float(self.overall.high[0])

    @cached_property
    def comparable(self) -> Int64:
        """Positions of the items with at least 100 impressions, the highest low end of the interval first.

        The low end, and not the rate: of rates over few impressions the highest is mostly luck.
        """
        enough = np.flatnonzero(self.items.impressions >= FEW)
        return enough[np.lexsort((-self.items.impressions[enough], -self.items.low[enough]))]

    def sentences(self) -> list[str]:
        """What a person should know, most important first."""
        low, high = self.interval
        start = f"{self.clicks:,} of {self.impressions:,} impressions were clicked: {rate_text(self.ctr)}"
        sentences = [f"{start} (95% interval {rate_text(low)} to {rate_text(high)})."]
        if self.positions is not None:
            sentences.append(_position_sentence(self.positions))
        sentences.append(self._item_sentence())
        if self.propensities is not None:
            least, middle, greatest = self.propensities
            if least == greatest:
                sentences.append(f"Every propensity is {least:.4g}.")
            else:
                sentences.append(f"Propensities run from {least:.2g} to {greatest:.2g}, {middle:.2g} in the middle.")
        return sentences

    def _item_sentence(self) -> str:
        enough = self.items.take(self.comparable)
        few = len(self.items) - len(enough)
        if not len(enough):
            return f"None of {len(self.items):,} items has {FEW} impressions: too few to compare items."
        above, below = enough.apart(self.ctr)
        lucky, unlucky = enough.apart_by_chance(self.ctr)
        rest = f" Those with fewer, {few:,} in all, are not compared." if few else ""
        return (
            f"Of {len(enough):,} items with at least {FEW} impressions, the intervals of {above:,} lie above the "
            f"overall rate and of {below:,} below. If all items had the same rate, chance would make that about "
            f"{lucky:.1f} and {unlucky:.1f}.{rest}"
        )

    def as_json(self) -> Json:
        """Plain data; of the items the 100 with the most impressions."""
        order = np.argsort(-self.items.impressions, kind="stable")[:MOST_IN_JSON]
        items = zip(self.item_ids[order].tolist(), self.items.take(order).rows(), strict=True)
        comparable = self.items.take(self.comparable)
        above, below = comparable.apart(self.ctr)
        lucky, unlucky = comparable.apart_by_chance(self.ctr)
        return {
            "name": self.name,
            **self.overall.rows()[0],
            "users": self.users,
            "items": len(self.items),
            "items_compared": {
                "items": len(comparable),
                "least_impressions": FEW,
                "above": above,
                "below": below,
                "above_by_chance": lucky,
                "below_by_chance": unlucky,
            },
            "by_item": [{"item": item} | row for item, row in items],
            "by_position": None if self.positions is None else _positions_json(self.positions),
            "over_time": None if self.times is None else _times_json(self.times),
            "propensities": None
            if self.propensities is None
            else dict(zip(("least", "median", "greatest"), self.propensities, strict=True)),
        }


def click_profile(log: Impressions) -> ClickProfile:
    """The click-through rates of a log of at least one impression."""
    clicks = log.clicks
    known = np.empty(0) if log.propensities is None else log.propensities[~np.isnan(log.propensities)]
    return ClickProfile(
        log.name,
        _rates(np.zeros(len(log), dtype=np.int64), clicks, 1),
        log.item_ids.values,
        _rates(log.items, clicks, len(log.item_ids)),
        None if log.users is None else len(log.user_ids),
        _by_position(log),
        _by_time(log),
        None if not len(known) else (float(known.min()), float(np.median(known)), float(known.max())),
    )


def rate_text(rate: float) -> str:
    """A rate 0..1 for people, in two digits of a percent or three: 0.38%, 12.3%."""
    percent = 100 * rate
    return f"{percent:.0f}%" if percent in (0, 100) else f"{percent:.{2 if percent < 9.995 else 1}f}%"


def _rates(codes: np.ndarray, clicks: Bool, groups: int) -> Rates:
    """The rates of groups: impression n belongs to group ``codes[n]``."""
    impressions = np.bincount(codes, minlength=groups)
    return Rates.of(np.bincount(codes[clicks], minlength=groups), impressions)


def _by_position(log: Impressions) -> ByPosition | None:
    if log.positions is None or not (named := log.positions != NO_POSITION).any():
        return None
    positions, codes = np.unique(log.positions[named], return_inverse=True)
    rates = _rates(codes, log.clicks[named], len(positions))
    first, rest = rates.take(np.array([0])), rates.take(np.arange(1, len(rates)))
    later = Rates.of(rest.clicks.sum(keepdims=True), rest.impressions.sum(keepdims=True))
    difference = _difference(first, later) if len(rest) else None
    return ByPosition(positions.astype(np.int64), rates, int((~named).sum()), first, later, difference)


def _difference(one: Rates, other: Rates) -> tuple[float, float, float]:
    """One rate less another, and the ends of the 95 % interval (Newcombe 1998, method 10)."""
    gap = float(one.values[0] - other.values[0])
    down = np.hypot(one.values[0] - one.low[0], other.high[0] - other.values[0])
    up = np.hypot(one.high[0] - one.values[0], other.values[0] - other.low[0])
    return gap, gap - float(down), gap + float(up)


def _by_time(log: Impressions) -> ByTime | None:
    """Hours for logs of a few days, days for longer ones; from there on as :func:`timeline` has it."""
    if log.times is None:
        return None
    ones = np.ones(len(log), dtype=np.float32)
    line = timeline(Interactions(np.zeros(len(log), np.int32), log.items, ones, log.times, 1, len(log.item_ids)))
    assert line is not None  # there are times
    if line.unit in _COARSER:
        unit, seconds = _COARSER[line.unit]
        edges = np.arange(line.edges[0] // seconds, -(-line.edges[-1] // seconds) + 1) * seconds
        line = replace(line, unit=unit, edges=edges)  # of which only these and the labels are used
    buckets = np.searchsorted(line.edges, log.times, side="right") - 1
    inside = (buckets >= 0) & (buckets < len(line.edges) - 1)
    rates = _rates(buckets[inside], log.clicks[inside], len(line.edges) - 1)
    return ByTime(line.unit, line.edges, line.labels, rates, int((~inside).sum()))


def _position_sentence(by: ByPosition) -> str:
    first, place = by.first, int(by.positions[0])
    start = f"Position {place}: {rate_text(first.values[0])} of {first.impressions[0]:,} impressions were clicked"
    if by.difference is None:
        return f"{start}; there is no other position to compare it with."
    later, (gap, low, high) = by.later, by.difference
    start += f"; later positions: {rate_text(later.values[0])} of {later.impressions[0]:,}"
    interval = f"The difference is {100 * gap:+.2f} points (95% interval {100 * low:+.2f} to {100 * high:+.2f})"
    if low <= 0 <= high:
        return f"{start}. {interval}: this log does not tell them apart."
    return (
        f"{start}. {interval}. It may come from the place as well as from what was shown there and to whom: the counts "
        "alone do not say."
    )


def _positions_json(by: ByPosition) -> Json:
    rows = [{"position": place} | row for place, row in zip(by.positions.tolist(), by.rates.rows(), strict=True)]
    difference = None if by.difference is None else dict(zip(("value", "low", "high"), by.difference, strict=True))
    return {"positions": rows, "first_less_later": difference, "without_position": by.without}


def _times_json(by: ByTime) -> Json:
    rows = zip(isoformat(by.edges[:-1]), by.rates.rows(), strict=True)
    return {"unit": by.unit, "buckets": [{"start": start} | row for start, row in rows], "outside": by.outside}
