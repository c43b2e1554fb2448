"""Whether a generator makes the same few people over and over, as adversarial networks may come to do."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import csr_array

from recsys_core.data.findings import Finding
from recsys_core.types import Float64

NEAREST = 5  # as Naeem et al. have it
MOST_PEOPLE = 4000  # that are looked at: distances between all pairs of them
LEAST_SHARE = 0.5  # of what real people show, of dimensions, variance and coverage
MOST_TIMES = 2.0  # as much variance as real people have, or as much likeness
MANY = 100  # times; how many more makes no difference


@dataclass(frozen=True)
class Compared:
    """A figure of generated people, and the same one of real people."""

    made: float
    real: float

    @property
    def share(self) -> float:
        return self.made / max(self.real, 1e-12)


@dataclass(frozen=True)
class Collapse:
    """How varied generated people are against real ones.

    Attributes:
        dimensions: (Σ λ)² / Σ λ² of the covariance's eigenvalues λ: in how many directions people differ.
        variance: in all directions together.
        coverage: share of some real people whom anybody comes as near as their five nearest (Naeem, Oh, Uh, Choi and
            Yoo, Reliable Fidelity and Diversity Metrics for Generative Models, ICML 2020): anybody generated, or as
            many other real people.
        likeness: mean cosine between the histories of two people.
    """

    dimensions: Compared
    variance: Compared
    coverage: Compared
    likeness: Compared

    @classmethod
    def of(
        cls, real: Float64, made: Float64, real_met: csr_array, made_met: csr_array, rng: np.random.Generator
    ) -> Self:
        """Compare people.

        Args:
            real, made: Float64[U, D] and Float64[n, D], where people stand, in units in which real people differ by 1.
            real_met, made_met: (U, I) and (n, I), what they met.
        """
        some = rng.permutation(len(real))[:MOST_PEOPLE]
        judged, others = real[some[: len(some) // 2]], real[some[len(some) // 2 :]]
        as_many = made[rng.permutation(len(made))[: len(others)]]
        reach = _nearest(judged, judged, NEAREST + 1)  # the first is itself
        return cls(
            Compared(_dimensions(made), _dimensions(real)),
            Compared(float(made.var(0).sum()), float(real.var(0).sum())),
            Compared(_covered(judged, as_many, reach), _covered(judged, others, reach)),
            Compared(likeness(made_met), likeness(real_met)),
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """What tells that it collapsed, in words; nothing where it did not."""
        found = []
        if self.dimensions.share < LEAST_SHARE:
            found.append(
                f"they differ in {self.dimensions.made:.1f} directions, where real people differ in "
                f"{self.dimensions.real:.1f}"
            )
        if self.variance.share < LEAST_SHARE:
            found.append(f"they differ by {self.variance.share:.0%} of what real people do")
        if self.variance.share > MOST_TIMES:
            times = f"{self.variance.share:.1f}" if self.variance.share < MANY else f"more than {MANY}"
            found.append(f"they differ {times} times as much as real people do")
        if self.coverage.share < LEAST_SHARE:
            found.append(
                f"they come near {self.coverage.made:.0%} of the real people, where as many other real ones come near "
                f"{self.coverage.real:.0%}"
            )
        if self.likeness.share > MOST_TIMES:
            found.append(f"their histories are {self.likeness.share:.1f} times as alike as those of real people")
        return tuple(found)

    def finding(self) -> Finding:
        """An error where it collapsed, else a note with the figures."""
        if self.reasons:
            return Finding(
                "error",
                "collapsed",
                f"The generated people are not as varied as real ones: {'; '.join(self.reasons)}. Do not use them: "
                "train again with a lower learning rate, more epochs or another seed.",
            )
        return Finding(
            "note",
            "not-collapsed",
            f"The generated people are as varied as real ones: they differ in {self.dimensions.made:.1f} directions "
            f"(real: {self.dimensions.real:.1f}) by {self.variance.share:.0%} of what real people do, come near "
            f"{self.coverage.made:.0%} of them (as many other real ones: {self.coverage.real:.0%}), and two histories "
            f"are {self.likeness.made:.0%} alike (real: {self.likeness.real:.0%}).",
        )


def likeness(met: csr_array) -> float:
    """The mean cosine between the rows of two people, over all pairs; 0 for a single person.

    Args:
        met: (n, I), an entry above 0 for each item that a person met.
    """
    lengths = np.diff(met.indptr)
    kept = lengths > 0
    n_people = int(kept.sum())
    if n_people < 2:
        return 0.0
    weights = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    total = np.bincount(met.indices, weights, minlength=met.shape[1])
    return float((total @ total - n_people) / (n_people * (n_people - 1)))


def _dimensions(points: Float64) -> float:
    """The participation ratio of the directions of Float64[n, D]."""
    covariance = np.cov(points.T).reshape(points.shape[1], -1)
    squares = float((covariance**2).sum())
    return float(np.trace(covariance) ** 2 / squares) if squares > 0 else 0.0


def _covered(judged: Float64, others: Float64, reach: Float64) -> float:
    return float((_nearest(judged, others, 1) <= reach).mean())


def _nearest(points: Float64, others: Float64, which: int) -> Float64:
    """Float64[n], how far the nearest of the others is, or the second nearest, ..."""
    from scipy.spatial.distance import cdist

    which = min(which, len(others))
    return np.partition(cdist(points, others), which - 1, axis=1)[:, which - 1]
