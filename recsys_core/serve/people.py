"""Whom an answer is for, and which way it is found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from recsys_core.data.interactions import Histories
from recsys_core.errors import DataError
from recsys_core.models.base import Ability
from recsys_core.recommending import guest
from recsys_core.serve.served import Served
from recsys_core.types import Int32

History = Sequence[tuple[int, float | None]]


class Way(StrEnum):
    """Where a list comes from."""

    KNOWN = "known person"
    HISTORY = "folded in from history"
    POPULARITY = "popularity"


@dataclass(frozen=True)
class Person:
    """Somebody to answer.

    Attributes:
        why: the way in a sentence.
        met: items that stay out of the list.
        user: position in the data set, of somebody whom it holds.
        told: one row, what the model is told of somebody whom it did not learn from.
    """

    way: Way
    why: str
    met: Int32
    user: int | None = None
    told: Histories | None = None


def person(run: Served, identifier: str | None, history: History) -> Person:
    """Who is meant by an external id, by a history, or by both: the history counts where the model has not learned from
    the person; its items stay out of the list in any case.

    Raises:
        DataError: neither is given, or the history names an item twice or a rating outside the scale.
    """
    if identifier is None and not history:
        raise DataError("Nobody is named.", "Give a user, a history, or both.", "nobody")
    told = guest(run.model, run.dataset, history)
    met = np.array([item for item, _ in history], dtype=np.int32)
    user = None if identifier is None else run.dataset.user_ids.positions.get(identifier)
    if user is not None:
        met = np.concatenate([met, run.known.row(user)[0]])
        if run.is_met[user]:
            return Person(Way.KNOWN, "The model has learned from what this person did.", met, user)
    reads = Ability.HISTORY in run.model.abilities
    if reads and len(told.items):
        return Person(Way.HISTORY, "The model reads the history that was given.", met, user, told)
    if reads and not history and user is not None and len(run.known.row(user)[0]):
        why = "The model has not learned from this person, and reads what is known of them."
        return Person(Way.HISTORY, why, met, user, run.known.take(np.array([user])))
    return Person(Way.POPULARITY, f"Popularity, because {_because(run, reads, history, user)}.", met, user)


def _because(run: Served, reads: bool, history: History, user: int | None) -> str:
    if not reads:
        return f"{run.model.title} has not learned from this person and reads no histories"
    if history:
        return "nothing in the history counts as liked"
    if user is None:
        return "this person is unknown and no history was given"
    return "nothing is known of this person and no history was given"
