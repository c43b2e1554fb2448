"""The figure of each run among the people of each slice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recsys_core.comparing.cutting import Cut
from recsys_core.comparing.slices import FEWEST
from recsys_core.statistics.bootstrap import bootstrap
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.statistics.paired import paired_difference


@dataclass(frozen=True)
class SliceFigures:
    """One slice.

    Attributes:
        name: of the slice.
        people: how many are in it.
        values: the figure of each run among them, with its 95 % interval over people.
        difference: of the last run and the first, over the same people; None of a single run.
        enough: whether there are enough people to say anything.
    """

    name: str
    people: int
    values: tuple[Estimate, ...]
    difference: Estimate | None
    enough: bool


def same_people(parts: Sequence[PerUser]) -> tuple[PerUser, ...]:
    """The figures of several runs over the people of all of them, in the same order; of each the users ascend.

    Left out is who adds nothing to a figure, such as somebody for whom it is not defined.
    """
    people = parts[0].users
    for part in parts:
        people = np.intersect1d(people, part.users[part.denominator > 0], assume_unique=True)
    return tuple(part.among(people) for part in parts)


def figures_of(cut: Cut, parts: Sequence[PerUser], fewest: int = FEWEST, seed: int = 0) -> list[SliceFigures]:
    """The slices of a cut that have people, in its order.

    Args:
        cut: of the people of the figures.
        parts: of one or two runs, over the same people.
        fewest: people of whom something can be said.
        seed: of the intervals.
    """
    people = parts[0].users
    return [
        _slice_figures(name, people[cut.of == place], parts, fewest, seed)
        for place, name in enumerate(cut.names)
        if cut.sizes[place]
    ]


def _slice_figures(name: str, people: np.ndarray, parts: Sequence[PerUser], fewest: int, seed: int) -> SliceFigures:
    mine = {str(place): part.among(people) for place, part in enumerate(parts)}
    intervals = bootstrap(mine, seed)
    values = tuple(Estimate(part.value(), *intervals[key]) for key, part in mine.items())
    difference = paired_difference(mine["1"], mine["0"], seed) if len(parts) == 2 else None
    return SliceFigures(name, len(people), values, difference, len(people) >= fewest)


def spread_in_words(figures: Sequence[SliceFigures], label: str, titles: Sequence[str]) -> str:
    """From where to where the figure, or the difference of two runs, goes over the slices with enough people.

    Args:
        figures: of the slices.
        label: of the figure, as "NDCG@10".
        titles: of the runs.
    """
    enough = [one for one in figures if one.enough]
    if not enough:
        return f"No slice has enough people to say anything about {label}."
    signed = "+" if len(titles) == 2 else ""
    told = {one.name: (one.difference or one.values[0]).value for one in enough}
    low, high = min(told, key=told.__getitem__), max(told, key=told.__getitem__)
    what = f"From {titles[0]} to {titles[1]}, {label} changes by" if signed else f"{label} of {titles[0]} goes from"
    apart = _beyond_chance([one.difference for one in enough if one.difference is not None])
    least, most = (f"{told[name]:{signed}.3f}".replace("-", "−") for name in (low, high))
    return f"{what} {least} ({low}) to {most} ({high}){apart}."


def _beyond_chance(differences: Sequence[Estimate]) -> str:
    """In how many slices the interval of the difference leaves out 0, as the end of a sentence."""
    told = [(one.low, one.high) for one in differences if one.low is not None and one.high is not None]
    if not told:
        return ""
    beyond = sum(low > 0 or high < 0 for low, high in told)
    return f", beyond chance in {beyond or 'none'} of {len(told)} slices"
