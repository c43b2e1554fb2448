"""A training that goes on from an earlier one: what is taken over, how fast it may change, what is gone over again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from recsys_core.errors import ModelError
from recsys_core.types import Bool, Float32, Int64

if TYPE_CHECKING:
    import torch


class Part(StrEnum):
    """A part of any model, in plain terms."""

    PEOPLE = "people"  # what is learned about each person alone
    ITEMS = "items"  # what is learned about each item alone
    NETWORK = "network"  # what all of them share: layers, offsets, vectors of attributes


class RowsOf(StrEnum):
    """What the rows of a learned tensor stand for."""

    PEOPLE = "people"
    ITEMS = "items"
    PERSON_VALUES = "values of people's attributes"
    ITEM_VALUES = "values of items' attributes"


PART_OF = {
    RowsOf.PEOPLE: Part.PEOPLE,
    RowsOf.ITEMS: Part.ITEMS,
    RowsOf.PERSON_VALUES: Part.NETWORK,
    RowsOf.ITEM_VALUES: Part.NETWORK,
}

FRESH = 0.1  # of its own deviation, which a new row keeps beside the mean of the known ones
PASSES = 2  # over what is new, in each epoch, so that validation takes less of the time
PARTS = 4  # of what is known already, one of which is gone over with each pass

Rows = TypeVar("Rows", np.ndarray, "torch.Tensor")


@dataclass(frozen=True)
class Learned:
    """A tensor that a training learns, live.

    Attributes:
        blocks: what its rows stand for, block behind block; none: they mean the same whatever the data.
        is_head: it belongs to the last layer, which turns what was understood into scores.
        twins: other tensors that must move with it, such as the weights that it is the average of.
    """

    tensor: "torch.Tensor"
    blocks: tuple[RowsOf, ...] = ()
    is_head: bool = False
    twins: "tuple[torch.Tensor, ...]" = ()

    @property
    def parts(self) -> set[Part]:
        """The parts that it belongs to."""
        return {PART_OF[rows] for rows in self.blocks} or {Part.NETWORK}

    @property
    def in_head(self) -> bool:
        """Whether a training of the head alone changes it: offsets, one number a row or a single one, always belong."""
        n_rows = len(self.tensor) if self.blocks else 1
        return self.is_head or self.tensor.numel() == n_rows


Weights = dict[str, "torch.Tensor"]


def parts_of(learned: Mapping[str, Learned]) -> list[Part]:
    """The parts that a model has, in their usual order."""
    found = set[Part]().union(*(one.parts for one in learned.values()))
    return [part for part in Part if part in found]


@dataclass(frozen=True)
class WarmStart:
    """An earlier training, as seen from new data.

    Attributes:
        weights: what it learned, by name, as in :attr:`TrainingSummary.learned`.
        sources: for each row of the new data its row in the earlier ones, −1 where there is none, Int64[n].
        sizes: rows in the earlier data.
        new_events: Bool[E], which of the new data the earlier training did not learn from.
        new_people: Bool[U], who has such an event.
        rates: what the learning rate of a part is multiplied by, 1 unless said; at 0 the part is frozen. New rows, and
            a network that is not taken over, always learn at the full rate.
        newcomers: Int64[n], people of the new data without a row in the earlier ones, but with something to be told by.
        told: what the earlier model makes of them, (n, ...), for those tensors in which people have rows of their own.
        source: the earlier model, for models that need more of it than weights, such as its readers or, to answer as it
            did, what it knew of the scale of ratings; None: they do not.
        head_rate: what the learning rate of the head is multiplied by, whatever its part; None: by that of its part.
        thaw: epochs after which items and people learn beside the head, and as many again after which the network does;
            until then what is known of them is frozen (gradual unfreezing; Howard and Ruder, ACL 2018). 0: at once.
        pull: share of the way back to where they began that known rows go after each epoch (as the penalty L2-SP of
            Li, Grandvalet and Davoine, ICML 2018, by a proximal step).
        as_it_is: nothing is learned; the model answers with what was taken over.
        network: whether what all people and items share is taken over.
    """

    weights: Weights
    sources: Mapping[RowsOf, Int64]
    sizes: Mapping[RowsOf, int]
    new_events: Bool
    new_people: Bool
    rates: Mapping[Part, float] = field(default_factory=dict)
    newcomers: Int64 = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    told: Weights = field(default_factory=dict)
    source: Any = None
    head_rate: float | None = None
    thaw: int = 0
    pull: float = 0.0
    as_it_is: bool = False
    network: bool = True

    def transplant(self, learned: Mapping[str, Learned]) -> Weights:
        """What the new training begins with: known rows as they were; new ones as told, else near the mean known one.

        Fresh rows would be ahead of many known ones: what few people meet has a low bias, which takes long to learn.

        Raises:
            ModelError: the tensors do not fit.
        """
        import torch

        begun = {}
        for name, new in learned.items():
            old, tensor = self.weights.get(name), new.tensor.detach().clone()
            n_old = sum(self.sizes[rows] for rows in new.blocks) if new.blocks else len(tensor)
            if old is None or old.shape != (n_old, *tensor.shape[1:]):
                raise ModelError(
                    "The run cannot be continued on these data: what it learned has another shape than what is to be "
                    f"learned ({name}).",
                    "Train from scratch instead.",
                    "does-not-fit",
                )
            old = old.to(tensor.device)
            if not new.blocks:
                tensor = old.clone() if self.network else tensor
            else:
                source = torch.from_numpy(self._source(new.blocks)).to(tensor.device)
                tensor[source >= 0] = old[source[source >= 0]]
                lengths = [len(self.sources[kind]) for kind in new.blocks]
                for rows, known in zip(torch.split(tensor, lengths), torch.split(source >= 0, lengths), strict=True):
                    _bring_near_mean(rows, known)
            if name in self.told:
                tensor[torch.from_numpy(self.newcomers).to(tensor.device)] = self.told[name].to(tensor.device)
            begun[name] = tensor
        return begun

    def paces(self, learned: Mapping[str, Learned], epoch: int = 1) -> Weights:
        """Of each tensor Float32, an entry a row or a single one: what the steps of its rows are multiplied by."""
        import torch

        return {name: torch.from_numpy(self._pace(one, epoch)).to(one.tensor.device) for name, one in learned.items()}

    def way_back(self, learned: Mapping[str, Learned]) -> Weights:
        """Of each tensor Float32, an entry a row or a single one: the share of the way back that it goes."""
        import torch

        shares = {}
        for name, one in learned.items():
            sources = [self.sources[rows] >= 0 for rows in one.blocks]
            known = np.concatenate(sources) if sources else np.array([self.network])
            shares[name] = torch.from_numpy((self.pull * known).astype(np.float32)).to(one.tensor.device)
        return shares

    def carried(self, name: str, rows: RowsOf) -> Bool:
        """Bool[n], the rows of a tensor of one block that were known before and are not 0, as rows of what had no
        events are."""
        source = self.sources[rows]
        known: Bool = source >= 0
        known[known] = self.weights[name].any(1).cpu().numpy()[source[known]]
        return known

    def _pace(self, one: Learned, epoch: int) -> Float32:
        def rate(part: Part) -> float:
            if self.as_it_is:
                return 0.0
            if one.in_head:
                return self.rates.get(part, 1.0) if self.head_rate is None else self.head_rate
            thawed = self.thaw * (2 if part is Part.NETWORK else 1)
            return 0.0 if epoch <= thawed else self.rates.get(part, 1.0)

        if not one.blocks:
            return np.array([rate(Part.NETWORK) if self.network or self.as_it_is else 1.0], dtype=np.float32)
        paces = [np.where(self.sources[rows] >= 0, rate(PART_OF[rows]), 1.0) for rows in one.blocks]
        return np.concatenate(paces).astype(np.float32)

    def _source(self, blocks: tuple[RowsOf, ...]) -> Int64:
        """Rows of a tensor that has these blocks one behind the other."""
        firsts = np.cumsum([0, *(self.sizes[rows] for rows in blocks)])
        sources = (self.sources[rows] for rows in blocks)
        return np.concatenate([np.where(s >= 0, s + first, -1) for s, first in zip(sources, firsts, strict=False)])


def epoch_rows(order: Rows, is_new: Rows | None) -> Rows:
    """The rows that an epoch visits: the new ones several times, and some of the others.

    So most steps go to what is new, and what is known is not forgotten (experience replay; Rolnick, Ahuja, Schwarz,
    Lillicrap and Wayne, NeurIPS 2019). Which others depends on nothing but the order, so they are others in each epoch.

    Args:
        order: the numbers 0 to n - 1, in random order.
        is_new: n of them, of each row; None: all rows are visited, once.
    """
    if is_new is None:
        return order
    new = is_new[order]
    n_known = max(1, int((~new).sum()))
    part = PARTS * ((~new).cumsum(0) - 1) // n_known  # to which each known one belongs
    return _concat([order[new | (part == number)] for number in range(PASSES)])


def _concat(parts: list[Rows]) -> Rows:
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    import torch

    return torch.cat(parts)


def _bring_near_mean(rows: "torch.Tensor", known: "torch.Tensor") -> None:
    """Put fresh rows near the mean of the known ones, in place.

    A fresh vector of zeros stays: of such a row nothing is known. Biases that begin with something, such as with
    popularity, stay as well.
    """
    if not known.any() or known.all():
        return
    mean, fresh = rows[known].mean(0), rows[~known]
    near = mean + FRESH * fresh
    keeps = fresh.any(0) if rows.ndim == 1 else ~fresh.flatten(1).any(1, keepdim=True)
    rows[~known] = fresh.where(keeps, near)
