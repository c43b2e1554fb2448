"""Slices of the people, or of the items, that a log is about, by what a data set knows of them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from recsys_core.comparing.cutting import NUMBERS, Cut, by_amount, by_attribute, by_value
from recsys_core.comparing.slices import FEWEST
from recsys_core.data.dataset import Dataset, Ids
from recsys_core.data.impressions.log import Impressions
from recsys_core.engagement.activity import events_a_day, stickiness
from recsys_core.engagement.person_days import PersonDays
from recsys_core.engagement.retention import retention
from recsys_core.statistics.estimates import Estimate
from recsys_core.types import Int64, Json


@dataclass(frozen=True)
class Figure:
    """Something that is measured of people who are active: its name, and how."""

    title: str
    measure: Callable[[PersonDays], Estimate | None]


def _back_after(days: int) -> Callable[[PersonDays], Estimate | None]:
    def measure(data: PersonDays) -> Estimate | None:
        shares = retention(data, [days]).on_day
        (low,), (high,) = shares.intervals
        return Estimate(float(shares.values[0]), float(low), float(high)) if shares.of[0] else None

    return measure


FIGURES = {
    "d1": Figure("D1 retention", _back_after(1)),
    "d7": Figure("D7 retention", _back_after(7)),
    "d30": Figure("D30 retention", _back_after(30)),
    "stickiness": Figure("Stickiness (DAU/MAU)", stickiness),
    "events": Figure("Events a person and day of activity", events_a_day),
}


@dataclass(frozen=True)
class Slice:
    """People who have something in common.

    Attributes:
        people: how many of them the log saw.
        figures: what was measured of them, by the keys of ``FIGURES``; None where the log is too short.
    """

    name: str
    people: int
    figures: dict[str, Estimate | None]

    def as_json(self) -> Json:
        told = {key: None if one is None else vars(one) for key, one in self.figures.items()}
        return {"slice": self.name, "people": self.people} | told


def people_cuts(about: pd.DataFrame, counts: Int64, fewest: int = FEWEST) -> list[Cut]:
    """Ways to cut people, each with at least two slices of ``fewest``: how much they did, and each attribute.

    Args:
        about: U rows of attributes.
        counts: Int64[U], events of each.
        fewest: people in a slice.
    """
    much = by_amount("activity", "Events", counts.astype(np.float64), fewest, NUMBERS, noun="event")
    much = replace(much, meaning="How many events of a person are in the whole log, so it is no cause of the rest.")
    return _that_tell_apart([*(by_attribute(str(name), about[name], fewest) for name in about), much], fewest)


def item_cuts(dataset: Dataset, rows: Int64, fewest: int = FEWEST) -> list[Cut]:
    """Ways to cut items, each with at least two slices of ``fewest``: genre, year, and each attribute.

    Args:
        rows: Int64[I], where each item stands in the data set; -1 for those that it does not know.
    """
    table = _about(dataset.item_table, rows)
    genre = table["genres"].map(lambda genres: genres[0] if isinstance(genres, tuple) and genres else "")
    first = by_value("genre", "Genre", genre.to_numpy(dtype=object), fewest)
    cuts = [
        replace(first, meaning="Of several genres, the one that is named first."),
        replace(by_attribute("year", table["year"].astype("Float64"), fewest), key="year", title="Year"),
        *(by_attribute(name, table[name], fewest) for name in dataset.item_attributes),
    ]
    return _that_tell_apart(cuts, fewest)


def rows_in(ids: Ids, known: Ids) -> Int64:
    """Int64[n], where each of these ids stands among those that are known; -1 where it does not."""
    return pd.Index(known.values, dtype=object).get_indexer(pd.Index(ids.values, dtype=object)).astype(np.int64)


def attributes_of(dataset: Dataset, rows: Int64) -> pd.DataFrame:
    """What a data set knows about people in these rows, -1 for strangers."""
    return _about(dataset.user_table[dataset.user_attributes], rows)


def slices(data: PersonDays, cut: Cut, fewest: int = FEWEST) -> list[Slice]:
    """What was measured of each slice; nothing of those in which fewer than ``fewest`` people did anything."""
    who = data.people[data.starts]
    sizes = np.bincount(cut.of[who], minlength=len(cut.names))
    return [
        Slice(
            name,
            int(size),
            {key: one.measure(mine) if size >= fewest else None for key, one in FIGURES.items()},
        )
        for name, size, mine in zip(
            cut.names, sizes, (data.among(cut.of == place) for place in range(len(cut.names))), strict=True
        )
        if size
    ]


def _about(table: pd.DataFrame, rows: Int64) -> pd.DataFrame:
    return table.reset_index(drop=True).reindex(rows).reset_index(drop=True)


def _that_tell_apart(cuts: list[Cut], fewest: int) -> list[Cut]:
    return [cut for cut in cuts if (cut.sizes >= fewest).sum() >= 2]


def cuts_of_log(log: Impressions, dataset: Dataset, fewest: int = FEWEST) -> list[tuple[str, Cut]]:
    """Ways to cut the "people" of a log, if it names any, and its "items", by what a data set knows of them."""
    items = item_cuts(dataset, rows_in(log.item_ids, dataset.item_ids), fewest)
    found = [("items", cut) for cut in items]
    if log.users is not None:
        about = attributes_of(dataset, rows_in(log.user_ids, dataset.user_ids))
        counts = np.bincount(log.users, minlength=len(log.user_ids))
        found = [("people", cut) for cut in people_cuts(about, counts, fewest)] + found
    return found
