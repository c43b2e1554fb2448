"""The vectors of a model, as points that can be compared."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from recsys_core.errors import AbilityError
from recsys_core.models.base import Ability, Recommender
from recsys_core.types import Bool, Float32, Int64

CHUNK = 4_000_000  # likenesses held at once

Whose = Literal["items", "people", "both"]


@dataclass(frozen=True)
class Space:
    """Points of a model's space, of length 1: what counts is the direction.

    Attributes:
        vectors: Float32[n, d], each of length 1, or 0 where the model's was 0: nothing is known of those.
        rows: Int64[n], positions of items or people in the data set.
        are_items: Bool[n].
    """

    vectors: Float32
    rows: Int64
    are_items: Bool

    def __len__(self) -> int:
        return len(self.vectors)

    def take(self, points: Int64) -> "Space":
        """These points, in this order."""
        return Space(self.vectors[points], self.rows[points], self.are_items[points])


def space_of(model: Recommender, whose: Whose = "items") -> Space:
    """The vectors of a model's items, of its people, or of both where they share a space.

    Raises:
        AbilityError: the model has no vectors, or those of people and items cannot be compared.
    """
    if Ability.VECTORS not in model.abilities:
        raise AbilityError(
            f"{model.title} has no vectors, so there is no map of what it learned.",
            "Choose a model that lists 'vectors': python -m recsys_core models.",
            "no-vectors",
        )
    parts = []
    if whose in ("items", "both"):
        parts.append((model.item_vectors(), True))
    if whose in ("people", "both"):
        parts.append((model.user_vectors(), False))
    if len({vectors.shape[1] for vectors, _ in parts}) > 1:
        raise AbilityError(
            f"The vectors of items and of people of {model.title} have different sizes, so they share no map.",
            "Look at items, or at people.",
            "two-spaces",
        )
    vectors = np.concatenate([vectors for vectors, _ in parts])
    return Space(
        unit(vectors),
        np.concatenate([np.arange(len(vectors)) for vectors, _ in parts]),
        np.concatenate([np.full(len(vectors), are_items) for vectors, are_items in parts]),
    )


def unit(vectors: Float32) -> Float32:
    """Float32[n, d], the rows at length 1; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Float32 = np.divide(vectors, lengths, out=np.zeros_like(vectors, dtype=np.float32), where=lengths > 0)
    return result


def nearest(vectors: Float32, k: int, queries: Float32 | None = None) -> Int64:
    """Int64[m, k], the points nearest to each query by cosine, best first; of equals the earlier one.

    Args:
        vectors: Float32[n, d] of length 1.
        k: at most n, or n − 1 without queries.
        queries: Float32[m, d] of length 1; None: the points themselves, none of whom is its own neighbour.
    """
    asked = vectors if queries is None else queries
    size = max(1, CHUNK // max(1, len(vectors)))
    parts = [np.empty((0, k), dtype=np.int64)]
    for start in range(0, len(asked), size):
        likeness = asked[start : start + size] @ vectors.T
        if queries is None:
            likeness[np.arange(len(likeness)), np.arange(start, start + len(likeness))] = -np.inf
        best = np.argpartition(-likeness, min(k, likeness.shape[1] - 1), axis=1)[:, :k]
        best.sort(axis=1)
        order = np.argsort(-np.take_along_axis(likeness, best, axis=1), axis=1, kind="stable")
        parts.append(np.take_along_axis(best, order, axis=1))
    return np.concatenate(parts)
