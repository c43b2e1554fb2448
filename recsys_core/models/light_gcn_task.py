"""How the vectors of LightGCN are learned."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.sparse import csr_array
from torch import nn
from torch.nn import functional as F

from recsys_core.data.interactions import Interactions
from recsys_core.models.bipartite_graph import BipartiteGraph
from recsys_core.models.light_gcn_config import LightGCNConfig
from recsys_core.models.ranking_losses import pairwise, softmax
from recsys_core.training.loop import Pulse, State
from recsys_core.training.negatives import UnknownItems
from recsys_core.training.optimisation import Optimisation
from recsys_core.training.warm_start import Learned, RowsOf, Weights

START = 0.1  # standard deviation of fresh vectors
RIDGE = 0.01  # of the mean variance
LEARNED_AT_ONCE = 1 << 20  # numbers in a piece of a batch: 4 MB stay in the cache


class LayerZero(nn.Module):
    """The one table that LightGCN learns, (U + I, d): people before items."""

    def __init__(self, n: int, size: int, generator: torch.Generator) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(n, size, generator=generator) * START)


class Gradient(NamedTuple):
    """What a batch of events teaches.

    Attributes:
        loss: summed over the events.
        of_vectors: (U + I, d), the gradient of that.
        rows: the people and items that took part, once for each time.
    """

    loss: torch.Tensor
    of_vectors: torch.Tensor
    rows: torch.Tensor


class LightGCNTask(ABC):
    """Steps that pass all vectors through the graph, learn from a large batch, and pass the gradient back.

    Args:
        net: on its device; changed in place.
        known: (U, I), an entry for each pair that met, without repeats.
        generator: of everything random in the training.

    Attributes:
        graph: of all pairs that met.
        final, messages, own_part: the vectors that answer, (U + I, d), and what folds in people, as described at
            :class:`LightGCN`; on the CPU, from averaged weights, and changed in place.
    """

    loss_name: str
    samples_per_event = 1

    def __init__(self, net: LayerZero, known: csr_array, generator: torch.Generator, config: LightGCNConfig) -> None:
        self.net, self.config, self.generator = net, config, generator
        self.graph = BipartiteGraph(known, str(generator.device))
        self.n_users, self.n_items = known.shape
        self._user_counts = torch.from_numpy(np.diff(known.indptr)).long().to(generator.device)  # (U,)
        self._item_counts = torch.from_numpy(known.indices).long().bincount(minlength=self.n_items).to(generator.device)
        self.users = torch.repeat_interleave(self._user_counts)  # (E,)
        self.items = torch.from_numpy(known.indices).to(generator.device, torch.int64)  # (E,)
        self.steps = config.steps(len(self.users))  # in an epoch
        self.optimisation = Optimisation(net, config, self.steps)
        size = net.table.shape[1]
        self.final, self.messages = torch.empty(net.table.shape), torch.empty(self.n_items, size)
        self.own_part = torch.empty(size, size)
        self._answer()

    @abstractmethod
    def batches(self) -> Sequence[torch.Tensor]:
        """The events of each step of an epoch."""

    @abstractmethod
    def gradient(self, vectors: torch.Tensor, events: torch.Tensor) -> Gradient:
        """Of a batch (B,), at these final vectors (U + I, d)."""

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        total = torch.zeros((), dtype=torch.float64, device=self.users.device)
        batches = self.batches()
        for place, events in enumerate(batches):
            pulse(place / len(batches))
            total += self._step(events)
        self._answer()
        return {self.loss_name: float(total) / len(self.users)}, len(self.users) * self.samples_per_event

    def _step(self, events: torch.Tensor) -> torch.Tensor:
        """Learn from a batch; its loss before that."""
        table = self.net.table
        final = self.graph.propagate(table, self.config.layers)
        learned = self.gradient(final.detach(), events)
        times = torch.bincount(learned.rows, minlength=len(table))
        pull = self.config.regularisation / 2 * (times * table.square().sum(1)).sum()
        self.optimisation.backward(((final * learned.of_vectors).sum() + pull) / len(events))
        self.optimisation.step()
        return learned.loss

    def _answer(self) -> None:
        """What the averaged weights say: the final vectors, and what is needed to fold in people."""
        table, layers, n_users = self.optimisation.average.table.detach(), self.config.layers, self.n_users
        final = self.graph.smooth(table, layers)
        handed_on = layers * self.graph.smooth(table, layers - 1)[n_users:]  # the sum of an item's layers below K
        self.messages.copy_(handed_on / self._item_counts.clamp(min=1).sqrt().unsqueeze(1))
        is_met = self._user_counts > 0
        own = table[:n_users][is_met]  # layer 0
        received = (layers + 1) * final[:n_users][is_met] - own  # the sum of the other layers
        self.own_part.copy_(ridge(received, own))
        is_known = table[:n_users].any(1)  # all others stayed at zero
        final[:n_users][~is_known] = final[:n_users][is_known].sum(0) / is_known.sum().clamp(min=1)
        self.final.copy_(final)

    def learned(self) -> dict[str, Learned]:
        return self.optimisation.learned({"table": (RowsOf.PEOPLE, RowsOf.ITEMS)})

    def begin(self, weights: Weights) -> None:
        self.optimisation.begin(weights)

    def hold(self, paces: Weights) -> None:
        self.optimisation.hold(paces)

    def state(self) -> State:
        return self.optimisation.state() | {"generator": self.generator.get_state()}

    def restore(self, state: State) -> None:
        self.optimisation.restore(state)
        self.generator.set_state(state["generator"].cpu())
        self._answer()


def ridge(known: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """(d, d), the map of rows that comes nearest to others (n, d) by least squares, kept small; 0 of no rows."""
    if not len(known):
        return known.new_zeros(known.shape[1], known.shape[1])
    known, wanted = known.double(), wanted.double()
    gram = known.T @ known
    strength = RIDGE * gram.trace() / len(gram)
    gram.diagonal().add_(strength)
    return torch.linalg.solve(gram, known.T @ wanted)


class BPRTask(LightGCNTask):
    """-log sigmoid(x_ui - x_uj) of each event (u, i) and a random item j that u does not know (paper, eq. 15)."""

    loss_name = "pairwise log loss"
    samples_per_event = 2

    def __init__(self, net: LayerZero, known: csr_array, generator: torch.Generator, config: LightGCNConfig) -> None:
        super().__init__(net, known, generator, config)
        users = np.repeat(np.arange(self.n_users, dtype=np.int32), np.diff(known.indptr))
        events = Interactions(users, known.indices, known.data, None, self.n_users, self.n_items)
        self._unknown = UnknownItems(events, str(generator.device))

    def batches(self) -> Sequence[torch.Tensor]:
        order = torch.randperm(len(self.users), generator=self.generator, device=self.users.device)
        return order.tensor_split(self.steps)

    def gradient(self, vectors: torch.Tensor, events: torch.Tensor) -> Gradient:
        users = self.users[events]
        unknown = self._unknown.draw(users, 1, self.generator).squeeze(1)
        rows = torch.stack([users, self.n_users + self.items[events], self.n_users + unknown])  # (3, B)
        loss, gradient = vectors.new_zeros(()), torch.zeros_like(vectors)
        for piece in torch.split(rows, max(1, LEARNED_AT_ONCE // vectors.shape[1]), dim=1):
            piece_loss, *parts = pairwise(*F.embedding(piece, vectors))
            loss += piece_loss
            for its_rows, part in zip(piece, parts, strict=True):
                gradient.index_add_(0, its_rows, part)
        return Gradient(loss, gradient, rows.flatten())


class SoftmaxTask(LightGCNTask):
    """-log of the share exp(x_ui) / Σ_j exp(x_uj) of each event (u, i) over all items j.

    In a large catalogue, random items stand for all of them in the sum, and i joins in where it is not one of these
    (as in Jean, Cho, Memisevic and Bengio, On Using Very Large Target Vocabulary for Neural Machine Translation, ACL
    2015). A batch is made of people with all their events, so that a person's sum is computed once.
    """

    loss_name = "softmax loss"

    def batches(self) -> Sequence[torch.Tensor]:
        order = torch.randperm(self.n_users, generator=self.generator, device=self.users.device)
        places = torch.argsort(order)[self.users]  # (E,), where the person of each event stands in that order
        ends = torch.bincount(places, minlength=self.n_users).cumsum(0)  # (U,)
        cuts = [int(people[-1]) for people in ends.tensor_split(min(self.steps, self.n_users))]
        batches = torch.argsort(places, stable=True).tensor_split(cuts[:-1])
        return [batch for batch in batches if len(batch)]

    def gradient(self, vectors: torch.Tensor, events: torch.Tensor) -> Gradient:
        users, rows = self.users[events], self.n_users + self.items[events]
        people, owners = torch.unique_consecutive(users, return_inverse=True)
        competing = self.n_users + self._competing()  # (C,)
        columns = torch.full((len(vectors),), -1, device=rows.device)
        columns[competing] = torch.arange(len(competing), device=rows.device)
        columns = columns[rows]  # (B,)
        items = F.embedding(competing, vectors)  # (C, d)
        stands_for = self.n_items / len(competing)
        loss, gradient, item_gradient = vectors.new_zeros(()), torch.zeros_like(vectors), torch.zeros_like(items)
        size = max(1, LEARNED_AT_ONCE // len(competing))  # people at once
        events_of = torch.bincount(owners // size).tolist()
        by_event = (torch.split(column, events_of) for column in (rows, owners % size, columns))
        for who, its_rows, its_owners, its_columns in zip(torch.split(people, size), *by_event, strict=True):
            absent = its_rows[its_columns < 0]
            user_vectors, absent_vectors = F.embedding(who, vectors), F.embedding(absent, vectors)
            piece = softmax(user_vectors, items, its_owners, its_columns, absent_vectors, stands_for)
            loss += piece[0]
            gradient.index_add_(0, who, piece[1])
            item_gradient += piece[2]
            gradient.index_add_(0, absent, piece[3])
        gradient.index_add_(0, competing, item_gradient)
        return Gradient(loss, gradient, torch.cat([users, rows]))

    def _competing(self) -> torch.Tensor:
        """Items, each once: all, or the random ones of this step."""
        n = self.config.candidates
        if n >= self.n_items:
            return torch.arange(self.n_items, device=self.items.device)
        return torch.randperm(self.n_items, generator=self.generator, device=self.items.device)[:n]
