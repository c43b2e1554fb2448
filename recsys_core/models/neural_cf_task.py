"""How the network of neural collaborative filtering learns."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn import functional as F

from recsys_core.data.interactions import Interactions
from recsys_core.models.halves_net import HalvesNet
from recsys_core.models.neural_cf_config import NeuralCFConfig
from recsys_core.training.dropout import drop_by
from recsys_core.training.loop import Pulse, State
from recsys_core.training.negatives import InBatchItems, UnknownItems
from recsys_core.training.optimisation import Optimisation
from recsys_core.training.warm_start import Learned, WarmStart, Weights, epoch_rows

LEARNED_AT_ONCE = 1 << 22  # numbers in the widest layer: 16 MB stay in the cache


@dataclass(frozen=True)
class Samples:
    """What a step learns from: B users with C items each.

    Attributes:
        users: (B,). items: (B, C).
        wanted: Float32 (B, C), of the network's outputs.
        weights: Float32 (B, C), of each sample in the loss.
    """

    users: torch.Tensor
    items: torch.Tensor
    wanted: torch.Tensor
    weights: torch.Tensor

    def pieces(self, n: int) -> Iterator[tuple[slice, "Samples"]]:
        """``n`` users at a time, and where they stand."""
        for start in range(0, len(self.users), n):
            part = slice(start, start + n)
            yield part, Samples(self.users[part], self.items[part], self.wanted[part], self.weights[part])


def _nothing() -> None:
    return None


class NeuralCFTask(ABC):
    """Steps over shuffled events. Everything random comes from one generator, which is part of the state.

    Attributes:
        changed: is called when what the networks say is about to change, at the latest once in an epoch.
        net: the network that learns.
        average: the network to answer with.
    """

    loss_name: str
    samples_per_event = 1
    changed: Callable[[], None] = staticmethod(_nothing)

    def __init__(
        self, net: HalvesNet, events: Interactions, generator: torch.Generator, config: NeuralCFConfig
    ) -> None:
        self.config, self.generator = config, generator
        self.drop = drop_by(config.dropout, generator)
        self._batch_size = config.events_in_a_step(len(events))
        self._is_new: torch.Tensor | None = None  # (E,), while others take turns
        steps = math.ceil(len(events) / self._batch_size)
        self.optimisation = Optimisation(net, config, steps, self._pulls(net), net.slow)
        self.net, self.average = net, self.optimisation.average
        self.users = torch.from_numpy(events.users).long().to(generator.device)  # (E,)
        self.items = torch.from_numpy(events.items).long().to(generator.device)  # (E,)

    @abstractmethod
    def samples(self, rows: torch.Tensor) -> Samples:
        """Of these events, (B,)."""

    @abstractmethod
    def losses(self, outputs: torch.Tensor, samples: Samples) -> torch.Tensor:
        """(B, C), of each sample."""

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        self.changed()
        order = torch.randperm(len(self.users), generator=self.generator, device=self.generator.device)
        order = epoch_rows(order, self._is_new)
        n_events = len(order)
        total = torch.zeros((), dtype=torch.float64, device=order.device)
        for start in range(0, n_events, self._batch_size):
            pulse(start / n_events)
            rows = order[start : start + self._batch_size]
            total += self.learn(rows) * len(rows)
        return {self.loss_name: float(total) / n_events}, n_events * self.samples_per_event

    def learn(self, rows: torch.Tensor) -> torch.Tensor:
        """Take a step; the weighted mean of the losses before it.

        Pairs are worked off piece by piece and only their halves all at once, so that a large batch costs no more for
        each of its events than a small one.
        """
        samples, net = self.samples(rows), self.net
        used, places = None, samples.items  # of all items
        if places.numel() < len(net.item_table):
            used, places = torch.unique(samples.items, return_inverse=True)
        with self.optimisation.precision():
            user_half = net.user_halves(samples.users, self.drop)  # (B, f)
            item_half = net.item_halves(used)
        users, items = user_half.detach().float(), item_half.detach().float()
        user_gradient, item_gradient = torch.empty_like(users), torch.zeros_like(items)
        total, weight = torch.zeros((), device=users.device), samples.weights.sum()
        pairs_at_once = LEARNED_AT_ONCE // net.width
        for part, piece in samples.pieces(max(1, pairs_at_once // places.shape[1])):
            its_users = users[part].requires_grad_()
            its_items = F.embedding(places[part], items).requires_grad_()  # (b, C, f)
            with self.optimisation.precision():
                outputs = net.join(its_users, its_items, self.drop)
                loss = (piece.weights * self.losses(outputs, piece)).sum() / weight
            self.optimisation.backward(loss)
            assert its_users.grad is not None
            assert its_items.grad is not None
            user_gradient[part] = its_users.grad
            item_gradient.index_add_(0, places[part].flatten(), its_items.grad.flatten(0, 1))
            total += loss.detach()
        gradients = user_gradient.to(user_half.dtype), item_gradient.to(item_half.dtype)
        torch.autograd.backward((user_half, item_half), gradients)
        self.optimisation.step()
        return total

    def _pulls(self, net: HalvesNet) -> dict[str, float]:
        """The gradient of the weight decay times the mean squared length of a row of each table, per sample."""
        strength = 2 * self.config.weight_decay / self.samples_per_event
        return {name: strength / max(1, len(net.get_parameter(name))) for name in net.tables}

    def learned(self) -> dict[str, Learned]:
        return self.optimisation.learned(self.net.tables, self.net.heads)

    def begin(self, weights: Weights) -> None:
        self.changed()
        self.optimisation.begin(weights)

    def hold(self, paces: Weights) -> None:
        self.optimisation.hold(paces)

    def replay(self, warm: WarmStart) -> None:
        n_events = len(epoch_rows(np.arange(len(self.users)), warm.new_events))
        self._is_new = torch.from_numpy(warm.new_events).to(self.users.device)
        self.optimisation.plan(math.ceil(n_events / self._batch_size))

    def state(self) -> State:
        return self.optimisation.state() | {"generator": self.generator.get_state()}

    def restore(self, state: State) -> None:
        self.changed()
        self.optimisation.restore(state)
        self.generator.set_state(state["generator"].cpu())


class RankingTask(NeuralCFTask):
    """Binary cross-entropy of each event against items drawn from those its user never met (paper, eq. 7)."""

    loss_name = "cross-entropy"

    def __init__(
        self, net: HalvesNet, events: Interactions, generator: torch.Generator, config: NeuralCFConfig
    ) -> None:
        self.samples_per_event = 1 + config.negatives
        super().__init__(net, events, generator, config)
        self._unknown = self._unknown_items(events)

    def _unknown_items(self, events: Interactions) -> UnknownItems:
        """From which negatives are drawn."""
        draws = UnknownItems.by_popularity if self.config.negative_sampling == "popularity" else UnknownItems
        return draws(events, str(self.generator.device))

    def samples(self, rows: torch.Tensor) -> Samples:
        users = self.users[rows]
        negatives = self._unknown.draw(users, self.samples_per_event - 1, self.generator)
        items = torch.cat([self.items[rows].unsqueeze(1), negatives], 1)  # (B, 1 + n)
        wanted = _first_of(items)
        return Samples(users, items, wanted, torch.ones_like(wanted))

    def losses(self, outputs: torch.Tensor, samples: Samples) -> torch.Tensor:
        return F.binary_cross_entropy_with_logits(outputs, samples.wanted, reduction="none")


class InBatchTask(NeuralCFTask):
    """As :class:`RankingTask`, against items of other events of the same batch, but for those that the user knows.

    Outputs are corrected for how often an item is drawn, so that scores mean the same as with uniform draws.
    """

    loss_name = "cross-entropy"

    def __init__(
        self, net: HalvesNet, events: Interactions, generator: torch.Generator, config: NeuralCFConfig
    ) -> None:
        self.samples_per_event = 1 + config.negatives
        super().__init__(net, events, generator, config)
        self._others = InBatchItems(events, str(generator.device))

    def samples(self, rows: torch.Tensor) -> Samples:
        users, met = self.users[rows], self.items[rows]
        negatives, unknown = self._others.draw(users, met, self.config.negatives, self.generator)
        items = torch.cat([met.unsqueeze(1), negatives], 1)  # (B, 1 + n)
        weights = torch.cat([torch.ones_like(unknown[:, :1]), unknown], 1).float()
        return Samples(users, items, _first_of(items), weights)

    def losses(self, outputs: torch.Tensor, samples: Samples) -> torch.Tensor:
        corrected = outputs - self._others.log_ratio[samples.items]
        return F.binary_cross_entropy_with_logits(corrected, samples.wanted, reduction="none")


class RatingTask(NeuralCFTask):
    """Squared error on ratings, (E,), that were brought to mean 0 and deviation 1."""

    loss_name = "squared error"

    def __init__(
        self,
        net: HalvesNet,
        events: Interactions,
        generator: torch.Generator,
        config: NeuralCFConfig,
        ratings: torch.Tensor,
    ) -> None:
        super().__init__(net, events, generator, config)
        self._ratings = ratings.to(generator.device)

    def samples(self, rows: torch.Tensor) -> Samples:
        wanted = self._ratings[rows].unsqueeze(1)  # (B, 1)
        return Samples(self.users[rows], self.items[rows].unsqueeze(1), wanted, torch.ones_like(wanted))

    def losses(self, outputs: torch.Tensor, samples: Samples) -> torch.Tensor:
        return (outputs - samples.wanted).square()


def _first_of(items: torch.Tensor) -> torch.Tensor:
    """(B, 1 + n), what is wanted of each item: 1 of the first, which was met, 0 of the others."""
    wanted = torch.zeros(items.shape, device=items.device)
    wanted[:, 0] = 1
    return wanted
