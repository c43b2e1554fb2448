"""An impression log: what was shown, where, and whether it was clicked."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recsys_core.data.dataset import Dataset, Ids
from recsys_core.data.findings import MOST_EXAMPLES
from recsys_core.data.side.joining import Join, Noun
from recsys_core.types import Bool, Float32, Int32, Int64, Strings

Int16 = NDArray[np.int16]
NO_POSITION = -1


@dataclass(frozen=True)
class Impressions:
    """Row n says that ``items[n]`` was shown, and whether it was clicked.

    A log has ids of its own: real logs know no people, or other items than the ratings do.

    Attributes:
        name: as the person called it.
        user_ids, item_ids: external ids; no user ids where the log has no people.
        users: Int32[N], or None. items: Int32[N].
        positions: Int16[N], the place in the list as the file counts it, -1 where a row does not say; or None.
        clicks: Bool[N].
        propensities: Float32[N], the probability with which the item was shown there, NaN where a row does not say; or
            None.
        times: Int64[N] in unix seconds UTC, or None.
        origin: one sentence about where the log comes from.
    """

    name: str
    user_ids: Ids
    item_ids: Ids
    users: Int32 | None
    items: Int32
    positions: Int16 | None
    clicks: Bool
    propensities: Float32 | None
    times: Int64 | None
    origin: str = ""

    def __post_init__(self) -> None:
        lengths = {len(column) for column in self.columns.values()}
        if len(lengths) != 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        if (self.users is None) != (len(self.user_ids) == 0):
            raise ValueError("a log has user ids where it has users")
        for codes, ids in ((self.users, self.user_ids), (self.items, self.item_ids)):
            if codes is not None and len(codes) and not (codes.min() >= 0 and codes.max() < len(ids)):
                raise ValueError(f"an index lies outside 0..{len(ids) - 1}")

    def __len__(self) -> int:
        return len(self.items)

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """The columns that the log has, by the names of their roles."""
        columns = {
            "user": self.users,
            "item": self.items,
            "position": self.positions,
            "click": self.clicks,
            "propensity": self.propensities,
            "time": self.times,
        }
        return {role: column for role, column in columns.items() if column is not None}

    @cached_property
    def fingerprint(self) -> str:
        """Sha-256 of ids and columns; not of the name."""
        digest = hashlib.sha256()
        for ids in (self.user_ids, self.item_ids):
            digest.update(f"{len(ids)} ".encode())
            for identifier in ids.values:
                data = identifier.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(4, "little") + data)
        for role, column in self.columns.items():
            digest.update(role.encode() + np.ascontiguousarray(column).tobytes())
        return digest.hexdigest()


@dataclass(frozen=True)
class Match:
    """How a log and a data set fit, by their ids.

    Attributes:
        items: matched are items of both, missing those that were never shown, surplus those without ratings.
        people: the same; None where the log has no people.
        impressions: how many rows of the log are about an item, and a person where there are people, of the data set.
    """

    items: Join
    people: Join | None
    impressions: int


def match(log: Impressions, dataset: Dataset) -> Match:
    """Which ids of the log the data set knows."""
    items, known = _join("item", log.item_ids, dataset.item_ids)
    both = known[log.items]
    people = None
    if log.users is not None:
        people, known = _join("person", log.user_ids, dataset.user_ids)
        both &= known[log.users]
    return Match(items, people, int(np.count_nonzero(both)))


def _join(noun: Noun, logged: Ids, rated: Ids) -> tuple[Join, Bool]:
    """The counts, and Bool[n], which ids of the log have ratings."""
    has_ratings = pd.Index(logged.values, dtype=object).isin(rated.values)
    was_logged = pd.Index(rated.values, dtype=object).isin(logged.values)
    missing, surplus = rated.values[~was_logged], logged.values[~has_ratings]
    examples = {"missing": _some(missing), "surplus": _some(surplus)}
    return Join(noun, int(has_ratings.sum()), len(missing), len(surplus), 0, 0, examples), has_ratings


def _some(ids: Strings) -> tuple[str, ...]:
    return tuple(str(identifier) for identifier in ids[:MOST_EXAMPLES])
