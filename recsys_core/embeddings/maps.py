"""A map of what a model learned: which points have a place on it, where they lie, and how far to trust that."""

from dataclasses import dataclass

import numpy as np

from recsys_core.embeddings.honesty import Honesty, honesty
from recsys_core.embeddings.projection import PROJECTIONS, Projection
from recsys_core.embeddings.space import Space, Whose, space_of
from recsys_core.errors import ConfigError, ModelError
from recsys_core.models.base import Recommender
from recsys_core.types import Float32

DIMENSIONS = (2, 3)
ROUNDING = 1e-5  # coordinates of length 1 that differ by less are the same


@dataclass(frozen=True)
class Map:
    """Points on a map.

    Attributes:
        places: Float32[n, 2 or 3].
        honesty: None of fewer than four points.
    """

    places: Float32
    honesty: Honesty | None


def find_projection(key: str) -> Projection:
    """A way to draw by its key.

    Raises:
        ConfigError: there is none.
    """
    found = next((one for one in PROJECTIONS if one.key == key), None)
    if found is None:
        known = ", ".join(one.key for one in PROJECTIONS)
        raise ConfigError(f"There is no way to draw a map called {key!r}.", f"Choose one of: {known}.", "bad-setting")
    return found


def space_to_map(model: Recommender, whose: Whose) -> Space:
    """The points of a model that have a place on a map: all but those of whom nothing is known.

    Raises:
        AbilityError: the model has no vectors, or those of people and items cannot be compared.
        ModelError: there is nothing that differs.
    """
    space = space_of(model, whose)
    known = space.take(np.flatnonzero(space.vectors.any(axis=1)))
    what = {"items": "items", "people": "people", "both": "items and people"}[whose]
    if len(space) > 1 and not (len(known) and np.ptp(known.vectors, axis=0).max() > ROUNDING):
        raise ModelError(
            f"{model.title} gives all {what} the same vector, so there is nothing to map: it learned no difference.",
            "Look at its curves on Train, and train it longer, with less regularisation, or on more events.",
            "one-point",
        )
    return known


def draw_map(space: Space, method: str, dimensions: int, seed: int) -> Map:
    """A map of a space.

    Raises:
        ConfigError: there is no such way to draw, or it cannot take on so many points or dimensions.
    """
    projection = find_projection(method)
    if dimensions not in DIMENSIONS:
        raise ConfigError(f"A map has 2 or 3 dimensions, not {dimensions}.", "Choose 2 or 3.", "bad-setting")
    require_size(projection, len(space))
    places = projection.draw(space.vectors, dimensions, seed)
    return Map(places, honesty(space.vectors, places, seed))


def require_size(projection: Projection, points: int) -> None:
    """Refuse what would take hours.

    Raises:
        ConfigError: there are more points than the projection can take on.
    """
    if points > projection.most:
        others = " or ".join(one.title for one in PROJECTIONS if one.most >= points) or "a smaller data set"
        raise ConfigError(
            f"{projection.title} takes on at most {projection.most:,} points; here are {points:,}.",
            f"Choose {others}.",
            "too-many-points",
        )
