"""What models share that read a history in its order and say what comes next."""

from abc import abstractmethod

import numpy as np
import torch

from recsys_core.data.dataset import Dataset
from recsys_core.data.interactions import Histories
from recsys_core.errors import ModelError
from recsys_core.models.base import Recommender, expect_shapes
from recsys_core.models.sequence_net import NOTHING, SequenceNet
from recsys_core.models.sequence_task import LEARNED_AT_ONCE, PLACES_AT_ONCE, NextItemTask
from recsys_core.models.sparse import are_bounds
from recsys_core.training import loop
from recsys_core.training.context import FitContext
from recsys_core.training.negatives import popularity_shares
from recsys_core.types import Float32, Int32

SCORE = "log-probability that the item is the person's next one, among all items of the catalogue"

SCORED_AT_ONCE = 1 << 22  # logits


class SequenceModel(Recommender):
    """The estimator around a :class:`SequenceNet`. A model says how its network is built.

    People are known by their latest ``max_length`` training events alone, so somebody it never met is answered as if
    the history had been learned. The order of a history is that of its row. Nothing known: what people begin with.

    Attributes:
        recent: the latest training events of each person, U rows.
    """

    net: SequenceNet
    recent: Histories

    @abstractmethod
    def _build(self, n_items: int, generator: torch.Generator) -> SequenceNet:
        """A fresh network as it is configured."""

    def memory(self, train: Dataset) -> int:
        """13 copies of the weights (now, averaged, gradients, two moments, and twice four of these: the best epoch
        and a newer one or a checkpoint), the events sorted and in int64, the activations of a piece of a batch, and its
        logits with their gradients: a piece's own items stand beside those drawn."""
        config = self.config
        net = self._build(1, torch.Generator())
        fixed = sum(parameter.numel() for parameter in net.parameters())
        weights = fixed + (config.embedding_size + 1) * train.n_items
        activations = 24 * config.embedding_size * (config.layers + 1) * max(PLACES_AT_ONCE, config.max_length)
        candidates = min(train.n_items, config.sampled_items)
        places = max(config.max_length, min(PLACES_AT_ONCE, LEARNED_AT_ONCE // candidates))
        logits = places * min(train.n_items, candidates + places)
        return 52 * weights + 100 * len(train.interactions) + 4 * activations + 24 * logits

    def _fit(self, train: Dataset, context: FitContext) -> None:
        histories = Histories.from_interactions(train.interactions)
        self.recent = _latest(histories, self.config.max_length)
        net = self._build(train.n_items, torch.Generator().manual_seed(context.seed))
        generator = torch.Generator(context.device).manual_seed(context.seed)
        shares = popularity_shares(train.interactions)
        task = NextItemTask(net.to(context.device), histories, generator, self.config, shares)
        self.net = task.average
        self.training = loop.train(task, self, context, self.config.epochs, self.config.patience)
        self.net = task.average.cpu()

    def score(self, users: Int32, items: Int32 | None = None) -> Float32:
        return self.score_histories(self.recent.take(users), items)

    @torch.no_grad()
    def score_histories(self, histories: Histories, items: Int32 | None = None) -> Float32:
        states, n_items = self._states(histories), len(self.net.item_table)
        scores = torch.empty(len(histories), n_items if items is None else len(items))
        columns = None if items is None else torch.from_numpy(items).to(states.device, torch.int64)
        n_rows = max(1, SCORED_AT_ONCE // n_items)
        for start in range(0, len(states), n_rows):
            rows = slice(start, start + n_rows)
            logs = torch.log_softmax(self.net.logits(states[rows]), 1)
            scores[rows] = logs if columns is None else logs[:, columns]
        return scores.numpy()

    @torch.no_grad()
    def _states(self, histories: Histories) -> torch.Tensor:
        """(B, d), the network's state after the last event of each history."""
        net, n_items = self.net, len(self.net.item_table)
        if histories.items.max(initial=-1) >= n_items:
            raise ValueError(f"a history names item {histories.items.max()} of a catalogue of {n_items}")
        latest = _latest(histories, self.config.max_length)
        lengths = np.minimum(latest.lengths() + 1, self.config.max_length)  # in tokens
        items = np.append(latest.items, NOTHING)
        states = torch.empty(len(lengths), net.item_table.shape[1], device=net.item_table.device)
        n_rows = max(1, PLACES_AT_ONCE // int(lengths.max(initial=1)))
        by_length = np.argsort(lengths, kind="stable")
        for start in range(0, len(lengths), n_rows):
            rows = by_length[start : start + n_rows]
            places = np.arange(lengths[rows].max())  # (T,)
            events = latest.indptr[rows + 1, None] - lengths[rows, None] + places  # (b, T)
            is_event = (latest.indptr[rows, None] <= events) & (events < latest.indptr[rows + 1, None])
            tokens = torch.from_numpy(items[np.where(is_event, events, -1)]).to(states.device, torch.int64)
            ends = torch.from_numpy(lengths[rows] - 1).to(states.device)
            read = net(tokens)
            states[torch.from_numpy(rows)] = read[torch.arange(len(rows)), ends]
        return states

    def item_vectors(self) -> Float32:
        return self.net.item_table.cpu().numpy()

    def user_vectors(self) -> Float32:
        return self._states(self.recent).cpu().numpy()

    def arrays(self) -> dict[str, np.ndarray]:
        weights = {name: tensor.cpu().numpy() for name, tensor in self.net.state_dict().items()}
        return weights | {"recent.indptr": self.recent.indptr, "recent.items": self.recent.items}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        net = self._build(1, torch.Generator()).requires_grad_(False)  # its table grows when the arrays are checked
        shapes = {name: tuple(tensor.shape) for name, tensor in net.state_dict().items()}
        shapes["item_table"] = (self.n_items, *shapes["item_table"][1:])
        shapes["item_bias"] = (self.n_items,)
        n_events = arrays["recent.items"].size if "recent.items" in arrays else 0
        shapes |= {"recent.indptr": (self.n_users + 1,), "recent.items": (n_events,)}
        expect_shapes(arrays, shapes, {"recent.indptr": "int64", "recent.items": "int32"})
        self.recent = _rows(arrays["recent.indptr"], arrays["recent.items"], self.n_items)
        for name, parameter in net.named_parameters():
            parameter.data = torch.from_numpy(arrays[name])
        self.net = net


def _latest(histories: Histories, n: int) -> Histories:
    """The last ``n`` events of each row, without their times."""
    lengths = np.minimum(histories.lengths(), n)
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    events = np.arange(indptr[-1]) + np.repeat(histories.indptr[1:] - indptr[1:], lengths)
    return Histories(indptr, histories.items[events], histories.values[events], None, histories.n_items)


def _rows(indptr: np.ndarray, items: np.ndarray, n_items: int) -> Histories:
    """Saved rows of items.

    Raises:
        ModelError: they are no such rows.
    """
    if not (are_bounds(indptr, len(items)) and items.min(initial=0) >= 0 and items.max(initial=-1) < n_items):
        raise ModelError(
            f"The histories of the saved model are not rows of {n_items:,} items.", "Train it again.", "damaged-model"
        )
    return Histories(indptr, items, np.ones(len(items), dtype=np.float32), None, n_items)
