"""A data set in figures, and what they mean for training."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from recsys_core.data.dataset import Dataset, Scale
from recsys_core.types import Feedback, Float64, Int64

FEW = 5
MOST_LEVELS = 101


@dataclass(frozen=True)
class Spread:
    """How many events each person, or each item, has."""

    least: int
    median: float
    most: int


@dataclass(frozen=True)
class Profile:
    """The figures of a data set.

    Attributes:
        density: the share of all pairs of user and item that have an event, 0..1.
        values: the ratings that occur, ascending, and how often each does; of very fine scales, 20 equal bands by their
            lower ends. Empty for implicit feedback.
        first, last: moments of the first and the last event (UTC), None where there are no times.
        gini: of the events per item: 0 if all items are equally popular, towards 1 if a few have everything.
        few: the share of items with fewer than 5 events, 0..1.
        user_counts, item_counts: events of each user and item, Int64[U] and Int64[I], most first.
    """

    users: int
    items: int
    interactions: int
    density: float
    feedback: Feedback
    scale: Scale | None
    values: tuple[Float64, Int64]
    first: datetime | None
    last: datetime | None
    per_user: Spread
    per_item: Spread
    gini: float
    few: float
    user_counts: Int64
    item_counts: Int64

    def sentences(self) -> list[str]:
        """Two to four sentences on what the figures mean for training."""
        return [self._about_density(), *self._about_items(), *self._about_people(), self._about_times()][:4]

    def _about_density(self) -> str:
        share = f"{self.density:.1%}" if self.density >= 0.001 else f"{self.density:.3%}"
        start = (
            f"{self.users:,} people and {self.items:,} items share {self.interactions:,} events, {share} of all pairs"
        )
        if self.per_user.median < 10:
            return f"{start}: half of the people have fewer than 10, so simple models will be hard to beat."
        return f"{start}, with {self.per_user.median:,.0f} for a typical person: enough to learn tastes from."

    def _about_items(self) -> list[str]:
        if self.few >= 0.2:
            return [f"{self.few:.0%} of the items have fewer than {FEW} events: expect cold-start trouble with them."]
        if self.gini >= 0.6:
            return ["A few items hold most of the events, so compare every model with plain popularity."]
        return []

    def _about_people(self) -> list[str]:
        lonely = float((self.user_counts < FEW).mean())
        if lonely < 0.1:
            return []
        return [f"{lonely:.0%} of the people have fewer than {FEW} events, too few to test a model on them."]

    def _about_times(self) -> str:
        if self.first is None or self.last is None:
            return "There are no times, so a test cannot imitate the future; it will be drawn at random."
        if self.first == self.last:
            return "All events have the same time, so a split by time is not possible."
        first, last = (f"{day.day} {day:%B %Y}" for day in (self.first, self.last))
        return f"The events run from {first} to {last}, so models can be tested on the future."


def profile(dataset: Dataset) -> Profile:
    """The figures of a data set."""
    events = dataset.interactions
    user_counts, item_counts = (np.sort(counts)[::-1] for counts in (events.user_counts(), events.item_counts()))
    first, last = (None, None) if events.times is None else (_moment(events.times.min()), _moment(events.times.max()))
    return Profile(
        dataset.n_users,
        dataset.n_items,
        len(events),
        len(events) / (dataset.n_users * dataset.n_items),
        dataset.feedback,
        dataset.scale,
        _value_counts(events.values.astype(np.float64), dataset.feedback),
        first,
        last,
        _spread(user_counts),
        _spread(item_counts),
        gini(item_counts),
        float((item_counts < FEW).mean()),
        user_counts,
        item_counts,
    )


def gini(counts: Int64) -> float:
    """Gini coefficient of n counts x_1 <= ... <= x_n: sum_i (2 i - n - 1) x_i / (n sum_i x_i)."""
    ascending = np.sort(counts).astype(np.float64)
    n = len(ascending)
    total = ascending.sum()
    return float(((2 * np.arange(1, n + 1) - n - 1) * ascending).sum() / (n * total)) if total else 0.0


def _value_counts(values: Float64, feedback: Feedback) -> tuple[Float64, Int64]:
    if feedback is Feedback.IMPLICIT:
        return np.empty(0), np.empty(0, np.int64)
    levels, counts = np.unique(values, return_counts=True)
    if len(levels) > MOST_LEVELS:
        counts, edges = np.histogram(values, bins=20)
        levels = edges[:-1]
    return levels.astype(np.float64), counts.astype(np.int64)


def _spread(counts: Int64) -> Spread:
    return Spread(int(counts.min()), float(np.median(counts)), int(counts.max()))


def _moment(seconds: np.int64) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
