"""The hybrid: items are known by what people did with them and by what is known about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd
import torch
from scipy.sparse import csr_array

from recsys_core.content.around import AROUND, Around
from recsys_core.content.attributes import Attributes
from recsys_core.content.items import ItemContent
from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.models.base import Ability, Cost, ModelInfo, Recommender, expect_shapes
from recsys_core.models.content_net import ContentNet, ReadItems
from recsys_core.models.content_readers import (
    READS,
    WIDEST,
    ItemReaders,
    abilities,
    content_memory,
    coverage,
    take_part,
)
from recsys_core.models.item_bags import unit_rows
from recsys_core.models.multinomial_config import MOST_OUTPUTS
from recsys_core.models.sparse import pattern
from recsys_core.models.two_tower_config import TwoTowerConfig
from recsys_core.models.two_tower_net import TwoTowerNet
from recsys_core.models.two_tower_task import ALL_COMPETE, Told, TwoTowerTask
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from recsys_core.types import Float32, Int32

PEOPLE_AT_ONCE = 4096


@dataclass(frozen=True)
class Answers:
    """What is asked of the towers again and again, worked out once.

    Attributes:
        entering: (I, d), what an item adds to the history of whoever met it.
        items: (I, d), their vectors; biases: (I,).
        people: (U, d), their vectors.
    """

    entering: Float32
    items: Float32
    biases: Float32
    people: Float32


class TwoTower(Recommender):
    """score(u, i) = p_u · q_i + c_i; see :class:`TwoTowerNet`. Values, repeats and times of events play no part."""

    info = ModelInfo(
        key="two_tower",
        title="Two-tower hybrid",
        idea="Learns a vector for each item from its words, picture and attributes and, where people met it, from what "
        "they did; so an item nobody met yet has its place as well.",
        family="Content",
        score="log-odds that the item is the next one this person meets, but for a constant of the person",
        paper="Yi, Yang, Hong, Cheng, Heldt, Kumthekar, Zhao, Wei and Chi, Sampling-Bias-Corrected Neural Modeling for "
        "Large Corpus Item Recommendations, RecSys 2019; ids dropped at random as in Volkovs, Yu and Poutanen, "
        "DropoutNet, NeurIPS 2017",
        abilities=frozenset({Ability.HISTORY, Ability.VECTORS, Ability.WARM_START}) | READS,
        cost=Cost.A_MINUTE,
        is_relative=True,
    )
    Config = TwoTowerConfig
    knows_items: ClassVar[bool] = True  # each item that people met has a row of its own

    net: TwoTowerNet
    readers: ItemReaders
    people_reader: Attributes | None
    _told: Told | None  # as long as it learns
    _known_answers: Answers | None

    @property
    def abilities(self) -> frozenset[Ability]:
        return (self.info.abilities - READS) | abilities(self.config)

    def memory(self, train: Dataset) -> int:
        """14 copies of the weights (now, averaged, gradients, two moments, and twice four of these: the best epoch and
        a checkpoint), the events three times, what was read of the items twice, what is known of the people, and the
        outputs of a step with their gradients and what items are while they are worked out."""
        config = self.config
        d, h = config.embedding_size, config.content_size
        weights = (2 * d + 1) * ((train.n_items if self.knows_items else 0) + h) + d * WIDEST
        answers = 3 * d * train.n_items + d * train.n_users
        people = min(config.people_in_a_step(train.n_users, min(train.n_items, ALL_COMPETE)), train.n_users)
        outputs = max(people * train.n_items, MOST_OUTPUTS)
        rest = 56 * weights + 8 * answers + 60 * len(train.interactions) + 20 * outputs
        return rest + 4 * WIDEST * train.n_users + content_memory(config, h, train.n_items)

    def _fit(self, train: Dataset, context: FitContext) -> None:
        self.readers, reads = ItemReaders.of(self.config, train, ItemContent.of(train), context)
        self.coverage = coverage(self.readers, reads)
        self.people_reader = self._read_people(train, context)
        n_own = train.n_items if self.knows_items else 0
        net = self._build(n_own, torch.Generator().manual_seed(context.seed))
        with torch.no_grad():  # of items that nobody met nothing is known but their content
            net.item_table[torch.from_numpy(train.interactions.item_counts() == 0)[:n_own]] = 0
        told = Told(
            pattern(train.interactions.matrix()),
            ReadItems.of(reads, context.device),
            *self._about(train.user_table, train.n_users, context.device),
        )
        generator = torch.Generator(context.device).manual_seed(context.seed)
        task = TwoTowerTask(net.to(context.device), told, generator, self.config, self._forget_answers)
        self.net, self._told, self._known_answers = task.average, told, None
        self.training = loop.train(task, self, context, self.config.epochs, self.config.patience)
        self._known_answers = self._answers()
        self.net, self._told = task.average.cpu(), None

    def _read_people(self, train: Dataset, context: FitContext) -> Attributes | None:
        """Who reads what is known about people: as with items, whoever did before."""
        if context.warm is not None:
            reader: Attributes | None = context.warm.source.people_reader
            return reader
        return Attributes.of_people(train) if self.config.people else None

    def _build(self, n_own: int, generator: torch.Generator) -> TwoTowerNet:
        content = ContentNet(self.readers, self.config.content_size, generator)
        n_about = self.people_reader.width if self.people_reader else 0
        return TwoTowerNet(n_own, content, n_about, self.config.embedding_size, generator)

    def _about(
        self, table: pd.DataFrame | None, n: int, device: torch.device | str
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Attributes (n, F) of people, and whether any is known, (n, 1)."""
        if self.people_reader is None or table is None:
            width = self.people_reader.width if self.people_reader else 0
            return torch.zeros(n, width, device=device), torch.zeros(n, 1, device=device)
        read = self.people_reader.read_table(table)
        return torch.from_numpy(read.values).to(device), torch.from_numpy(read.known[:, None]).float().to(device)

    def _forget_answers(self) -> None:
        self._known_answers = None

    @torch.no_grad()
    def _answers(self) -> Answers:
        """Worked out when they are first asked for after a step."""
        if self._known_answers is None:
            assert self._told is not None
            net, told = self.net, self._told
            n_items = told.met.shape[1]
            own = net.item_table if self.knows_items else None
            entering, items, biases = net.items(net.content.look(told.items), n_items, own)
            people = torch.empty(told.met.shape[0], entering.shape[1])
            for start in range(0, len(people), PEOPLE_AT_ONCE):
                some = slice(start, start + PEOPLE_AT_ONCE)
                pooled = unit_rows(told.met[some], entering.device).sums(entering)
                people[some] = net.people(pooled, told.about[some], told.is_known[some]).cpu()
            self._known_answers = Answers(
                *(part.cpu().numpy() for part in (entering.contiguous(), items.contiguous(), biases[:, 0], people))
            )
        return self._known_answers

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self._scores(self._answers().people[users], items)

    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        return self._scores(self._strangers(histories), items)

    def _scores(self, people: Float32, items: Int32 | None) -> Float32:
        answers = self._answers()
        chosen = slice(None) if items is None else items
        scores: Float32 = people @ answers.items[chosen].T
        scores += answers.biases[chosen]
        return scores

    @torch.no_grad()
    def _strangers(self, histories: Histories) -> Float32:
        """Float32[B, d], vectors of people known by their history, and by attributes where these are told."""
        entering = torch.from_numpy(self._answers().entering)
        if histories.n_items != len(entering):
            raise ValueError(f"histories of {histories.n_items:,} items, not of the {len(entering):,} learned")
        pooled = unit_rows(pattern(histories.matrix()), "cpu").sums(entering)
        about, is_known = self._about(histories.about, len(histories), "cpu")
        device = self.net.person_bias.device
        return self.net.people(pooled.to(device), about.to(device), is_known.to(device)).cpu().numpy()

    def score_content(self, people: Int32 | Histories, content: ItemContent) -> Float32:
        if Ability.CONTENT not in self.abilities:
            return super().score_content(people, content)
        vectors, biases = self._read(content)
        persons = self._strangers(people) if isinstance(people, Histories) else self._answers().people[people]
        return persons @ vectors.T + biases

    def content_vectors(self, content: ItemContent) -> Float32:
        if Ability.CONTENT not in self.abilities:
            return super().content_vectors(content)
        return self._read(content)[0]

    def readings(self, content: ItemContent, around: Around = AROUND) -> Mapping[str, Float32 | csr_array]:
        if Ability.CONTENT not in self.abilities:
            return super().readings(content, around)
        return self.net.content.readings(self.readers.read(content, around))

    @torch.no_grad()
    def _read(self, content: ItemContent) -> tuple[Float32, Float32]:
        """Vectors (N, d) and biases (N,) of items of which nothing but their content is known."""
        looked = self.net.content.look(ReadItems.of(self.readers.read(content, AROUND)))
        _, vectors, biases = self.net.items(looked, len(content))
        return vectors.numpy(), biases[:, 0].numpy()

    def item_vectors(self) -> Float32:
        return self._answers().items

    def user_vectors(self) -> Float32:
        return self._answers().people

    def arrays(self) -> dict[str, np.ndarray]:
        weights = {name: tensor.numpy() for name, tensor in self.net.state_dict().items() if name != "item_table"}
        answers = {f"answers.{name}": array for name, array in vars(self._answers()).items()}
        people = {} if self.people_reader is None else self.people_reader.arrays()
        return weights | answers | self.readers.arrays() | {f"people.{name}": array for name, array in people.items()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        self.readers = ItemReaders.from_arrays(self.config, arrays)
        people = take_part(arrays, "people.")
        self.people_reader = Attributes.from_arrays(people) if self.config.people else None
        net = self._build(0, torch.Generator()).requires_grad_(False)
        weights = net.state_dict()
        own = weights.pop("item_table")  # is in the answers
        d = self.config.embedding_size
        shapes = {
            "answers.entering": (self.n_items, d),
            "answers.items": (self.n_items, d),
            "answers.biases": (self.n_items,),
            "answers.people": (self.n_users, d),
        }
        kinds = {name: str(tensor.dtype).removeprefix("torch.") for name, tensor in weights.items()}
        expect_shapes(arrays, shapes | {name: tuple(tensor.shape) for name, tensor in weights.items()}, kinds)
        self._known_answers = Answers(*(arrays[name] for name in shapes))
        net.load_state_dict({"item_table": own} | {name: torch.from_numpy(arrays[name]) for name in weights})
        self.net = net
