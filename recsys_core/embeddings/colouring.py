"""What the points of a map can be coloured by."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.embeddings.clusters import clusters, names
from recsys_core.embeddings.space import Space
from recsys_core.embeddings.words import words_of
from recsys_core.evaluation import Lists
from recsys_core.metrics import metric_label
from recsys_core.splitting.base import Split
from recsys_core.statistics.estimates import PerUser
from recsys_core.types import Float64, Int64

MOST_GROUPS = 11  # with a colour of their own; all others share one
GROUPS = 10  # of k-means
NOT_KNOWN = -1
OTHERS = "all others"
FIGURES = ("ndcg@10", "recall@10", "rmse")  # of people that can be looked at, as far as a run has them
TOP = 10


@dataclass(frozen=True)
class Numbers:
    """A number for each point.

    Attributes:
        title: what it is, with its unit.
        values: Float64[n], NaN where unknown.
        is_log: values are compared by their ratio.
    """

    title: str
    values: Float64
    is_log: bool = False


@dataclass(frozen=True)
class Labels:
    """A group for each point.

    Attributes:
        title: what the groups are.
        values: Int64[n], −1 where unknown.
        names: of the groups.
    """

    title: str
    values: Int64
    names: tuple[str, ...]


Colours = Numbers | Labels


@dataclass(frozen=True)
class Colouring:
    """A colouring on offer.

    Attributes:
        key: short and stable, for addresses and scripts.
        title: for people.
        meaning: in a sentence.
        make: works it out.
    """

    key: str
    title: str
    meaning: str
    make: Callable[[], Colours]


def colourings(
    space: Space, split: Split, per_user: Mapping[str, PerUser], lists: Lists | None, seed: int = 0
) -> list[Colouring]:
    """What the points of a space can be coloured by, as far as it is known; the first is the usual one.

    On a map of both, people have a colour only where groups of neighbours are shown.

    Args:
        space: the points.
        split: whose known events are counted, and whose held-out events judge.
        per_user: figures of the run taken apart per person.
        lists: what the run showed; None where that was not kept.
        seed: of the groups.
    """
    dataset = split.dataset
    is_of_items = bool(space.are_items.any())
    table = dataset.item_table if is_of_items else dataset.user_table
    attributes = dataset.item_attributes if is_of_items else dataset.user_attributes
    found = []
    if is_of_items and any(dataset.item_table["genres"]):
        found.append(
            Colouring("genre", "Genre", "The first genre of each item.", lambda: _first_genres(space, dataset))
        )
    found.append(
        Colouring(
            "cluster",
            "Cluster",
            f"{GROUPS} groups of points whose vectors point the same way (k-means), named by what is said oftener of "
            "them than of the rest.",
            lambda: _groups(space, split, seed),
        )
    )
    found += _counts(space, split, is_of_items)
    if is_of_items:
        if table["year"].notna().any():
            found.append(
                Colouring(
                    "year", "Year", "Of the item.", lambda: Numbers("year", _spread(space, _floats(table["year"])))
                )
            )
        if lists is not None and len(split.test.relevant.items):
            found.append(
                Colouring(
                    "found",
                    f"Found in the top {TOP}",
                    f"Of the people who chose the item after all, the share whose {TOP} best held it: 1 is perfect.",
                    lambda: Numbers("share of people who were shown it", _spread(space, found_share(split, lists))),
                )
            )
    else:
        found += [_figure(space, dataset.n_users, name, per_user[name]) for name in FIGURES if name in per_user]
    for name in attributes:
        column = table[name]
        if column.notna().any() and column.nunique() > 1:
            found.append(
                Colouring(f"attribute-{name}", name, "As it was imported.", partial(_attribute, space, column))
            )
    return found


def found_share(split: Split, lists: Lists) -> Float64:
    """Float64[I], of the held-out events of each item the share that was among the person's ten best.

    NaN of items that nobody judged has chosen.
    """
    relevant = split.test.relevant
    n = split.dataset.n_items
    judged = np.isin(relevant.users, lists.users)
    users, items = relevant.users[judged].astype(np.int64), relevant.items[judged].astype(np.int64)
    shown = lists.items[:, :TOP].astype(np.int64)
    keys = np.where(shown >= 0, lists.users[:, None] * n + shown, -1)
    hits = np.isin(users * n + items, keys)
    chosen = np.bincount(items, minlength=n)
    return np.divide(np.bincount(items, hits, n), chosen, out=np.full(n, np.nan), where=chosen > 0)


def per_person(figure: PerUser, n_users: int) -> Float64:
    """Float64[U], a figure of each person who is judged; NaN of all others."""
    values = np.full(n_users, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        values[figure.users] = figure.finish(figure.numerator / figure.denominator)
    return values


def _counts(space: Space, split: Split, is_of_items: bool) -> list[Colouring]:
    """How many events, and which ratings on the average. What is held out counts never."""
    known, dataset = split.test.known, split.dataset
    n = dataset.n_items if is_of_items else dataset.n_users
    of = known.items if is_of_items else np.repeat(np.arange(dataset.n_users), known.lengths())
    counts = np.bincount(of, minlength=n).astype(np.float64)
    title, noun = ("Popularity", "people who met it") if is_of_items else ("Activity", "items met")
    found = [
        Colouring(
            "popularity" if is_of_items else "activity",
            title,
            "Events that the model may know; what is held out does not count.",
            lambda: Numbers(noun, _spread(space, np.where(counts > 0, counts, np.nan)), is_log=True),
        )
    ]
    if dataset.scale is not None:
        with np.errstate(invalid="ignore"):
            means = np.bincount(of, known.values, n) / np.where(counts > 0, counts, np.nan)
        found.append(
            Colouring(
                "rating",
                "Mean rating",
                "Of the events that the model may know.",
                lambda: Numbers("mean rating", _spread(space, means)),
            )
        )
    return found


def _figure(space: Space, n_users: int, name: str, figure: PerUser) -> Colouring:
    label = metric_label(name)
    return Colouring(
        f"figure-{name}",
        label,
        "Of each person, on the test events.",
        lambda: Numbers(f"{label} of the person", _spread(space, per_person(figure, n_users))),
    )


def _spread(space: Space, values: Float64) -> Float64:
    """What is known of items, or of people alone, for each point; NaN of people beside items."""
    if not space.are_items.any():
        return values[space.rows]
    spread = np.full(len(space), np.nan)
    spread[space.are_items] = values[space.rows[space.are_items]]
    return spread


def _first_genres(space: Space, dataset: Dataset) -> Labels:
    return _labels("genre", space, [genres[0] if genres else "" for genres in dataset.item_table["genres"]])


def _attribute(space: Space, column: pd.Series) -> Colours:
    name = str(column.name)
    if pd.api.types.is_numeric_dtype(column):
        return Numbers(name, _spread(space, _floats(column)))
    if pd.api.types.is_datetime64_any_dtype(column):
        return Numbers(f"{name}, year", _spread(space, _years(column)))
    return _labels(name, space, column.astype(str).to_list())


def _labels(title: str, space: Space, values: Sequence[str]) -> Labels:
    """The commonest values have groups of their own; "" is not known."""
    counts = Counter(value for value in values if value)
    common = [value for value, _ in counts.most_common(MOST_GROUPS + 1)]
    if len(common) > MOST_GROUPS:
        common = [*common[:MOST_GROUPS], OTHERS]
    place = {value: at for at, value in enumerate(common)}
    rest = place.get(OTHERS, NOT_KNOWN)
    groups = np.array([place.get(value, rest) if value else NOT_KNOWN for value in values], dtype=np.float64)
    spread = _spread(space, groups)
    return Labels(title, np.where(np.isnan(spread), NOT_KNOWN, spread).astype(np.int64), tuple(common))


def _groups(space: Space, split: Split, seed: int) -> Labels:
    labels = clusters(space.vectors, GROUPS, seed)
    return Labels("cluster", labels, names(labels, *words_of(space, split.dataset, split.test.known)))


def _floats(column: pd.Series) -> Float64:
    return column.to_numpy(np.float64, na_value=np.nan)


def _years(column: pd.Series) -> Float64:
    """A date as a year with its fraction, near enough for a colour."""
    seconds = column.to_numpy("datetime64[s]").astype(np.int64).astype(np.float64)
    return np.where(column.isna(), np.nan, 1970 + seconds / (365.2425 * 86400))
