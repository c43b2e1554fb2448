"""What two spaces call their items and people, where one of the models began with what the other had learned."""

import numpy as np

from pages.shared import cache
from pages.shared.embedded import Embedded
from recsys_core.data.dataset import Dataset, Ids
from recsys_core.types import Int64, Json


def ids_of_both(one: Embedded, other: Embedded, of: str) -> tuple[Ids, Ids]:
    """Ids by which the same item, or person, can be known in both.

    Data sets of a transfer have ids of their own: there the source's are called what the target calls them.
    """
    first, second = (cache.workspace().find_run(each.id).about for each in (one, other))
    if _source(first) == other.id:
        return _own(one.dataset, of), _renamed(first, one.dataset, other, of)
    if _source(second) == one.id:
        return _renamed(second, other.dataset, one, of), _own(other.dataset, of)
    return _own(one.dataset, of), _own(other.dataset, of)


def _source(about: Json) -> str:
    return str(about.get("transfer", {}).get("run", ""))


def _own(dataset: Dataset, of: str) -> Ids:
    return dataset.item_ids if of == "items" else dataset.user_ids


def _renamed(about: Json, target: Dataset, source: Embedded, of: str) -> Ids:
    """The ids of the source, as the target calls them; what it does not have gets a name that nothing else has."""
    from recsys_core.runs.lineage import find_match

    started = about["passport"]["transfer"]
    match = find_match(source.dataset, target, started["people"])
    if started["pairs"]:
        match = match.changed(started["pairs"], source.dataset, target)
    there: Int64 = match.items if of == "items" else match.people
    called = np.array([f"\0{name}" for name in _own(source.dataset, of).values], dtype=object)
    called[there[there >= 0]] = _own(target, of).values[there >= 0]
    return Ids.of(called.tolist())
