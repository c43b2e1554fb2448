"""What is special about some points of a map, beside all others."""

from collections import Counter
from dataclasses import dataclass

import numpy as np

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.embeddings.space import Space
from recsys_core.types import Bool, Float64, Int64


@dataclass(frozen=True)
class Beside:
    """A mean of some points beside that of all others.

    Attributes:
        inside, outside: the means.
        low, high: 95 % interval of the difference, by Welch's t (1947); NaN where one side has fewer than two.
        n: points inside of which the number is known.
    """

    inside: float
    outside: float
    low: float
    high: float
    n: int


def beside(values: Float64, chosen: Bool) -> Beside | None:
    """Some points beside all others; None where nothing is known of one side.

    Args:
        values: Float64[n], NaN where unknown.
        chosen: Bool[n].
    """
    from scipy.stats import t

    known = np.isfinite(values)
    here, there = values[known & chosen], values[known & ~chosen]
    if not len(here) or not len(there):
        return None
    difference, margin = float(here.mean() - there.mean()), np.nan
    if len(here) > 1 and len(there) > 1:
        parts = [float(side.var(ddof=1)) / len(side) for side in (here, there)]
        if sum(parts) > 0:
            freedom = sum(parts) ** 2 / sum(
                part**2 / (len(side) - 1) for part, side in zip(parts, (here, there), strict=True)
            )
            margin = float(t.ppf(0.975, freedom)) * sum(parts) ** 0.5
        else:
            margin = 0.0
    return Beside(float(here.mean()), float(there.mean()), difference - margin, difference + margin, len(here))


@dataclass(frozen=True)
class Genre:
    """How much of some points, and of all, is of a genre: shares from 0 to 1."""

    name: str
    chosen: float
    everywhere: float


def genre_mix(space: Space, chosen: Int64, dataset: Dataset, known: Histories) -> list[Genre]:
    """The genres of chosen points, commonest first. People are of the genres of what they met.

    Shares of items are of those with any genre, and may add up to more than one, since an item may have several.
    """
    inside = _genres(space.take(chosen), dataset, known)
    everywhere = _genres(space, dataset, known)
    total = max(1.0, inside.pop("", 0.0)), max(1.0, everywhere.pop("", 0.0))
    found = [Genre(name, inside[name] / total[0], everywhere[name] / total[1]) for name in everywhere]
    return sorted(found, key=lambda genre: -genre.chosen)


def _genres(space: Space, dataset: Dataset, known: Histories) -> Counter[str]:
    """How many items have each genre, and, under "", how many have any; items that people met count each time."""
    met = known.take(space.rows[~space.are_items]).items
    weights = np.bincount(np.concatenate([space.rows[space.are_items], met]), minlength=dataset.n_items)
    counts: Counter[str] = Counter()
    for genres, weight in zip(dataset.item_table["genres"], weights.tolist(), strict=True):
        if genres and weight:
            counts[""] += weight
            for genre in genres:
                counts[genre] += weight
    return counts
