"""Which people and items of a data set are those of another one, by ids and titles."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.transfer.match import How, Match
from recsys_core.transfer.numbering import alike_counts, are_plain, same_events, shared_positions
from recsys_core.transfer.similar import part_titles, similar_titles
from recsys_core.transfer.titles import LONG, UNKNOWN, Kind, names_of, read_title, words_in
from recsys_core.types import Bool, Float32, Int64, Strings

AGREE = 0.5  # of the titles of equal ids, which then mean the same items
GAPS = (0, 1, -1, None)  # years


def match(source: Dataset, target: Dataset, *, people: bool | None = None) -> Match:
    """A target as seen from a source. Items are found by id, then by title and year, then by similar title.

    *By id* only where equal ids mean the same items, since any two catalogues may number theirs 1, 2, 3. Where items of
    equal ids have titles in both, at least half of these have to agree. Without titles ids count that are no plain
    running numbers (:func:`~recsys_core.transfer.numbering.are_plain`), and running numbers where both data sets tell
    of the same events or items of equal numbers are alike popular.

    *By title*: equal as :func:`~recsys_core.transfer.titles.read_title` reads them, of years at most 1 apart, or both
    unknown; where one is unknown, titles of three words or more. The nearest year comes first, then more events.

    *By similar title*: :func:`~recsys_core.transfer.similar.similar_titles`, then
    :func:`~recsys_core.transfer.similar.part_titles`, the most alike first.

    People are found by id: by ids that are no plain running numbers, and by running numbers where both data sets tell
    of the same events or people of equal numbers are alike active. That both number their items alike is not enough:
    editions of MovieLens share items, but each counts its people from 1.

    Args:
        source: what was learned from.
        target: what is to be learned.
        people: whether equal ids mean the same person, where somebody knows; None: as said above.
    """
    found = _Found.nothing(source, target)
    found.add(_equal_ids(source, target), How.ID)
    theirs, ours = _names(source), _names(target)
    for gap in GAPS:
        found.add(_equal_titles(found.left_of_source(theirs), found.left_of_target(ours), gap), How.TITLE)
    for look in (similar_titles, part_titles):
        similar = look(found.left_of_source(theirs), found.left_of_target(ours))
        found.add(similar.sort_values("likeness", ascending=False, kind="stable"), How.SIMILAR)
    return Match(_people(source, target, people), found.items, found.how, found.likeness)


@dataclass(frozen=True)
class _Found:
    """What is matched so far: the fields of a :class:`Match`, and Bool[I], which items of the source are taken."""

    items: Int64
    how: Strings
    likeness: Float32
    taken: Bool

    @classmethod
    def nothing(cls, source: Dataset, target: Dataset) -> "_Found":
        n = target.n_items
        how = np.full(n, How.NOT, dtype=object)
        return cls(np.full(n, -1, dtype=np.int64), how, np.zeros(n, np.float32), np.zeros(source.n_items, np.bool_))

    def add(self, pairs: pd.DataFrame, how: How) -> None:
        """Take pairs of items (target, source, likeness), the first ones first, each item once."""
        for ours, theirs, likeness in zip(pairs["target"], pairs["source"], pairs["likeness"], strict=True):
            if self.items[ours] < 0 and not self.taken[theirs]:
                self.items[ours], self.how[ours], self.likeness[ours] = theirs, how, likeness
                self.taken[theirs] = True

    def left_of_target(self, names: pd.DataFrame) -> pd.DataFrame:
        return names[self.items[names["item"]] < 0]

    def left_of_source(self, names: pd.DataFrame) -> pd.DataFrame:
        return names[~self.taken[names["item"]]]


def _equal_ids(source: Dataset, target: Dataset) -> pd.DataFrame:
    """Pairs of items with one id; none where equal ids do not mean the same items."""
    theirs, ours = shared_positions(source.item_ids, target.item_ids)
    if len(ours) and not _mean_the_same(source, target, theirs, ours):
        theirs, ours = theirs[:0], ours[:0]
    return _pairs(theirs, ours)


def _mean_the_same(source: Dataset, target: Dataset, theirs: Int64, ours: Int64) -> bool:
    """Whether items with equal ids are the same."""
    titles = zip(source.item_table["title"].iloc[theirs], target.item_table["title"].iloc[ours], strict=True)
    known = [(read_title(one).names, read_title(other).names) for one, other in titles if one and other]
    if known:
        return sum(bool(one.keys() & other.keys()) for one, other in known) >= AGREE * len(known)
    if not are_plain(source.item_ids) and not are_plain(target.item_ids):
        return True
    counts = source.interactions.item_counts()[theirs], target.interactions.item_counts()[ours]
    return alike_counts(*counts, target.item_ids.values[ours]) or same_events(source, target)


def _people(source: Dataset, target: Dataset, people: bool | None) -> Int64:
    """Int64[U], for each person of the target the position in the source, −1 where there is none."""
    found = np.full(target.n_users, -1, dtype=np.int64)
    theirs, ours = shared_positions(source.user_ids, target.user_ids)
    if len(ours) and (people if people is not None else _mean_the_same_person(source, target, theirs, ours)):
        found[ours] = theirs
    return found


def _mean_the_same_person(source: Dataset, target: Dataset, theirs: Int64, ours: Int64) -> bool:
    if not are_plain(source.user_ids) and not are_plain(target.user_ids):
        return True
    counts = source.interactions.user_counts()[theirs], target.interactions.user_counts()[ours]
    return alike_counts(*counts, target.user_ids.values[ours]) or same_events(source, target)


def _names(dataset: Dataset) -> pd.DataFrame:
    """What items are called: titles before what stands in brackets, and items of many events before others."""
    names = names_of(dataset)
    names["events"] = dataset.interactions.item_counts()[names["item"]]
    return names.sort_values(["kind", "events"], ascending=[True, False], kind="stable")


def _equal_titles(source: pd.DataFrame, target: pd.DataFrame, gap: int | None) -> pd.DataFrame:
    """Pairs of items with one title, the first of that title and year with the first, the second with the second.

    Args:
        gap: years from the target to the source; None: one of the two is unknown.
    """
    source, target = (one[one["kind"] != Kind.PART] for one in (source, target))
    if gap is not None:
        return _paired(source, target.assign(year=target["year"] + gap), ["name", "year"])
    source, target = (one[words_in(one["name"]) >= LONG] for one in (source, target))
    known, unknown = source["year"] != UNKNOWN, target["year"] == UNKNOWN
    return pd.concat(
        [_paired(source[known], target[unknown], ["name"]), _paired(source[~known], target[~unknown], ["name"])]
    )


def _paired(source: pd.DataFrame, target: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    both = [one.assign(place=one.groupby(by).cumcount()) for one in (source, target)]
    met = both[0].merge(both[1], on=[*by, "place"], suffixes=("", "_ours"))
    met = met[met[["kind", "kind_ours"]].min(axis=1) == Kind.MAIN]
    met = met.sort_values(["events_ours", "events"], ascending=False, kind="stable")
    return _pairs(met["item"].to_numpy(), met["item_ours"].to_numpy())


def _pairs(theirs: Int64, ours: Int64) -> pd.DataFrame:
    return pd.DataFrame({"target": ours, "source": theirs, "likeness": 1.0})
