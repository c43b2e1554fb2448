"""What is measured of a data set."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import numpy as np

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.interactions import Interactions
from recsys_core.data.profiling.timeline import Timeline, timeline
from recsys_core.errors import DataError
from recsys_core.types import Feedback, Float32, Float64, Int64

FEW = 5
MOST_LEVELS = 101
BANDS = 20
LORENZ_POINTS = 101


@dataclass(frozen=True)
class Spread:
    """How many events each person, or each item, has."""

    least: int
    median: float
    most: int


@dataclass(frozen=True)
class Raters:
    """How people use the scale.

    Attributes:
        people: how many are looked at: those with at least ``least`` ratings.
        least: 5, or 1 where nobody has as many.
        low, median, high: quartiles of their mean ratings.
        constant: the share of them who always give the same rating, 0..1.
    """

    people: int
    least: int
    low: float
    median: float
    high: float
    constant: float


@dataclass(frozen=True)
class Measures:
    """The figures of a data set.

    Attributes:
        density: the share of all pairs of user and item that have an event, 0..1.
        values: the ratings that occur, or the weights of implicit events, ascending, and how often each does; of more
            than 101 levels, bands by their lower ends. Empty where all implicit events weigh the same.
        value_tops: the upper ends of the bands; None where the values are levels.
        raters: None for implicit feedback.
        heaviest: the share of all weight that the heaviest hundredth of the events has; None for ratings and where all
            events weigh the same.
        first, last: moments of the first and the last event (UTC), None where there are no times.
        timeline: events and people over time, None where there are no times.
        gini: of the events per item: 0 if all items are equally popular, towards 1 if a few have everything.
        few: the share of items with fewer than 5 events, 0..1.
        user_counts, item_counts: events of each user and item, Int64[U] and Int64[I], most first. Items that are only
            known from their table are among them with 0.
    """

    users: int
    items: int
    interactions: int
    density: float
    feedback: Feedback
    scale: Scale | None
    values: tuple[Float64, Int64]
    value_tops: Float64 | None
    raters: Raters | None
    heaviest: float | None
    first: datetime | None
    last: datetime | None
    timeline: Timeline | None
    per_user: Spread
    per_item: Spread
    gini: float
    few: float
    user_counts: Int64
    item_counts: Int64

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """The figures of a data set; a :class:`DataError` where it has no events."""
        events = dataset.interactions
        if not len(events):
            raise DataError("The data set has no events.", "Import a file with at least one row.", "no-events")
        of_users = events.user_counts()
        user_counts, item_counts = (np.sort(counts)[::-1] for counts in (of_users, events.item_counts()))
        first, last = (
            (None, None) if events.times is None else (_moment(events.times.min()), _moment(events.times.max()))
        )
        levels, counts = np.unique(events.values, return_counts=True)
        explicit = dataset.feedback is Feedback.EXPLICIT
        values, tops = _distribution(levels, counts, dataset.scale)
        return cls(
            dataset.n_users,
            dataset.n_items,
            len(events),
            len(events) / (dataset.n_users * dataset.n_items),
            dataset.feedback,
            dataset.scale,
            values,
            tops,
            _raters(events, of_users) if explicit else None,
            None if explicit or len(levels) == 1 else _weight_of_heaviest(levels, counts),
            first,
            last,
            timeline(events),
            _spread(user_counts),
            _spread(item_counts),
            gini(item_counts),
            float((item_counts < FEW).mean()),
            user_counts,
            item_counts,
        )

    @property
    def noun(self) -> str:
        """What an event is called."""
        return "rating" if self.feedback is Feedback.EXPLICIT else "event"

    @property
    def top_tenth(self) -> float:
        """The share of the events that the tenth of the items with the most events has (at least one item), 0..1."""
        return float(self.item_counts[: max(1, self.items // 10)].sum()) / self.interactions

    def lorenz(self) -> tuple[Float64, Float64]:
        """At most 101 points of the Lorenz curve, mirrored: shares of the items, most popular first; of the events."""
        reached = np.concatenate([[0.0], np.cumsum(self.item_counts) / self.interactions])
        places = np.unique(np.linspace(0, self.items, LORENZ_POINTS).round().astype(np.int64))
        return places / self.items, reached[places]


def gini(counts: Int64) -> float:
    """Gini coefficient of n counts x_1 <= ... <= x_n: sum_i (2 i - n - 1) x_i / (n sum_i x_i)."""
    ascending = np.sort(counts).astype(np.float64)
    n = len(ascending)
    total = ascending.sum()
    return float(((2 * np.arange(1, n + 1) - n - 1) * ascending).sum() / (n * total)) if total else 0.0


def _distribution(levels: Float32, counts: Int64, scale: Scale | None) -> tuple[tuple[Float64, Int64], Float64 | None]:
    """The values and their counts, and the upper ends where these are bands: of ratings 20 equal ones; of weights that
    differ more than a hundredfold, each twice as wide as the one before."""
    if scale is None and len(levels) == 1:
        return (np.empty(0), np.empty(0, np.int64)), None
    if len(levels) <= MOST_LEVELS:
        return (np.array([float(str(level)) for level in levels]), counts.astype(np.int64)), None
    low, high = float(levels[0]), float(levels[-1])
    if scale is not None:
        edges = np.linspace(min(low, scale.low), max(high, scale.high), BANDS + 1)
    elif low > 0 and high / low > 100:
        edges = 2.0 ** np.arange(np.floor(np.log2(low)), np.floor(np.log2(high)) + 2)
    else:
        edges = np.linspace(low, high, BANDS + 1)
    in_bands, _ = np.histogram(levels, bins=edges, weights=counts)
    return (edges[:-1], in_bands.astype(np.int64)), edges[1:]


def _raters(events: Interactions, counts: Int64) -> Raters:
    sums = np.bincount(events.users, weights=events.values, minlength=events.n_users)
    sample = np.zeros(events.n_users, dtype=events.values.dtype)
    sample[events.users] = events.values  # some rating of each person
    varies = np.zeros(events.n_users, dtype=bool)
    varies[events.users[events.values != sample[events.users]]] = True
    least = FEW if counts.max() >= FEW else 1
    judged = counts >= least
    low, median, high = np.quantile(sums[judged] / counts[judged], [0.25, 0.5, 0.75]).tolist()
    return Raters(int(judged.sum()), least, low, median, high, float(1 - varies[judged].mean()))


def _weight_of_heaviest(levels: Float32, counts: Int64) -> float | None:
    """The share of all weight in the heaviest hundredth of the events; None where weights are not positive."""
    if levels[0] < 0:
        return None
    heaviest = levels[::-1].astype(np.float64)
    reached = np.concatenate([[0], np.cumsum(counts[::-1])])
    weight = np.concatenate([[0.0], np.cumsum(heaviest * counts[::-1])])
    return float(np.interp(reached[-1] / 100, reached, weight) / weight[-1])


def _spread(counts: Int64) -> Spread:
    return Spread(int(counts.min()), float(np.median(counts)), int(counts.max()))


def _moment(seconds: int | np.int64) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
