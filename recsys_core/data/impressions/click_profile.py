"""Click-through rates of an impression log, each with an interval and its denominator."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from recsys_core.data.impressions.log import NO_POSITION, Impressions
from recsys_core.data.impressions.rates import Rates, rates_of
from recsys_core.data.interactions import Interactions
from recsys_core.data.local_time import local_seconds
from recsys_core.data.profiling.timeline import DAY, isoformat, timeline
from recsys_core.types import Int64, Json, Strings

FEW = 100  # impressions; with fewer an item is not compared with others
MOST_IN_JSON = 100
_COARSER = {"minute": ("hour", 3600), "ten-minute span": ("hour", 3600), "six-hour span": ("day", DAY)}


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
    """Rates of B consecutive buckets of time.

    Attributes:
        zone: the time zone whose clocks part the buckets.
        unit: "hour", "day", or longer for long logs.
        edges: Int64[B + 1], what clocks showed, in seconds since 1970 began on them. labels: what people call each
            bucket.
        rates: of these buckets; some may have no impressions.
        outside: impressions in no bucket: strays far away in time from all others.
    """

    zone: str
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
        over = "" if self.users is None else " over people"
        start = f"{self.clicks:,} of {self.impressions:,} impressions were clicked: {rate_text(self.ctr)}"
        sentences = [f"{start} (95% interval{over} {rate_text(low)} to {rate_text(high)})."]
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


def click_profile(log: Impressions, zone: str = "UTC") -> ClickProfile:
    """The click-through rates of a log of at least one impression; days are those of a time zone."""
    known = np.empty(0) if log.propensities is None else log.propensities[~np.isnan(log.propensities)]
    return ClickProfile(
        log.name,
        overall_rate(log),
        log.item_ids.values,
        rates_of(log, log.items, len(log.item_ids)),
        None if log.users is None else len(log.user_ids),
        _by_position(log),
        _by_time(log, zone),
        None if not len(known) else (float(known.min()), float(np.median(known)), float(known.max())),
    )


def overall_rate(log: Impressions) -> Rates:
    """The rate of all impressions, one group."""
    return rates_of(log, np.zeros(len(log), dtype=np.int64), 1)


def rate_text(rate: float) -> str:
    """A rate 0..1 for people, in two digits of a percent or three: 0.38%, 12.3%."""
    percent = 100 * rate
    return f"{percent:.0f}%" if percent in (0, 100) else f"{percent:.{2 if percent < 9.995 else 1}f}%"


def _by_position(log: Impressions) -> ByPosition | None:
    if log.positions is None or not (named := log.positions != NO_POSITION).any():
        return None
    positions, places = np.unique(log.positions[named], return_inverse=True)
    codes = np.full(len(log), -1)
    codes[named] = places
    both = rates_of(log, np.minimum(codes, 1), 2)
    first, later = both.take(np.array([0])), both.take(np.array([1]))
    difference = _difference(first, later) if len(positions) > 1 else None
    rates = rates_of(log, codes, len(positions))
    return ByPosition(positions.astype(np.int64), rates, int((~named).sum()), first, later, difference)


def _difference(one: Rates, other: Rates) -> tuple[float, float, float]:
    """One rate less another, and the ends of the 95 % interval (Newcombe 1998, method 10)."""
    gap = float(one.values[0] - other.values[0])
    down = np.hypot(one.values[0] - one.low[0], other.high[0] - other.values[0])
    up = np.hypot(one.high[0] - one.values[0], other.values[0] - other.low[0])
    return gap, gap - float(down), gap + float(up)


def _by_time(log: Impressions, zone: str) -> ByTime | None:
    """Hours for logs of a few days, days for longer ones; from there on as :func:`timeline` has it."""
    if log.times is None:
        return None
    clock = local_seconds(log.times, zone)
    ones = np.ones(len(log), dtype=np.float32)
    line = timeline(Interactions(np.zeros(len(log), np.int32), log.items, ones, clock, 1, len(log.item_ids)))
    assert line is not None  # there are times
    if line.unit in _COARSER:
        unit, seconds = _COARSER[line.unit]
        edges = np.arange(line.edges[0] // seconds, -(-line.edges[-1] // seconds) + 1) * seconds
        line = replace(line, unit=unit, edges=edges)  # of which only these and the labels are used
    buckets = np.searchsorted(line.edges, clock, side="right") - 1
    buckets[buckets >= len(line.edges) - 1] = -1
    rates = rates_of(log, buckets, len(line.edges) - 1)
    return ByTime(zone, line.unit, line.edges, line.labels, rates, int((buckets < 0).sum()))


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
    starts = isoformat(by.edges[:-1])
    if by.zone != "UTC":
        starts = [start.removesuffix("Z") for start in starts]
    rows = zip(starts, by.rates.rows(), strict=True)
    return {
        "unit": by.unit,
        "zone": by.zone,
        "buckets": [{"start": start} | row for start, row in rows],
        "outside": by.outside,
    }
