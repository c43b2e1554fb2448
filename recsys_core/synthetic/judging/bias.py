"""Whether generated people concentrate on other items, or are of other groups, than real ones."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Self

import numpy as np
import pandas as pd
from scipy.sparse import csr_array, vstack

from recsys_core.comparing.cutting import NUMBERS, Cut, by_amount, by_value
from recsys_core.data.dataset import USER_COLUMNS, Dataset
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser, as_it_is
from recsys_core.statistics.paired import over_shared_people, paired_difference
from recsys_core.statistics.permutation import holm
from recsys_core.statistics.weighted import Draw, Weights, weighted_sums
from recsys_core.synthetic.judging.pair import Pair, met
from recsys_core.types import Float32, Float64, Int64, Json

MOST_DISTINCT = 30  # values of an attribute in text; of more, such as postal codes, groups are too small
FEWEST_IN_BIN = 20  # people, where a number is cut into bins
SHUFFLES, FEWEST_SHUFFLES = 999, 199
SHUFFLES_OF_GROUPS = 3999  # there are more groups than figures of items, and Holm asks for smaller p-values
MOST_PEOPLE = 10_000  # of each, drawn at random, whose items are looked at
MOST_DRAWS = 100_000_000  # people drawn in all of these
WORK = 2_000_000_000  # events in all shuffles
CHUNK = 20_000_000  # numbers at a time
LEVEL = 0.05
TENTH = 10
ROUNDING = 1e-9
CONCENTRATION = ("Gini of the items", "Share of the events on the top tenth of the items", "Coverage of the catalogue")


@dataclass(frozen=True)
class Drift:
    """A figure of the real people, and of the generated ones.

    Attributes:
        family: what it is about: "Items", or an attribute of people.
        name: of the figure, or of the group.
        of: what the figure is a share of: "people" or "events"; "" for figures of items.
        before, after: of the real people and of the generated ones; shares have 95 % intervals over people.
        chance: how far the two lie apart at most in 95 of 100 cases where people change sides by chance.
        p_value: of the same shuffling, adjusted for all figures of items, or for all groups (Holm).
    """

    family: str
    name: str
    of: str
    before: Estimate
    after: Estimate
    chance: float
    p_value: float

    @property
    def change(self) -> float:
        return self.after.value - self.before.value

    @property
    def is_certain(self) -> bool:
        """Whether chance alone hardly explains it."""
        return self.p_value <= LEVEL

    @property
    def words(self) -> str:
        """What changes from what to what. Names of groups are text from outside."""
        what = f"{self.family} {self.name}, share of the {self.of}" if self.of else self.name
        return f"{what} {self.before.value:.2f} → {self.after.value:.2f}"

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What ``asdict`` gave."""
        return cls(**{**about, "before": Estimate(**about["before"]), "after": Estimate(**about["after"])})


@dataclass(frozen=True)
class Bias:
    """All drifts from real to generated people."""

    drifts: tuple[Drift, ...]

    @property
    def certain(self) -> list[Drift]:
        """Those beyond chance."""
        return [drift for drift in self.drifts if drift.is_certain]

    def as_json(self) -> Json:
        return {"drifts": [asdict(drift) for drift in self.drifts]}

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What :meth:`as_json` gave."""
        return cls(tuple(Drift.from_json(drift) for drift in about["drifts"]))


def bias(pair: Pair, real: pd.DataFrame, synthetic: pd.DataFrame, seed: int) -> Bias:
    """From real to generated people: how far the items are concentrated, and the shares of groups.

    Of items: the Gini coefficient of events, the share of the events on the most popular tenth, and the share of the
    catalogue that anybody met, of as many people of both, at most 10,000. Of groups, those of every attribute of which
    both tables know something: their share of the people and of the events. Numbers are cut into at most five bins.

    What is beyond chance is told by shuffling who is real and who is generated; that makes no assumption but that
    people are independent. p-values hold for all figures of items together, and for all groups together (Holm).

    Args:
        pair: people who did something. real, synthetic: a row of attributes for each of them.
    """
    drifts = _of_items(pair, np.random.default_rng(seed))
    counts = np.concatenate([side.lengths() for side in pair.sides])
    drifts += _of_groups(groups([real, synthetic]), len(pair.real), counts, seed)
    return Bias(tuple(drifts))


def groups(tables: Sequence[pd.DataFrame]) -> list[Cut]:
    """The people of all tables, one table behind the other, cut by each attribute of which all tables know something.

    Text with at most 30 values makes groups of the eight that most people have, and one of all others.
    """
    cuts = []
    for name in map(str, tables[0]):
        if name in USER_COLUMNS or not all(name in table for table in tables):
            continue
        columns = [table[name] for table in tables]
        if any((column.isna() | (column == "")).all() for column in columns):
            continue
        title = f"{name[:1].upper()}{name[1:]}"
        if all(pd.api.types.is_numeric_dtype(column) for column in columns):
            amounts = np.concatenate([column.to_numpy(np.float64, na_value=np.nan) for column in columns])
            cut = by_amount(name, title, amounts, FEWEST_IN_BIN, NUMBERS)
        elif all(pd.api.types.is_object_dtype(column) or pd.api.types.is_string_dtype(column) for column in columns):
            values = np.concatenate([column.to_numpy(object) for column in columns])
            if len(set(values)) > MOST_DISTINCT:
                continue
            cut = by_value(name, title, values, 1)
        else:
            continue
        if len(cut.names) > 1:
            cuts.append(cut)
    return cuts


def _of_items(pair: Pair, rng: np.random.Generator) -> list[Drift]:
    even = pair.even(rng, MOST_PEOPLE)
    sides = [met(side) for side in even.sides]
    before, after = (_concentration(side.sum(axis=0)[None], n)[0] for side, n in zip(sides, even.n_items, strict=True))
    # Where the catalogues are of different things, nobody can change sides; then the real people make two halves.
    pool = csr_array(vstack(sides, format="csr")) if len(pair.catalogue.shared) else sides[0]
    apart = _apart_by_chance(pool, len(pair.catalogue), rng)
    p_values, chances = _tested(after - before, apart)
    return [
        Drift("Items", name, "", _plain(was), _plain(now), float(chance), float(p))
        for name, was, now, chance, p in zip(CONCENTRATION, before, after, chances, p_values, strict=True)
    ]


def _plain(value: float) -> Estimate:
    """A figure whose interval resampled people do not tell: they cover less than people do."""
    return Estimate(float(value), None, None)


def _apart_by_chance(people: csr_array, n_items: int, rng: np.random.Generator) -> Float64:
    """Float64[shuffles, 3], how far two halves of these people lie apart."""
    half = people.shape[0] // 2
    whole, by_item = people[: 2 * half].sum(axis=0), people[: 2 * half].T.tocsr()
    times = int(np.clip(WORK // max(1, people.nnz), FEWEST_SHUFFLES, SHUFFLES))
    size = max(1, CHUNK // max(people.shape))
    apart = []
    for start in range(0, times, size):
        order = rng.permuted(np.tile(np.arange(2 * half), (min(size, times - start), 1)), axis=1)
        first = (by_item @ np.ascontiguousarray((order < half).T, dtype=np.float32)).T
        apart.append(_concentration(whole - first, n_items) - _concentration(first, n_items))
    return np.concatenate(apart)


def _concentration(counts: Float32, n_items: int) -> Float64:
    """Float64[n, 3], of n rows of events per item: Gini, share of the top tenth, coverage, in a catalogue so large."""
    ordered = -np.sort(-counts, axis=1)[:, :n_items].astype(np.float64)
    total = np.maximum(ordered.sum(axis=1), 1)
    gini = ordered @ (n_items + 1 - 2 * np.arange(1, n_items + 1)) / (n_items * total)
    top = ordered[:, : max(1, n_items // TENTH)].sum(axis=1) / total
    return np.stack([gini, top, (ordered > 0).mean(axis=1)], axis=1)


def _of_groups(cuts: Sequence[Cut], n_real: int, events: Int64, seed: int) -> list[Drift]:
    """Of people of whom the first ``n_real`` are real."""
    if not cuts:
        return []
    named = [(cut.title, name, of) for cut in cuts for of in ("people", "events") for name in cut.names]
    weights = {"people": np.ones(len(events)), "events": events.astype(np.float64)}
    is_in = [(cut.of == place) * weights[of] for cut in cuts for of in weights for place in range(len(cut.names))]
    numerators = np.stack(is_in, axis=1)
    denominators = np.stack([weights[of] for _, _, of in named], axis=1)
    real, synthetic = slice(None, n_real), slice(n_real, None)
    before, after = (_shares(numerators[side], denominators[side], seed) for side in (real, synthetic))
    columns, n = np.hstack([numerators, denominators]), len(named)
    times = int(np.clip(MOST_DRAWS // len(events), FEWEST_SHUFFLES, SHUFFLES_OF_GROUPS))
    first = weighted_sums(columns, _draw_of(n_real), times, seed)
    second = columns.sum(axis=0) - first
    apart = second[:, :n] / second[:, n:] - first[:, :n] / first[:, n:]
    changes = np.array([now.value - was.value for was, now in zip(before, after, strict=True)])
    p_values, chances = _tested(changes, apart)
    return [
        Drift(*name, was, now, float(chance), float(p))
        for name, was, now, chance, p in zip(named, before, after, chances, p_values, strict=True)
    ]


def _draw_of(n: int) -> Draw:
    """Ones for so many people, drawn without replacement."""

    def draw(rng: np.random.Generator, size: int, people: int) -> Weights:
        order = rng.permuted(np.tile(np.arange(people), (size, 1)), axis=1)
        return (order < n).astype(np.int64)

    return draw


def _shares(numerators: Float64, denominators: Float64, seed: int) -> list[Estimate]:
    """Each column's share with its interval over people."""
    people = np.arange(len(numerators))
    parts = {
        str(place): PerUser(people, numerators[:, place], denominators[:, place], as_it_is)
        for place in range(numerators.shape[1])
    }
    intervals = bootstrap(parts, seed)
    return [Estimate(part.value(), *intervals[name]) for name, part in parts.items()]


def _tested(changes: Float64, apart: Float64) -> tuple[Float64, Float64]:
    """p-values (Holm) of changes Float64[m], and how large chance makes them in 95 of 100 of Float64[shuffles, m]."""
    by_chance = np.abs(apart)
    hits = (by_chance >= np.abs(changes) - ROUNDING).sum(axis=0)
    return holm((1 + hits) / (1 + len(apart))), np.quantile(by_chance, 1 - LEVEL, axis=0)


@dataclass(frozen=True)
class GroupChange:
    """A figure of a model among a group of people, before and after.

    Attributes:
        attribute, group: text from outside.
        change: after less before, with its paired 95 % interval over the people of the group.
    """

    attribute: str
    group: str
    people: int
    before: float
    after: float
    change: Estimate

    @classmethod
    def from_json(cls, about: Json) -> Self:
        """What ``asdict`` gave."""
        return cls(**{**about, "change": Estimate(**about["change"])})


def quality_by_group(dataset: Dataset, before: PerUser, after: PerUser, seed: int = 0) -> list[GroupChange]:
    """What generated people change for each group of real ones.

    Args:
        dataset: whose people are judged.
        before, after: a figure of people of this data set, of a model without generated people and of one with them.
    """
    one, other = over_shared_people([before, after])
    found = []
    for cut in groups([dataset.user_table.iloc[one.users]]):
        for place, name in enumerate(cut.names):
            members = one.users[cut.of == place]
            sides = one.among(members), other.among(members)
            change = paired_difference(sides[1], sides[0], seed)
            found.append(GroupChange(cut.title, name, len(members), sides[0].value(), sides[1].value(), change))
    return found
