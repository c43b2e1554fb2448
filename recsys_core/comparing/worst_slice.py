"""The slice of people for whom a model, or a switch between two, is worst, found without being fooled by chance.

Whoever looks at many slices finds a bad one in any data. So a slice is only certain where its gap to all other people
is larger than the largest gap that shuffled data show in 95 of 100 cases, over all slices at once (max-T: Westfall and
Young, Resampling-Based Multiple Testing, 1993). Slices are those of all cuts and, where that is cheap, those of any two
of them together (after Chung et al., Slice Finder, ICDE 2019).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.sparse import csr_array

from recsys_core.comparing.cutting import Cut
from recsys_core.comparing.slices import FEWEST
from recsys_core.statistics.estimates import Estimate, PerUser
from recsys_core.types import Float64, Int64

SHUFFLES, FEWEST_SHUFFLES = 999, 99
PAIRS_WORK = 500_000  # places of people in slices, up to which slices of two cuts are looked at too
SHUFFLES_WORK = 200_000_000  # places of people in shuffled slices
CHUNK = 2_000_000  # numbers held at a time
STEP = 1e-4  # for the slope of a figure
LEVEL, TIES = 0.95, 1e-9


@dataclass(frozen=True)
class WorstSlice:
    """The slice that lies surest below all other people, or that comes nearest to it.

    Attributes:
        where: cut and slice, such as "Age: up to 24"; two where a slice is one of two cuts together.
        people: in it.
        value: the figure among them: of a run, or of the difference of two.
        others: the figure among everybody else.
        gap: ``value − others``, with an interval that holds for all slices looked at together.
        looked_at: slices.
        higher_is_better: of the figure.
    """

    where: tuple[str, ...]
    people: int
    value: float
    others: float
    gap: Estimate
    looked_at: int
    higher_is_better: bool

    @property
    def is_certain(self) -> bool:
        """Whether the slice is worse than the others even after looking at so many."""
        assert self.gap.low is not None
        assert self.gap.high is not None
        return self.gap.high < 0 if self.higher_is_better else self.gap.low > 0

    def in_words(self, label: str, titles: Sequence[str]) -> str:
        """All of it, and no more than the interval allows.

        Args:
            label: of the figure, as "NDCG@10".
            titles: of the run, or of both: from the first to the second.
        """
        signed = "+" if len(titles) == 2 else ""
        who = f"{' and '.join(f'“{one}”' for one in self.where)} ({self.people:,} people)"
        value, others = (f"{figure:{signed}.3f}".replace("-", "−") for figure in (self.value, self.others))
        figures = f"{value} against {others} for everybody else"
        switch = f"the switch from {titles[0]} to {titles[-1]}"
        if self.is_certain:
            gap, low, high = (
                f"{figure:+.3f}".replace("-", "−") for figure in (self.gap.value, self.gap.low, self.gap.high)
            )
            worst = f"{switch[:1].upper()}{switch[1:]} does worst for" if signed else f"{titles[0]} is worst for"
            return (
                f"{worst} {who}: {label} {'changes by ' if signed else ''}{figures}. The gap of {gap} "
                f"is sure even after looking at {self.looked_at:,} slices (95 % interval {low} to {high}, "
                "for all of them together)."
            )
        does = f"{switch} surely does worse" if signed else f"{titles[0]} is surely worse"
        return (
            f"There is no slice for which {does} than for everybody else ({self.looked_at:,} looked at). Nearest comes "
            f"{who}: {label} {'changes by ' if signed else ''}{figures}, which may be chance."
        )


def worst_slice(
    cuts: Sequence[Cut], parts: Sequence[PerUser], higher_is_better: bool, fewest: int = FEWEST, seed: int = 0
) -> WorstSlice | None:
    """The worst slice of all; None where no slice leaves ``fewest`` people in it and outside.

    Args:
        cuts: of the people of the figures.
        parts: of one run, or of two for the change from the first to the second, over the same people.
        higher_is_better: of the figure.
        fewest: people in a slice.
        seed: of the shuffling.
    """
    slices = _Slices.of(cuts, len(parts[0].users), fewest)
    if not slices.where:
        return None
    moved, weights = _linear(parts)
    gaps, errors = _gaps(slices.members, moved, weights)
    most = _largest_by_chance(slices.members, moved, weights, seed)
    sign = 1 if higher_is_better else -1
    worst = int(np.argmin(sign * gaps + most * errors))
    value, others = _figures(slices.members[[worst]], parts)
    reach = float(most * errors[worst])
    gap = Estimate(value - others, value - others - reach, value - others + reach)
    where = tuple(f"{cuts[cut].title}: {cuts[cut].names[place]}" for cut, place in slices.where[worst])
    people = int(slices.members.indptr[worst + 1] - slices.members.indptr[worst])
    return WorstSlice(where, people, value, others, gap, len(slices.where), higher_is_better)


@dataclass(frozen=True)
class _Slices:
    """What is looked at.

    Attributes:
        where: cut and place of each of S slices; two of them for a slice of two cuts.
        members: float64 (S, n), 1 for who is in a slice.
    """

    where: list[tuple[tuple[int, int], ...]]
    members: csr_array

    @classmethod
    def of(cls, cuts: Sequence[Cut], n: int, fewest: int) -> "_Slices":
        """Slices with enough people in them and outside. Of two cuts together only those that are not one of either."""
        where: list[tuple[tuple[int, int], ...]] = []
        people: list[Int64] = []
        pairs = list(combinations(range(len(cuts)), 2))
        if n * (len(cuts) + len(pairs)) > PAIRS_WORK:
            pairs = []
        for which in [*((cut,) for cut in range(len(cuts))), *pairs]:
            shape = tuple(len(cuts[cut].names) for cut in which)
            of = np.ravel_multi_index(tuple(cuts[cut].of for cut in which), shape)
            sizes = np.bincount(of)
            order = np.argsort(of, kind="stable")
            ends = np.cumsum(sizes)
            for slice_ in np.flatnonzero((sizes >= fewest) & (n - sizes >= fewest)):
                places = [int(place) for place in np.unravel_index(slice_, shape)]
                named = tuple(zip(which, places, strict=True))
                if len(which) == 1 or sizes[slice_] < min(cuts[cut].sizes[place] for cut, place in named):
                    where.append(named)
                    people.append(order[ends[slice_] - sizes[slice_] : ends[slice_]])
        indptr = np.cumsum([0, *map(len, people)])
        columns = np.concatenate(people) if people else np.empty(0, np.int64)
        return cls(where, csr_array((np.ones(len(columns)), columns, indptr), shape=(len(where), n)))


def _linear(parts: Sequence[PerUser]) -> tuple[Float64, Float64]:
    """By how much each person moves the figure, Float64[n], and how much each person weighs.

    A figure f(Σ numerators / Σ denominators) with ratio R moves by f'(R) (numerator − R denominator) / Σ denominators
    (delta method); for a mean that is the person's own value, less the mean.
    """
    moved = np.zeros(len(parts[0].users))
    for sign, part in zip((-1, 1)[-len(parts) :], parts, strict=True):
        ratio = part.numerator.sum() / part.denominator.sum()
        moved += sign * _slope(part.finish, ratio) * (part.numerator - ratio * part.denominator)
    moved[np.abs(moved) < 1e-12] = 0.0  # nothing but rounding
    return moved, np.mean([part.denominator for part in parts], axis=0)


def _slope(finish: Callable[[Float64], Float64], ratio: float) -> float:
    if ratio == 0:
        return 1.0
    ratios = np.array([ratio * (1 - STEP), ratio * (1 + STEP)])
    return float(np.diff(finish(ratios))[0] / np.diff(ratios)[0])


def _gaps(members: csr_array, moved: Float64, weights: Float64) -> tuple[Float64, Float64]:
    """How far slices lie from all other people, and the standard errors of that.

    People may differ more in one slice than in others, so each is judged by its own spread; but a slice where all
    happen to be alike is not surer than what people at large allow.

    Args:
        members: (S, n).
        moved, weights: Float64[n] or Float64[n, C].
    """
    inside, squares, weight = (members @ values for values in (moved, moved**2, weights))
    total = weights.sum(axis=0)
    spread = (moved**2).sum(axis=0) / total
    rest = total - weight
    gaps = inside / weight + (inside - moved.sum(axis=0)) / rest
    outside = (moved**2).sum(axis=0) - squares
    variance = np.maximum(squares / weight, spread) / weight + np.maximum(outside / rest, spread) / rest
    return gaps, np.sqrt(variance)


def _largest_by_chance(members: csr_array, moved: Float64, weights: Float64, seed: int) -> float:
    """The number of standard errors that in 95 of 100 shufflings of the people no slice lies away from the others."""
    rng = np.random.default_rng(seed)
    n = len(moved)
    shuffles = int(np.clip(SHUFFLES_WORK // max(1, members.nnz), FEWEST_SHUFFLES, SHUFFLES))
    size = max(1, CHUNK // max(n, members.shape[0]))
    most = []
    for start in range(0, shuffles, size):
        people = np.tile(np.arange(n), (min(size, shuffles - start), 1))
        order = rng.permuted(people, axis=1).T  # (n, C)
        gaps, errors = _gaps(members, moved[order], weights[order])
        most.append(np.divide(np.abs(gaps), errors, out=np.zeros_like(gaps), where=errors > 0).max(axis=0))
    # A tie with it is no finding, whichever way it is rounded: sparse figures have many.
    return float(np.quantile(np.concatenate(most), LEVEL, method="higher")) * (1 + TIES)


def _figures(slice_: csr_array, parts: Sequence[PerUser]) -> tuple[float, float]:
    """The figure inside and outside a slice (1, n): of a run, or of the second less the first."""
    inside = np.zeros(len(parts[0].users), dtype=bool)
    inside[slice_.indices] = True
    found = []
    for mask in (inside, ~inside):
        figures = [part.among(part.users[mask]).value() for part in parts]
        found.append(figures[-1] - (figures[0] if len(parts) == 2 else 0.0))
    return found[0], found[1]
