"""Two models' spaces beside each other: how alike they are, and what moved."""

from dataclasses import dataclass

import numpy as np

from recsys_core.embeddings.space import nearest, unit
from recsys_core.types import Float32, Float64, Int64

NEAREST = 10


@dataclass(frozen=True)
class Alignment:
    """A space turned onto another one.

    Attributes:
        turned: Float32[n, d], the second space's points as they lie best on the first one's.
        moved: Float64[n], 1 − cosine of each point and its image: 0 where it stayed, 2 where it went to the other end.
        likeness: linear CKA, 1 where the spaces are the same but for turning and scale, near 0 where unrelated.
        shared: Float64[n], share of each point's nearest neighbours that both spaces agree on.
    """

    turned: Float32
    moved: Float64
    likeness: float
    shared: Float64


def align(first: Float32, second: Float32, k: int = NEAREST) -> Alignment:
    """Turn the second space so that the same points lie as near as can be (orthogonal Procrustes).

    Schönemann, A Generalized Solution of the Orthogonal Procrustes Problem, 1966. CKA: Kornblith, Norouzi, Lee and
    Hinton, Similarity of Neural Network Representations Revisited, ICML 2019, eq. 3 with linear kernels.

    Args:
        first, second: Float32[n, d] and Float32[n, e], rows of the same n points in both.
    """
    width = max(first.shape[1], second.shape[1])
    one, other = (np.pad(unit(part), ((0, 0), (0, width - part.shape[1]))) for part in (first, second))
    left, _, right = np.linalg.svd(other.T.astype(np.float64) @ one)
    turned = (other @ (left @ right)).astype(np.float32)
    cosine = (one * turned).sum(axis=1).astype(np.float64)
    k = max(1, min(k, len(one) - 1))
    return Alignment(turned, 1 - cosine, linear_cka(first, second), shared_neighbours(one, other, k))


def linear_cka(first: Float32, second: Float32) -> float:
    """|Y'X|² / (|X'X| |Y'Y|) of centred spaces; 0 where one of them is a single point."""
    one, other = centred(first), centred(second)
    scale = np.linalg.norm(one.T @ one) * np.linalg.norm(other.T @ other)
    return float(np.linalg.norm(other.T @ one) ** 2 / scale) if scale > 0 else 0.0


def centred(points: Float32) -> Float64:
    """Float64[n, d], around their middle."""
    moved: Float64 = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    return moved


def shared_neighbours(first: Float32, second: Float32, k: int) -> Float64:
    """Float64[n], the share of each point's k nearest by cosine that both spaces agree on."""
    if len(first) < 2:
        return np.ones(len(first))
    one, other = np.sort(nearest(first, k), axis=1), np.sort(nearest(second, k), axis=1)
    keys = len(first) * np.arange(len(first))[:, None]
    both: Float64 = np.isin(one + keys, other + keys).mean(axis=1)
    return both


def gained_and_lost(first: Float32, second: Float32, point: int, k: int = NEAREST) -> tuple[Int64, Int64]:
    """Neighbours that a point has in the second space only, and in the first only, nearest first."""
    k = min(k, len(first) - 1)
    others = np.delete(np.arange(len(first)), point)
    before, after = (others[nearest(part[others], k, part[[point]])[0]] for part in (first, second))
    return after[~np.isin(after, before)], before[~np.isin(before, after)]
