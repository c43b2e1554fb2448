"""Factorisation machine and neural network on the same vectors of people, items and their attributes."""

from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
import torch
from pydantic import Field

from recsys_core.content.attribute_features import MOST_VALUES, item_fields, user_fields
from recsys_core.data.dataset import Dataset
from recsys_core.models.attribute_vectors import Fields
from recsys_core.models.base import Ability, Cost, ModelInfo, Search
from recsys_core.models.deepfm_net import DeepFMNet
from recsys_core.models.neural_cf import SCORE, NeuralCF
from recsys_core.models.neural_cf_config import TOWERS, NeuralCFConfig, Tower
from recsys_core.training.warm_start import RowsOf, WarmStart
from recsys_core.types import Float32

PEOPLE, ITEMS = "attributes of people", "attributes of items"  # as they are called in a saved model
VECTORS_AT_ONCE = 1 << 14


class DeepFMConfig(NeuralCFConfig):
    quick: ClassVar[dict[str, Any]] = NeuralCFConfig.quick | {"tower": (32, 16)}
    paper: ClassVar[dict[str, Any]] = {"embedding_size": 10, "tower": (400, 400, 400), "dropout": 0.5}  # section 3.1
    search: ClassVar[dict[str, Search]] = NeuralCFConfig.search | {"tower": TOWERS, "use_attributes": None}

    embedding_size: int = Field(
        64, ge=1, le=512, description="Numbers in the vector of a person, an item, or an attribute of one of them."
    )
    tower: Tower = (64, 32)
    use_attributes: bool = Field(
        True, description="Whether genre, year and other attributes of items, and those of people, are looked at."
    )


class DeepFM(NeuralCF):
    """y(u, i) = y_FM + y_DNN on the same vectors of all fields (Guo et al. 2017, eq. 1); see :class:`DeepFMNet`.

    People and items without events, now or before, have no vector of their own: they are known by their attributes
    alone.
    """

    info = ModelInfo(
        key="deepfm",
        title="DeepFM",
        idea="Lets person, item and what is known about both meet in pairs, and once more all together in neurons.",
        family="Attributes",
        score=SCORE,
        paper="Guo, Tang, Ye, Li and He, DeepFM: A Factorization-Machine based Neural Network for CTR Prediction, "
        "IJCAI 2017",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}),
        cost=Cost.A_MINUTE,
    )
    Config = DeepFMConfig

    net: DeepFMNet
    fields: tuple[Fields, Fields]  # of people and of items

    def _build(self, n_users: int, n_items: int, generator: torch.Generator) -> DeepFMNet:
        return DeepFMNet(n_users, n_items, *self.fields, self.config.embedding_size, self.config.tower, generator)

    def _outline(self, train: Dataset) -> DeepFMNet:
        """With as many values of attributes as there can be at most."""
        counts = (len(train.user_attributes), 2 + len(train.item_attributes)) if self.config.use_attributes else (0, 0)
        people, items = (Fields.nothing(count, MOST_VALUES * count) for count in counts)
        return DeepFMNet(1, 1, people, items, self.config.embedding_size, self.config.tower, torch.Generator())

    def memory(self, train: Dataset) -> int:
        """As the others, the values of attributes, and the vectors of all fields: those of a batch's users and of all
        items, laid side by side, with their gradients."""
        net, n_events = self._outline(train), len(train.interactions)
        values = net.user_fields.count * train.n_users + net.item_fields.count * train.n_items
        batch = min(self.config.events_in_a_step(n_events), n_events)
        vectors = net.user_layer.shape[1] * batch + net.item_layer.shape[1] * train.n_items
        return super().memory(train) + 200 * values + 24 * vectors

    def _fresh(self, train: Dataset, generator: torch.Generator, warm: WarmStart | None = None) -> DeepFMNet:
        events = train.interactions
        people, items = events.user_counts() > 0, events.item_counts() > 0  # with a vector of their own
        if warm is not None:
            people |= warm.carried("user_table", RowsOf.PEOPLE)
            items |= warm.carried("item_table", RowsOf.ITEMS)
        columns = (user_fields(train), item_fields(train)) if self.config.use_attributes else ([], [])
        self.fields = Fields.of(columns[0], people), Fields.of(columns[1], items)
        net = self._build(train.n_users, train.n_items, generator)
        net.know_by_attributes(~people, ~items)
        return net

    def item_vectors(self) -> Float32:
        """The sums over an item's fields, whose products with those of people are the machine's."""
        return self._sums(self.net.item_halves, self.n_items)

    def user_vectors(self) -> Float32:
        """As :meth:`item_vectors`."""
        return self._sums(self.net.user_halves, self.n_users)

    def _sums(self, halves: Callable[[torch.Tensor], torch.Tensor], n: int) -> Float32:
        rows = torch.split(torch.arange(n, device=self.net.user_table.device), VECTORS_AT_ONCE)
        return torch.cat([halves(some)[:, : self.config.embedding_size] for some in rows]).cpu().numpy()

    def arrays(self) -> dict[str, np.ndarray]:
        people, items = self.fields
        return super().arrays() | people.arrays(PEOPLE) | items.arrays(ITEMS)

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        n_people_values, n_item_values = (
            len(arrays[name]) if name in arrays and arrays[name].ndim else 0
            for name in ("user_fields.table", "item_fields.table")
        )
        people = Fields.from_arrays(arrays, PEOPLE, self.n_users, n_people_values)
        self.fields = people, Fields.from_arrays(arrays, ITEMS, self.n_items, n_item_values)
        super().restore(arrays)
