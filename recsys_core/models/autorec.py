"""AutoRec for ratings: what item-AutoRec and user-AutoRec share."""

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
import torch

from recsys_core.content.attribute_features import AttributeFeatures, encode, item_features, user_features
from recsys_core.data.dataset import Dataset
from recsys_core.models.autorec_net import AutoRecNet
from recsys_core.models.autorec_task import AutoRecTask
from recsys_core.models.bags import MULTIPLIED_AT_ONCE, Bags
from recsys_core.models.base import expect_shapes
from recsys_core.models.bias import Bias
from recsys_core.models.dot_product import DotProduct
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from recsys_core.training.warm_start import RowsOf
from recsys_core.types import Float32, Int32, Int64

PAPER = "Sedhain, Menon, Sanner and Xie, AutoRec: Autoencoders Meet Collaborative Filtering, WWW 2015"


@dataclass(frozen=True)
class Side:
    """Items, or people.

    Attributes:
        places: Int32[E], the one that each event belongs to; counts: Int64[n], the events of each.
        features: of each.
        own, values: what rows stand for that are learned about each of them, and about each of their features.
    """

    places: Int32
    counts: Int64
    features: AttributeFeatures
    own: RowsOf
    values: tuple[RowsOf, ...]

    def bags(self, device: str) -> Bags:
        """The features as the network takes them."""
        return Bags.of(self.features.indptr, self.features.indices, self.features.weights, device)


@dataclass(frozen=True)
class Learned:
    """What a network tells. y is in standard deviations of what the ratings differ from the biases by.

    Attributes:
        codes: Float32[R, d], of all rows. outputs: Float32[C, d + 1], of all units: w and, last, o.
        typical_code: Float32[d], what is in the sigmoid of a row with no rating and the features of the average row.
        typical_output: Float32[d + 1], of a unit without anything of its own and the features of the average unit.
        value_table, presence_table: Float32[C, d], what a rating, and a rating's being there, adds in the sigmoid.
    """

    codes: Float32
    outputs: Float32
    typical_code: Float32
    typical_output: Float32
    value_table: Float32
    presence_table: Float32

    @classmethod
    @torch.no_grad()
    def of(cls, net: AutoRecNet, ratings: Bags, row_features: Bags, unit_features: Bags) -> "Learned":
        """What a network tells of these rows and units."""
        rated = ratings.lengths() > 0
        met = torch.bincount(ratings.members, minlength=len(unit_features)) > 0
        tensors = (
            net.codes(ratings, row_features),
            net.outputs(unit_features),
            net.bias + _mean_of(row_features.sums(net.feature_table), rated),
            _mean_of(net.shared_outputs(unit_features), met),
            net.value_table,
            net.presence_table * net.presence,
        )
        return cls(*(tensor.cpu().numpy() for tensor in tensors))


def _mean_of(rows: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
    """(d,), the mean of those rows (n, d) that count, (n,), or of all where none does."""
    return (rows[counts] if counts.any() else rows).mean(0)


class AutoRec(DotProduct):
    """r(u, i) = mean + b_u + b_i + y: the network learns what the ridge regression of :class:`Bias` leaves over.

    As y = w · h + o is linear in the code h, what was learned is a table of codes and one of outputs, and answers are
    inner products.

    Attributes:
        bias: what is predicted without the network.
    """

    bias: Bias

    @abstractmethod
    def _rows_and_units(self, items: Side, people: Side) -> tuple[Side, Side]:
        """Whose ratings are sent through the network, and from whom these ratings come."""

    @abstractmethod
    def _take_over(self, learned: Learned, deviation: float) -> None:
        """Answer with what was learned from now on; times the deviation, y is a difference of ratings."""

    def memory(self, train: Dataset) -> int:
        """The weights thirteen times (now, averaged, gradients, two moments; four for the best epoch, four for a newer
        one or a checkpoint), codes and outputs six times, and 120 bytes an event."""
        rows = (self.config.embedding_size + 1) * (train.n_users + train.n_items)
        return 4 * (13 * 3 + 6) * rows + 120 * len(train.interactions) + 20 * MULTIPLIED_AT_ONCE

    def _fit(self, train: Dataset, context: FitContext) -> None:
        config, events, device = self.config, train.interactions, context.device
        if context.answers_as is None:
            self.bias = Bias().fit(train)
        else:
            assert context.warm is not None
            sources = context.warm.sources
            self.bias = context.answers_as.bias.seen_from(sources[RowsOf.PEOPLE], sources[RowsOf.ITEMS])
        self.offset = np.array([self.bias.mean], dtype=np.float32)
        wanted = events.values - self.offset - self.bias.user_bias[events.users] - self.bias.item_bias[events.items]
        deviation = (float(wanted.std(dtype=np.float64)) if len(wanted) else 0.0) or 1.0
        rows, units = self._rows_and_units(*_sides(train, config.use_attributes))
        order = np.argsort(rows.places, kind="stable")
        starts = np.concatenate([[0], np.cumsum(rows.counts)])
        ratings = Bags.of(starts, units.places[order], wanted[order] / np.float32(deviation), device)
        row_features, unit_features = rows.bags(device), units.bags(device)
        net = AutoRecNet(
            torch.from_numpy(units.counts > 0),
            config.embedding_size,
            config.presence,
            len(rows.features.names),
            len(units.features.names),
            torch.Generator().manual_seed(context.seed),
        )

        def tell(net: AutoRecNet) -> None:
            self._take_over(Learned.of(net, ratings, row_features, unit_features), deviation)

        generator = torch.Generator(device).manual_seed(context.seed)
        blocks: dict[str, tuple[RowsOf, ...]] = dict.fromkeys(
            ("value_table", "presence_table", "output_table"), (units.own,)
        )
        blocks |= {"feature_table": rows.values, "output_feature_table": units.values}
        task = AutoRecTask(net.to(device), ratings, row_features, unit_features, generator, config, blocks, tell)
        self.training = loop.train(task, self, context, config.epochs, config.patience)

    def predict(self, users: Int32, items: Int32) -> Float32:
        return np.clip(self.score_pairs(users, items), self.bias.low, self.bias.high)

    def arrays(self) -> dict[str, np.ndarray]:
        own = {name: getattr(self, name) for name in self._own_shapes()}
        return super().arrays() | own | {f"bias.{name}": array for name, array in self.bias.arrays().items()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        shapes = self._own_shapes()
        own = {name: arrays[name] for name in shapes if name in arrays}
        biases = {name: array for name, array in arrays.items() if name.startswith("bias.")}
        super().restore({name: array for name, array in arrays.items() if name not in own.keys() | biases.keys()})
        expect_shapes(own, shapes)
        for name, array in own.items():
            setattr(self, name, array)
        self.bias = Bias()
        self.bias.n_users, self.bias.n_items = self.n_users, self.n_items
        self.bias.restore({name.removeprefix("bias."): array for name, array in biases.items()})

    @abstractmethod
    def _own_shapes(self) -> dict[str, tuple[int, ...]]:
        """The arrays that answer for people whom the model never met, by name of the attribute."""


def _sides(train: Dataset, use_attributes: bool) -> tuple[Side, Side]:
    """Items and people."""
    events = train.interactions
    of_items = item_features(train) if use_attributes else encode(train.item_table[[]])
    of_people = user_features(train) if use_attributes else encode(train.user_table[[]])
    values = ((RowsOf.ITEM_VALUES,), (RowsOf.PERSON_VALUES,)) if use_attributes else ((), ())
    items = Side(events.items, events.item_counts(), of_items, RowsOf.ITEMS, values[0])
    return items, Side(events.users, events.user_counts(), of_people, RowsOf.PEOPLE, values[1])
