"""Neural matrix factorisation that knows what is known about items."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import torch
from pydantic import Field
from scipy.sparse import csr_array
from torch.nn import functional as F

from recsys_core.content.around import AROUND, Around
from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories, Interactions
from recsys_core.models.base import Ability, Cost, ModelInfo, Search, expect_shapes
from recsys_core.models.content_config import ContentConfig
from recsys_core.models.content_looking import Looking, forget
from recsys_core.models.content_ncf_net import ContentNCFNet
from recsys_core.models.content_net import ContentNet, ReadItems
from recsys_core.models.content_readers import READS, ItemReaders, abilities, content_memory, coverage
from recsys_core.models.halves_net import HalvesNet
from recsys_core.models.neumf import NeuMFConfig
from recsys_core.models.neural_cf import PAPER, SCORE, NeuralCF
from recsys_core.models.neural_cf_net import NeuralCFNet
from recsys_core.models.neural_cf_task import NeuralCFTask, RankingTask
from recsys_core.training.context import FitContext
from recsys_core.training.negatives import FINENESS, UnknownItems, popularity_shares
from recsys_core.training.warm_start import RowsOf
from recsys_core.types import Float32, Int32


class ContentNCFConfig(ContentConfig, NeuMFConfig):
    search: ClassVar[dict[str, Search]] = NeuMFConfig.search | ContentConfig.search

    content_size: int = Field(64, ge=1, le=2048, description="Numbers that an item's content is boiled down to.")
    id_dropout: float = Field(
        0.1,
        ge=0,
        le=1,
        description="Share of items that a learning step does as if it never met, so that content alone must do.",
    )


class MetItemsRanking(RankingTask):
    """Negatives are items that somebody met: what nobody met yet must not be pushed down for it."""

    def _unknown_items(self, events: Interactions) -> UnknownItems:
        weights = (events.item_counts() > 0).astype(np.int64)
        if self.config.negative_sampling == "popularity":
            weights *= np.ceil(popularity_shares(events) * FINENESS).astype(np.int64)
        return UnknownItems(events, str(self.generator.device), weights)


class ContentNCF(NeuralCF):
    """NeuMF (He et al. 2017, eq. 12) with the item's content in its MLP; see :class:`ContentNCFNet`."""

    info = ModelInfo(
        key="content_ncf",
        title="Content-aware NeuMF",
        idea="NeuMF whose neurons see, beside person and item, what is known about the item.",
        family="Content",
        score=SCORE,
        paper=PAPER,
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}) | READS,
        cost=Cost.MINUTES,
    )
    Config = ContentNCFConfig
    ranking = MetItemsRanking

    net: ContentNCFNet
    readers: ItemReaders
    met: Float32  # (I, 1), 1 for items that somebody met, in an earlier training or in this one
    _read: ReadItems | None  # what was read of all items, as long as it learns
    _made: Float32 | None  # (I, h), their content as the network makes it

    @property
    def abilities(self) -> frozenset[Ability]:
        return (super().abilities - READS) | abilities(self.config)

    @property
    def _weighs_negatives(self) -> bool:
        return not self._rates

    def _negative_shares(self, train: Dataset) -> Float32:
        met = self.met[:, 0]
        if self.config.negative_sampling == "popularity":
            met = met * super()._negative_shares(train)
        return met / (met.sum() or np.float32(1))

    def memory(self, train: Dataset) -> int:
        """As the others, and what was read of the items with what is made of it."""
        return super().memory(train) + content_memory(self.config, self.config.content_size, train.n_items)

    def _build(self, n_users: int, n_items: int, generator: torch.Generator) -> ContentNCFNet:
        config = self.config
        content = ContentNet(self.readers, config.content_size, generator)
        sizes = config.product_size, config.embedding_size, config.tower
        return ContentNCFNet(n_users, n_items, *sizes, content, generator)

    def _outline(self, train: Dataset) -> NeuralCFNet:
        """The part that NeuMF has as well; nothing has been read yet."""
        config = self.config
        return NeuralCFNet(1, 1, config.product_size, config.embedding_size, config.tower, torch.Generator())

    def _fit(self, train: Dataset, context: FitContext) -> None:
        self.readers, reads = ItemReaders.of(self.config, train, ItemContent.of(train), context)
        self.coverage = coverage(self.readers, reads)
        met = train.interactions.item_counts() > 0
        if context.warm is not None:
            earlier = context.warm.sources[RowsOf.ITEMS]
            met |= (earlier >= 0) & (context.warm.source.met[earlier, 0] > 0)
        self.met = met.astype(np.float32)[:, None]
        self._read, self._made = ReadItems.of(reads, context.device), None
        super()._fit(train, context)
        self._made, self._read = self._all_made(), None

    def _task(self, net: HalvesNet, train: Dataset, context: FitContext) -> NeuralCFTask:
        task = super()._task(net, train, context)
        assert isinstance(net, ContentNCFNet)
        assert isinstance(task.average, ContentNCFNet)
        assert self._read is not None
        looking = Looking(net.content, self._read, task.generator)
        met = torch.from_numpy(self.met).to(context.device)

        def contents(items: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
            rows = torch.arange(len(met), device=met.device) if items is None else items
            return net.content(looking.at(rows)), forget(met[rows], self.config.id_dropout, task.generator)

        def changed() -> None:
            looking.begin_anew()
            self._made = None

        net.contents, task.average.contents, task.changed = contents, self._contents, changed
        return task

    def _contents(self, items: torch.Tensor | None) -> tuple[torch.Tensor, torch.Tensor]:
        """As :attr:`ContentNCFNet.contents`, to answer with."""
        device = self.net.item_table.device
        made, met = (torch.from_numpy(table).to(device) for table in (self._all_made(), self.met))
        return (made, met) if items is None else (F.embedding(items, made), F.embedding(items, met))

    @torch.no_grad()
    def _all_made(self) -> Float32:
        """Float32[I, h], worked out when it is first asked for after a step."""
        if self._made is None:
            assert self._read is not None
            content = self.net.content
            self._made = content(content.look(self._read)).expand(len(self.met), -1).cpu().numpy()
        return self._made

    @torch.no_grad()
    def score_content(self, people: Int32 | Histories, content: ItemContent) -> Float32:
        if Ability.CONTENT not in self.abilities:
            return super().score_content(people, content)
        if isinstance(people, Histories):
            user_half = self.net.user_half(self._fold_in(people))
        else:
            user_half = self.net.user_halves(self._positions(people))
        return self._join(user_half, self._half(content))

    @torch.no_grad()
    def content_vectors(self, content: ItemContent) -> Float32:
        if Ability.CONTENT not in self.abilities:
            return super().content_vectors(content)
        return self._vectors(self._half(content))

    def readings(self, content: ItemContent, around: Around = AROUND) -> Mapping[str, Float32 | csr_array]:
        if Ability.CONTENT not in self.abilities:
            return super().readings(content, around)
        return self.net.content.readings(self.readers.read(content, around))

    def _half(self, content: ItemContent) -> torch.Tensor:
        """(N, f), of items of which nothing but their content is known."""
        net = self.net
        made = net.content(net.content.look(ReadItems.of(self.readers.read(content, AROUND))))
        return net.half_with(torch.zeros(len(content), net.item_table.shape[1]), made)

    @torch.no_grad()
    def item_vectors(self) -> Float32:
        """Float32[I, g + h]: what is multiplied, and what enters the first layer of neurons."""
        return self._vectors(self.net.item_halves())

    @torch.no_grad()
    def user_vectors(self) -> Float32:
        """As :meth:`item_vectors`."""
        return self._vectors(self.net.user_half(self.net.user_table))

    def _vectors(self, halves: torch.Tensor) -> Float32:
        g = self.config.product_size
        return torch.cat([halves[:, :g], halves[:, g + 2 :]], 1).cpu().numpy()

    def arrays(self) -> dict[str, np.ndarray]:
        return super().arrays() | self.readers.arrays() | {"met": self.met, "made": self._all_made()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        self.readers = ItemReaders.from_arrays(self.config, arrays)
        shapes = {"met": (self.n_items, 1), "made": (self.n_items, self.config.content_size)}
        own = {name: arrays.pop(name) for name in shapes if name in arrays}
        expect_shapes(own, shapes)
        self.met, self._made, self._read = own["met"], own["made"], None
        super().restore(arrays)
        self.net.contents = self._contents
