"""How the network of neural collaborative filtering learns."""

import math
from abc import ABC, abstractmethod

import torch
from torch.nn import functional as F

from recsys_core.data.interactions import Interactions
from recsys_core.models.neural_cf_config import NeuralCFConfig
from recsys_core.models.neural_cf_net import NeuralCFNet
from recsys_core.training.loop import Pulse, State
from recsys_core.training.negatives import InBatchItems, UnknownItems
from recsys_core.training.optimisation import Optimisation


class NeuralCFTask(ABC):
    """Steps over shuffled events. Everything random comes from one generator, which is part of the state.

    Attributes:
        net: the network that learns.
        average: the network to answer with.
    """

    loss_name: str
    samples_per_event = 1

    def __init__(
        self, net: NeuralCFNet, events: Interactions, generator: torch.Generator, config: NeuralCFConfig
    ) -> None:
        self.config, self.generator = config, generator
        self._batch_size = config.events_in_a_step(len(events))
        steps = math.ceil(len(events) / self._batch_size)
        self.optimisation = Optimisation(net, config, steps, self._pulls(net))
        self.net, self.average = net, self.optimisation.average
        self.users = torch.from_numpy(events.users).long().to(generator.device)  # (E,)
        self.items = torch.from_numpy(events.items).long().to(generator.device)  # (E,)

    @abstractmethod
    def loss(self, rows: torch.Tensor) -> torch.Tensor:
        """The mean over the samples of these events, (B,)."""

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        n_events = len(self.users)
        order = torch.randperm(n_events, generator=self.generator, device=self.generator.device)
        total = torch.zeros((), dtype=torch.float64, device=order.device)
        for start in range(0, n_events, self._batch_size):
            pulse(start / n_events)
            rows = order[start : start + self._batch_size]
            total += self._step(rows) * len(rows)
        return {self.loss_name: float(total) / n_events}, n_events * self.samples_per_event

    def _step(self, rows: torch.Tensor) -> torch.Tensor:
        with self.optimisation.precision():
            loss = self.loss(rows)
        self.optimisation.step(loss)
        return loss.detach()

    def _pulls(self, net: NeuralCFNet) -> dict[str, float]:
        """The gradient of the weight decay times the mean squared lengths of a user's and an item's row, per sample."""
        strength = 2 * self.config.weight_decay / self.samples_per_event
        return {"user_table": strength / len(net.user_table), "item_table": strength / len(net.item_table)}

    def drop(self, hidden: torch.Tensor) -> torch.Tensor:
        """Dropout that draws from the task's own generator."""
        if not self.config.dropout:
            return hidden
        kept = torch.rand(hidden.shape, generator=self.generator, device=hidden.device) >= self.config.dropout
        return hidden * kept / (1 - self.config.dropout)

    def state(self) -> State:
        return self.optimisation.state() | {"generator": self.generator.get_state()}

    def restore(self, state: State) -> None:
        self.optimisation.restore(state)
        self.generator.set_state(state["generator"].cpu())


class RankingTask(NeuralCFTask):
    """Binary cross-entropy of each event against items drawn from those its user never met (paper, eq. 7)."""

    loss_name = "cross-entropy"

    def __init__(
        self, net: NeuralCFNet, events: Interactions, generator: torch.Generator, config: NeuralCFConfig
    ) -> None:
        self.samples_per_event = 1 + config.negatives
        super().__init__(net, events, generator, config)
        draws = UnknownItems.by_popularity if config.negative_sampling == "popularity" else UnknownItems
        self._unknown = draws(events, str(generator.device))

    def loss(self, rows: torch.Tensor) -> torch.Tensor:
        users = self.users[rows]
        negatives = self._unknown.draw(users, self.samples_per_event - 1, self.generator)
        items = torch.cat([self.items[rows].unsqueeze(1), negatives], 1)  # (B, 1 + n)
        return F.binary_cross_entropy_with_logits(self.net(users, items, self.drop), _first_of(items))


class InBatchTask(NeuralCFTask):
    """As :class:`RankingTask`, against items of other events of the same batch, but for those that the user knows.

    Outputs are corrected for how often an item is drawn, so that scores mean the same as with uniform draws.
    """

    loss_name = "cross-entropy"

    def __init__(
        self, net: NeuralCFNet, events: Interactions, generator: torch.Generator, config: NeuralCFConfig
    ) -> None:
        self.samples_per_event = 1 + config.negatives
        super().__init__(net, events, generator, config)
        self._others = InBatchItems(events, str(generator.device))

    def loss(self, rows: torch.Tensor) -> torch.Tensor:
        users, met = self.users[rows], self.items[rows]
        negatives, unknown = self._others.draw(users, met, self.config.negatives, self.generator)
        items = torch.cat([met.unsqueeze(1), negatives], 1)  # (B, 1 + n)
        outputs = self.net(users, items, self.drop) - self._others.log_ratio[items]
        weights = torch.cat([torch.ones_like(unknown[:, :1]), unknown], 1).float()
        return F.binary_cross_entropy_with_logits(outputs, _first_of(items), weights, reduction="sum") / weights.sum()


class RatingTask(NeuralCFTask):
    """Squared error on ratings, (E,), that were brought to mean 0 and deviation 1."""

    loss_name = "squared error"

    def __init__(
        self,
        net: NeuralCFNet,
        events: Interactions,
        generator: torch.Generator,
        config: NeuralCFConfig,
        ratings: torch.Tensor,
    ) -> None:
        super().__init__(net, events, generator, config)
        self._ratings = ratings.to(generator.device)

    def loss(self, rows: torch.Tensor) -> torch.Tensor:
        items = self.items[rows].unsqueeze(1)  # (B, 1)
        outputs = self.net(self.users[rows], items, self.drop).squeeze(1)
        return F.mse_loss(outputs, self._ratings[rows])


def _first_of(items: torch.Tensor) -> torch.Tensor:
    """(B, 1 + n), what is wanted of each item: 1 of the first, which was met, 0 of the others."""
    wanted = torch.zeros(items.shape, device=items.device)
    wanted[:, 0] = 1
    return wanted
