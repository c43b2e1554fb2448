"""The points that two models have in common, found by their ids, and how alike two spaces are by chance."""

from dataclasses import dataclass

import numpy as np

from recsys_core.data.dataset import Ids
from recsys_core.embeddings.alignment import centred
from recsys_core.embeddings.space import Space
from recsys_core.errors import DataError
from recsys_core.types import Float32

FEWEST, MOST = 20, 6000


@dataclass(frozen=True)
class Pair:
    """The same n items, or people, in two spaces.

    Attributes:
        first, second: n points each, in one order.
        common: how many both have; more than n where a sample was drawn.
        only_first, only_second: how many the other one lacks.
    """

    first: Space
    second: Space
    common: int
    only_first: int
    only_second: int


def pair(first: Space, first_ids: Ids, second: Space, second_ids: Ids, noun: str, seed: int = 0) -> Pair:
    """The points of both spaces.

    Args:
        first, second: items of two models, or people.
        first_ids, second_ids: what each model calls them.
        noun: items or people, for the message.
        seed: draws a sample where there are too many to compare all with all.

    Raises:
        DataError: too few have the same id.
    """
    names = first_ids.values[first.rows].tolist()
    place = {name: at for at, name in enumerate(second_ids.values[second.rows].tolist())}
    mine = np.array([at for at, name in enumerate(names) if name in place], dtype=np.int64)
    if (least := min(len(first), len(second))) < FEWEST:
        raise DataError(
            f"With {least:,} {noun} there is too little to compare; at least {FEWEST} are needed.",
            "Choose models of a larger catalogue." if noun == "items" else "Choose models of more people.",
            "too-few-in-common",
        )
    if len(mine) < FEWEST:
        raise DataError(
            f"The two models have {len(mine):,} {noun} with the same id in common; at least {FEWEST} are needed.",
            f"Choose a model of the same catalogue, or one whose {noun} have the same ids.",
            "too-few-in-common",
        )
    common = len(mine)
    if common > MOST:
        mine = np.sort(np.random.default_rng(seed).choice(mine, MOST, replace=False))
    theirs = np.array([place[names[at]] for at in mine], dtype=np.int64)
    return Pair(first.take(mine), second.take(theirs), common, len(first) - common, len(second) - common)


def chance_likeness(first: Float32, second: Float32) -> float:
    """Linear CKA where nothing belongs together: the mean over all shufflings of the second space's rows.

    |X|² |Y|² / ((n − 1) |X'X| |Y'Y|) of centred spaces; above 0, the more so the fewer points and the more dimensions
    there are. 0 where one of them is a single point.
    """
    one, other = centred(first), centred(second)
    scale = (len(first) - 1) * np.linalg.norm(one.T @ one) * np.linalg.norm(other.T @ other)
    return float((one**2).sum() * (other**2).sum() / scale) if scale > 0 else 0.0
