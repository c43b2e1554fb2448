"""How far a map can be trusted: whether neighbours on it are neighbours, and neighbours are near on it.

Venna and Kaski, Neighborhood Preservation in Nonlinear Projection Methods, ICANN 2001.
"""

from dataclasses import dataclass

import numpy as np

from recsys_core.types import Float32, Float64, Int64

NEAREST = 10
MOST_POINTS = 2000  # of a sample: all ranks of all pairs are needed


@dataclass(frozen=True)
class Honesty:
    """Figures of a map from 0 to 1.

    Attributes:
        trustworthiness: 1 where all neighbours on the map are neighbours in truth.
        continuity: 1 where all true neighbours are neighbours on the map.
        overlap: mean share of the true k nearest that are among the k nearest on the map.
        k: neighbours.
        points: how many the figures rest on.
    """

    trustworthiness: float
    continuity: float
    overlap: float
    k: int
    points: int


def honesty(vectors: Float32, places: Float32, seed: int = 0, k: int = NEAREST) -> Honesty | None:
    """The figures of a map of some points; None for fewer than four.

    Args:
        vectors: Float32[n, d]; places: Float32[n, 2 or 3] on the map.
        seed: draws the sample of many points.
    """
    if len(vectors) > MOST_POINTS:
        sample = np.sort(np.random.default_rng(seed).choice(len(vectors), MOST_POINTS, replace=False))
        vectors, places = vectors[sample], places[sample]
    n = len(vectors)
    k = min(k, (n - 1) // 2)
    if n < 4 or k < 1:
        return None
    true, shown = _ranks(vectors), _ranks(places)
    both = (true <= k) & (shown <= k)
    scale = 2 / (n * k * (2 * n - 3 * k - 1))
    return Honesty(
        1 - scale * _beyond(true, shown, k),
        1 - scale * _beyond(shown, true, k),
        float(both.sum(axis=1).mean()) / k,
        k,
        n,
    )


def _beyond(of: Int64, among: Int64, k: int) -> float:
    """Σ (rank − k) by one order over those who are neighbours by the other, as far as they are not."""
    return float(np.maximum(of - k, 0)[among <= k].sum())


def _ranks(points: Float32) -> Int64:
    """Int64[n, n], which neighbour of the row's point the column's is, from 1; the point itself comes last."""
    squares = (points.astype(np.float64) ** 2).sum(axis=1)
    distances: Float64 = squares[:, None] + squares - 2 * (points.astype(np.float64) @ points.T.astype(np.float64))
    np.fill_diagonal(distances, np.inf)
    ranks = np.empty(distances.shape, dtype=np.int64)
    np.put_along_axis(ranks, np.argsort(distances, axis=1, kind="stable"), np.arange(1, len(points) + 1)[None], axis=1)
    return ranks
