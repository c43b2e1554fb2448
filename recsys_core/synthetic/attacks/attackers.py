"""Ways to guess from generated people whether the generator learned from somebody, whose whole history is known.

Each gives a score to every person who is asked about, the higher the surer that they are a member. An attacker knows
the generated people, and other real people who are like those that it is asked about: of these it takes all others who
are asked about, never the person, so that it knows as much about a member as about anybody else.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array, vstack
from scipy.special import logsumexp

from recsys_core.synthetic.judging.pair import overlaps
from recsys_core.synthetic.judging.telling_apart import coordinates
from recsys_core.types import Float64

DIRECTIONS = 8  # of the space in which densities are measured; in more, everybody is far from everybody
ROOM = 1e-3  # of a cosine, so that one that is 0 has a logarithm
AT_ONCE = 10_000_000  # numbers


@dataclass(frozen=True)
class Attacker:
    """One way.

    Attributes:
        idea: one sentence, on whom it takes for a member.
        scores: Float32 (n, I) asked about and Float32 (m, I) generated, with 1 for an item that was met -> Float64[n].
    """

    key: str
    title: str
    idea: str
    scores: Callable[[csr_array, csr_array], Float64]


def _nearness(asked: csr_array, synthetic: csr_array) -> Float64:
    return _largest_jaccard(asked, synthetic, is_own=False)


def _nearer_than_usual(asked: csr_array, synthetic: csr_array) -> Float64:
    return _nearness(asked, synthetic) - _largest_jaccard(asked, asked, is_own=True)


def _largest_jaccard(people: csr_array, others: csr_array, is_own: bool) -> Float64:
    """Float64[n], of each person and the most alike of the others, themselves left out where they are among these."""
    best, sizes = [], np.diff(others.indptr)[:, None]
    for at, common in overlaps(people, others):
        mine = np.diff(people.indptr)[at]
        jaccard = common / np.maximum(mine + sizes - common, 1)
        if is_own:
            jaccard[at, np.arange(len(at))] = 0
        best.append(jaccard.max(axis=0))
    return np.concatenate(best)


def _fit_to_pairs(asked: csr_array, synthetic: csr_array) -> Float64:
    """log of how well the items of a person go together by what generated people met, less the same by real people.

    How well: the mean cosine of pairs of items, which is what an item-based nearest-neighbour model says on average of
    each item when it is left out (Sarwar et al., WWW 2001).
    """
    by_synthetic = _mean_cosines(asked, synthetic, is_own=False)
    return np.log(by_synthetic + ROOM) - np.log(_mean_cosines(asked, asked, is_own=True) + ROOM)


def _mean_cosines(people: csr_array, others: csr_array, is_own: bool) -> Float64:
    """Float64[n], over the pairs of items of each person, with cosines over the others.

    Σ cos(i, j) over all i and j of a history h is ‖Y h‖², where the columns of Y have length 1; items of nobody else
    have no cosine.
    """
    counts = others.sum(axis=0) - (1 if is_own else 0)
    weights = np.where(counts > 0, 1 / np.sqrt(np.maximum(counts, 1)), 0).astype(np.float32)
    scaled = people.copy()
    scaled.data = weights[scaled.indices]
    squares = []
    for at, products in overlaps(scaled, others):
        if is_own:
            products[at, np.arange(len(at))] = 0
        squares.append((products.astype(np.float64) ** 2).sum(axis=0))
    n, with_themselves = np.diff(people.indptr), people @ (weights > 0).astype(np.float64)
    return np.maximum(0, np.concatenate(squares) - with_themselves) / np.maximum(1, n * (n - 1))


def _density_ratio(asked: csr_array, synthetic: csr_array) -> Float64:
    """log p(person among generated people) − log p(among real ones), by Gaussian kernels over eight coordinates
    (DOMIAS: van Breugel et al., Membership Inference Attacks against Synthetic Data through Overfitting Detection,
    AISTATS 2023). The width of the kernels is Scott's."""
    n = asked.shape[0]
    places = coordinates(csr_array(vstack([asked, synthetic], format="csr")), DIRECTIONS)
    places = places / np.maximum(places.std(axis=0), 1e-9)
    mine, theirs = places[:n], places[n:]
    return _log_density(mine, theirs, is_own=False) - _log_density(mine, mine, is_own=True)


def _log_density(places: Float64, others: Float64, is_own: bool) -> Float64:
    """Float64[n], up to a constant, which is the same for all."""
    m, d = others.shape
    width = m ** (-1 / (d + 4))
    squares = (others**2).sum(axis=1)
    found = []
    for start in range(0, len(places), max(1, AT_ONCE // m)):
        part = places[start : start + max(1, AT_ONCE // m)]
        distances = (part**2).sum(axis=1)[:, None] + squares - 2 * part @ others.T
        if is_own:
            distances[np.arange(len(part)), start + np.arange(len(part))] = np.inf
        found.append(logsumexp(-distances / (2 * width**2), axis=1))
    return np.concatenate(found)


ATTACKERS = (
    Attacker("nearness", "Nearest", "A member is whoever has somebody generated near to them.", _nearness),
    Attacker(
        "calibrated",
        "Nearer than usual",
        "A member is whoever has somebody generated nearer to them than any other real person (difficulty calibration: "
        "Watson et al., ICLR 2022).",
        _nearer_than_usual,
    ),
    Attacker(
        "pairs",
        "Items that go together",
        "A member is whose items go together among generated people, more than among real ones.",
        _fit_to_pairs,
    ),
    Attacker(
        "density",
        "Density ratio",
        "A member is who lies where generated people are denser than real ones (DOMIAS: van Breugel et al., AISTATS "
        "2023).",
        _density_ratio,
    ),
)
