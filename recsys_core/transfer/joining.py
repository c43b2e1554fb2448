"""Two data sets as one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_core.content.items import nothing
from recsys_core.data.dataset import ITEM_COLUMNS, Dataset, Ids
from recsys_core.data.interactions import Interactions
from recsys_core.transfer.match import Match
from recsys_core.types import Feedback, Float32, Int64


@dataclass(frozen=True)
class Joined:
    """A target and a source as one data set: first the target's people and items, then those of the source alone.

    Attributes:
        people, items: Int64, for each of the source its position here.
    """

    dataset: Dataset
    people: Int64
    items: Int64


def join(source: Dataset, target: Dataset, match: Match) -> Joined:
    """Both as one; what is the same counts once, and of two events of one person and item the target's stays.

    Ratings of the source are moved to the target's scale; where either has none, all events count as 1. Pictures lie in
    different folders and are left out, and so are attributes that both have but of different kinds.
    """
    people = _places(match.people, source.n_users)
    items = _places(match.items, source.n_items)
    n_users = target.n_users + source.n_users - match.n_people
    n_items = target.n_items + source.n_items - match.n_items
    mine, theirs = target.interactions, source.interactions
    both_rate = target.scale is not None and source.scale is not None
    users = np.concatenate([mine.users, people[theirs.users]])
    met = np.concatenate([mine.items, items[theirs.items]])
    values = np.concatenate([mine.values, _rescaled(source, target)]) if both_rate else np.ones(len(users))
    times = None
    if mine.times is not None and theirs.times is not None:
        times = np.concatenate([mine.times, theirs.times])
    _, first = np.unique(users.astype(np.int64) * n_items + met, return_index=True)
    first = np.sort(first)
    events = Interactions(
        users[first].astype(np.int32),
        met[first].astype(np.int32),
        values[first].astype(np.float32),
        None if times is None else times[first],
        n_users,
        n_items,
    )
    only_people, only_items = np.flatnonzero(people >= target.n_users), np.flatnonzero(items >= target.n_items)
    item_table = _stacked(target.item_table, source.item_table.iloc[only_items], ITEM_COLUMNS)
    item_table["image"] = pd.Series([""] * len(item_table), dtype=object)
    dataset = Dataset(
        f"{target.name} and {source.name}",
        events,
        _ids(target.user_ids, source.user_ids, only_people),
        _ids(target.item_ids, source.item_ids, only_items),
        item_table,
        _stacked(target.user_table, source.user_table.iloc[only_people], ("name",)),
        Feedback.EXPLICIT if both_rate else Feedback.IMPLICIT,
        scale=target.scale if both_rate else None,
    )
    return Joined(dataset, people, items)


def _places(match: Int64, n_source: int) -> Int64:
    """Int64[n_source], where each row of the source stands in the joined data."""
    places = np.full(n_source, -1, dtype=np.int64)
    shared = match >= 0
    places[match[shared]] = np.flatnonzero(shared)
    alone = places < 0
    places[alone] = len(match) + np.arange(alone.sum())
    return places


def _rescaled(source: Dataset, target: Dataset) -> Float32:
    """The source's ratings on the target's scale."""
    assert source.scale is not None
    assert target.scale is not None
    width = source.scale.high - source.scale.low
    values = source.interactions.values
    if width == 0:
        return np.full_like(values, (target.scale.low + target.scale.high) / 2)
    return target.scale.low + (values - source.scale.low) / width * (target.scale.high - target.scale.low)


def _ids(target: Ids, source: Ids, alone: Int64) -> Ids:
    """Ids that nobody else has: those of the source get a mark where the target uses them for something else."""
    taken = set(target.values)
    added = []
    for identifier in source.values[alone]:
        while identifier in taken:
            identifier = f"{identifier}′"  # noqa: PLW2901
        taken.add(identifier)
        added.append(identifier)
    return Ids.of([*target.values, *added])


def _stacked(target: pd.DataFrame, source: pd.DataFrame, standard: tuple[str, ...]) -> pd.DataFrame:
    """Rows below rows; attributes of one table alone are unknown in the other, those of different kinds left out."""
    names = [*target, *(name for name in source if name not in target)]
    columns = {}
    for name in names:
        known = [table[name] for table in (target, source) if name in table]
        if name not in standard and known[0].dtype != known[-1].dtype:
            continue
        unknown = nothing(str(name), known[0])
        filled = [
            table[name] if name in table else pd.Series([unknown] * len(table), dtype=known[0].dtype)
            for table in (target, source)
        ]
        columns[name] = pd.concat(filled, ignore_index=True)
    return pd.DataFrame(columns)
