"""Tastes from one place, popularity from another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models.base import Ability, Config, Cost, ModelInfo, Recommender, expect_shapes
from recsys_core.models.blend import Blend, Member
from recsys_core.models.sparse import are_bounds
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32, Int64


class TransferredConfig(Config):
    members: tuple[Member, ...] = Field((), description="The models whose tastes are taken, with their settings.")
    weights: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        (), description="How much the taste of each counts beside popularity."
    )


@dataclass(frozen=True)
class Taste:
    """A fitted model as seen from another data set.

    Attributes:
        model: with the ability HISTORY.
        n_items: that it learned from.
        items: Int64[I], for each item here its position in what the model learned from, −1 where it met none.
        people: Int64[U], the same of people; those without one are told by their history.
        usual: Float32[I], what people here get on average: the part of its scores that is no taste.
        unit: deviation of what is left, by which it is divided.
    """

    model: Recommender
    n_items: int
    items: Int64
    people: Int64
    usual: Float32
    unit: float

    def lifts(self, users: Int32, histories: Histories, items: Int32 | None = None) -> Float32:
        """Float32[B, I], how much more than usual each person likes each item, in units; 0 where nothing is known.

        Args:
            users: Int32[B], −1 for somebody new.
            histories: of the same people, in positions of this data set.
            items: those that are asked about; None: all.
        """
        chosen = slice(None) if items is None else items
        places, usual = self.items[chosen], self.usual[chosen]
        lifts = np.zeros((len(users), len(places)), dtype=np.float32)
        own = np.where(users >= 0, self.people[users], -1) if len(self.people) else np.full(len(users), -1)
        told = histories.translated(self.items, self.n_items)
        by_row, by_history = own >= 0, (own < 0) & (told.lengths() > 0)
        met = np.flatnonzero(places >= 0)
        at = places[met].astype(np.int32)
        if by_row.any():
            lifts[np.ix_(by_row, met)] = self.model.score(own[by_row].astype(np.int32), at)
        if by_history.any():
            lifts[np.ix_(by_history, met)] = self.model.score_histories(told.take(np.flatnonzero(by_history)), at)
        known = by_row | by_history
        lifts[np.ix_(known, met)] -= usual[met]
        lifts /= self.unit
        return lifts


class Transferred(Recommender):
    """s(u, i) = prior_i + Σ_m w_m lift_m(u, i): a log-linear pool (Genest and Zidek, Statistical Science 1986) of how
    popular an item is in the target and of how much more than others this person likes it, as models from elsewhere,
    and perhaps one from here, see it.

    All parts are found by ``recsys_core.transfer``; nobody trains it by name.
    """

    info = ModelInfo(
        key="transferred",
        title="Transferred",
        idea="Takes a person's tastes from a model that learned elsewhere, and what is popular from here.",
        family="Transfer",
        score="log of how often the item is met here, and how much more than others this person likes it",
        paper="Genest and Zidek, Combining Probability Distributions, Statistical Science 1(1), 1986",
        abilities=frozenset({Ability.HISTORY}),
        cost=Cost.MINUTES,
        is_relative=True,
    )
    Config = TransferredConfig
    smaller: ClassVar[str] = "Choose a smaller source."

    prior: Float32  # (I,)
    tastes: tuple[Taste, ...]
    told: Histories  # of the U people here, what is known of them

    @classmethod
    def of(cls, tastes: Sequence[Taste], prior: Float32, weights: Sequence[float], told: Histories) -> Self:
        """Of parts that are ready.

        Args:
            prior: Float32[I].
            weights: of the lifts of each taste.
            told: of the people of the data set, from which it is known which items they met.
        """
        members = tuple(
            Member(model=taste.model.info.key, settings=taste.model.config.model_dump(mode="json")) for taste in tastes
        )
        made = cls(TransferredConfig(members=members, weights=tuple(weights)))
        made.tastes, made.prior, made.told = tuple(tastes), prior, told
        made.n_users, made.n_items = len(told), len(prior)
        return made

    @property
    def title(self) -> str:
        if not self.config.members:
            return self.info.title
        return f"{Blend.find_member(self.config.members[0].model).info.title}, transferred"

    def memory(self, train: Dataset) -> int:
        return 16 * (train.n_users + train.n_items) + 12 * len(train.interactions)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        raise ModelError(
            f"{self.title} is made of what other models learned, so it is not trained by itself.",
            "Transfer its source again.",
            "composed",
        )

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._scores(users, self.told.take(users), items)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return self._scores(np.full(len(histories), -1, dtype=np.int32), histories, items)

    def _scores(self, users: Int32, histories: Histories, items: Int32 | None) -> Float32:
        prior = self.prior if items is None else self.prior[items]
        scores = np.tile(prior, (len(users), 1))
        for taste, weight in zip(self.tastes, self.config.weights, strict=True):
            scores += np.float32(weight) * taste.lifts(users, histories, items)
        return scores

    def arrays(self) -> dict[str, np.ndarray]:
        own: dict[str, np.ndarray] = {
            "prior": self.prior,
            "told.indptr": self.told.indptr,
            "told.items": self.told.items,
            "told.values": self.told.values,
        }
        return own | {
            f"{place}.{name}": array
            for place, taste in enumerate(self.tastes)
            for name, array in _arrays_of(taste).items()
        }

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        own, tastes = dict(arrays), []
        for place, member in enumerate(self.config.members):
            prefix = f"{place}."
            theirs = {name.removeprefix(prefix): own.pop(name) for name in arrays if name.startswith(prefix)}
            tastes.append(_restored(member, theirs, self.n_users, self.n_items))
        n_told = len(own.get("told.items", ()))
        shapes: dict[str, tuple[int, ...]] = {
            "prior": (self.n_items,),
            "told.indptr": (self.n_users + 1,),
            "told.items": (n_told,),
            "told.values": (n_told,),
        }
        expect_shapes(own, shapes, {"told.indptr": "int64", "told.items": "int32"})
        _require_positions(own, "told.items", 0, self.n_items)
        if not are_bounds(own["told.indptr"], n_told):
            raise _damaged("told.indptr", "the bounds of its rows do not rise from 0 to the end")
        self.tastes, self.prior = tuple(tastes), own["prior"]
        self.told = Histories(own["told.indptr"], own["told.items"], own["told.values"], None, self.n_items)


def _arrays_of(taste: Taste) -> dict[str, np.ndarray]:
    """What is kept of a taste, and of its model, as "model.NAME"."""
    own: dict[str, np.ndarray] = {
        "items": taste.items,
        "people": taste.people,
        "usual": taste.usual,
        "unit": np.array([taste.unit]),
        "size": np.array([taste.model.n_users, taste.model.n_items], dtype=np.int64),
    }
    return own | {f"model.{name}": array for name, array in taste.model.arrays().items()}


def _restored(member: Member, arrays: dict[str, np.ndarray], n_users: int, n_items: int) -> Taste:
    """A taste from what :func:`_arrays_of` gave."""
    own = dict(arrays)
    theirs = {name.removeprefix("model."): own.pop(name) for name in arrays if name.startswith("model.")}
    shapes = {"items": (n_items,), "people": (n_users,), "usual": (n_items,), "unit": (1,), "size": (2,)}
    expect_shapes(own, shapes, dict.fromkeys(("items", "people", "size"), "int64") | {"unit": "float64"})
    kind = Blend.find_member(member.model)
    model: Any = kind(kind.Config.parse(member.settings))
    model.n_users, model.n_items = (int(size) for size in own["size"])
    model.restore(theirs)
    _require_positions(own, "items", -1, model.n_items)
    _require_positions(own, "people", -1, model.n_users)
    if not own["unit"][0] > 0:
        raise _damaged("unit", "it is not above 0")
    return Taste(model, model.n_items, own["items"], own["people"], own["usual"], float(own["unit"][0]))


def _require_positions(arrays: dict[str, np.ndarray], name: str, low: int, bound: int) -> None:
    positions = arrays[name]
    if len(positions) and not (positions.min() >= low and positions.max() < bound):
        raise _damaged(name, f"a position lies outside {low}..{bound - 1}")


def _damaged(name: str, what: str) -> ModelError:
    return ModelError(
        f"The array {name!r} of the saved model cannot be used: {what}.", "Transfer it again.", "damaged-model"
    )
