"""What a score is worth when only a part of what it rests on is known: a game whose players are the parts."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field

import numpy as np

from recsys_core.data.interactions import Histories
from recsys_core.models.base import Recommender
from recsys_core.types import Bool, Float64, Int32, Int64

COMPARED = 200  # items that stand for the catalogue where a score means something only beside others


class Game(ABC):
    """n players, and a value for each coalition of them.

    Attributes:
        n: players.
    """

    n: int

    @abstractmethod
    def __call__(self, kept: Bool) -> Float64:
        """Float64[M], the values of M coalitions, Bool[M, n]."""

    def slopes(self, parts: Float64) -> Float64:
        """Float64[S, n], how fast the value grows with each player where all are there to these parts, Float64[S].

        Of games whose model says so.
        """
        raise NotImplementedError

    def ends(self) -> tuple[float, float]:
        """The value of nobody (the base) and of everybody (the score)."""
        base, score = self(np.stack([np.zeros(self.n, bool), np.ones(self.n, bool)]))
        return float(base), float(score)


@dataclass(frozen=True)
class Question:
    """Why this item for a person with this history?

    Attributes:
        history: one row: what the model is told of the person.
        item: whose score is explained. It is never one of its own reasons: in the history it does not count.
        rival: where it is not the score that is explained but the lead over this item.
        hidden: further items that are not shown to this person.
    """

    history: Histories
    item: int
    rival: int | None = None
    hidden: Int32 = field(default_factory=lambda: np.zeros(0, np.int32))

    def __post_init__(self) -> None:
        if len(self.history) != 1:
            raise ValueError(f"a history of {len(self.history):,} people")
        if self.rival == self.item:
            raise ValueError("an item has no lead over itself")

    def events(self) -> Int64:
        """Int64[E], the events of the history that can be reasons."""
        return np.flatnonzero(self.history.items != self.item)


class Grouped(Game):
    """Players of another game who come and go together.

    Args:
        groups: Int64[n], the group of each of its players, from 0 on.
    """

    def __init__(self, game: Game, groups: Int64) -> None:
        self._game, self.groups = game, groups
        self.n = int(groups.max(initial=-1)) + 1

    def __call__(self, kept: Bool) -> Float64:
        return self._game(kept[:, self.groups])

    def slopes(self, parts: Float64) -> Float64:
        members = np.eye(self.n)[self.groups]  # (players of the other game, n)
        return self._game.slopes(parts) @ members


class HistoryGame(Game):
    """The players are events of a person's history.

    A coalition is worth what the model says of somebody who did just that, in the same order. The base is its value for
    somebody of whom nothing is known.

    Args:
        model: with the ability HISTORY.
        question: whose score.

    Attributes:
        events: Int64[n], places in the history.
    """

    def __init__(self, model: Recommender, question: Question) -> None:
        self._model, self._question = model, question
        self.events = question.events()
        self.n = len(self.events)
        self._items, self._signs = compared(model, question)

    def __call__(self, kept: Bool) -> Float64:
        scores = self._model.score_histories(self._histories(kept), self._items).astype(np.float64)
        return scores @ self._signs

    def slopes(self, parts: Float64) -> Float64:
        everything = self._histories(np.ones((1, self.n), dtype=bool))
        return self._model.slopes(everything, parts, self._items, self._signs)

    def _histories(self, kept: Bool) -> Histories:
        """One row for each coalition (M, n), with its events in their order."""
        history = self._question.history
        events = self.events[np.nonzero(kept)[1]]
        indptr = np.concatenate([[0], np.cumsum(kept.sum(1))]).astype(np.int64)
        times = None if history.times is None else history.times[events]
        about = None if history.about is None else history.about.iloc[np.zeros(len(kept), dtype=np.int64)]
        return Histories(indptr, history.items[events], history.values[events], times, history.n_items, about)


def compared(model: Recommender, question: Question) -> tuple[Int32, Float64]:
    """Items to be scored, and what each of them counts in the value."""
    if question.rival is not None:
        return np.array([question.item, question.rival], dtype=np.int32), np.array([1.0, -1.0])
    if not model.info.is_relative:
        return np.array([question.item], dtype=np.int32), np.ones(1)
    others = np.setdiff1d(np.arange(model.n_items), [*question.history.items, question.item])
    if len(others) > COMPARED:  # every so many: the same for everybody who asks
        others = others[np.arange(COMPARED) * len(others) // COMPARED]
    items = np.concatenate([[question.item], others]).astype(np.int32)
    signs = np.concatenate([[1.0], np.full(len(others), -1.0 / max(1, len(others)))])
    return items, signs


def value_meaning(model: Recommender, question: Question) -> str:
    """What the value of a coalition is, as read after "Explained: "."""
    if question.rival is not None:
        return "how far its score lies above the other one's"
    if model.info.is_relative:
        return "how far its score lies above that of a typical item"
    return model.score_meaning
