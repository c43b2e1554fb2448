"""How the network of neural collaborative filtering learns."""

import copy
from abc import ABC, abstractmethod

import torch
from torch.nn import functional as F

from recsys_core.data.interactions import Interactions
from recsys_core.models.neural_cf_config import NeuralCFConfig
from recsys_core.models.neural_cf_net import NeuralCFNet
from recsys_core.training.loop import Pulse, State
from recsys_core.training.negatives import UnknownItems

AVERAGED_EPOCHS = 3.0  # what the averaged weights remember; on ML-100K they beat the last weights in both objectives


class NeuralCFTask(ABC):
    """Adam over shuffled events. Scores come from a moving average of the weights, which is steadier than the last.

    Everything random comes from one generator, so that its state and the tensors continue a training bit by bit.

    Attributes:
        average: the network to score with.
    """

    loss_name: str
    samples_per_event = 1

    def __init__(
        self, net: NeuralCFNet, events: Interactions, generator: torch.Generator, config: NeuralCFConfig
    ) -> None:
        self.net = net
        self.average = copy.deepcopy(net).requires_grad_(False)
        self.generator = generator
        self.config = config
        self.users = torch.from_numpy(events.users).long().to(generator.device)  # (E,)
        self.items = torch.from_numpy(events.items).long().to(generator.device)  # (E,)
        self._steps = 0
        self._memory = AVERAGED_EPOCHS * max(1.0, len(events) / config.batch_size)  # in steps
        self._optimizer = torch.optim.Adam(net.parameters(), lr=config.learning_rate, fused=True)

    @abstractmethod
    def loss(self, rows: torch.Tensor) -> torch.Tensor:
        """The mean over the samples of these events, (B,)."""

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        n_events = len(self.users)
        order = torch.randperm(n_events, generator=self.generator, device=self.generator.device)
        total = torch.zeros((), dtype=torch.float64, device=order.device)
        for start in range(0, n_events, self.config.batch_size):
            pulse(start / n_events)
            rows = order[start : start + self.config.batch_size]
            total += self._step(rows) * len(rows)
        return {self.loss_name: float(total) / n_events}, n_events * self.samples_per_event

    def _step(self, rows: torch.Tensor) -> torch.Tensor:
        loss = self.loss(rows)
        decay = self.config.weight_decay / self.samples_per_event
        penalty = _mean_square(self.net.user_table) + _mean_square(self.net.item_table)
        self._optimizer.zero_grad()
        torch.autograd.backward(loss + decay * penalty)
        self._optimizer.step()
        self._steps += 1
        memory = min(self._memory, 1 + self._steps / 10)  # short at first, to forget the start
        with torch.no_grad():
            torch._foreach_lerp_(list(self.average.parameters()), list(self.net.parameters()), 1 / memory)
        return loss.detach()

    def drop(self, hidden: torch.Tensor) -> torch.Tensor:
        """Dropout that draws from the task's own generator."""
        if not self.config.dropout:
            return hidden
        kept = torch.rand(hidden.shape, generator=self.generator, device=hidden.device) >= self.config.dropout
        return hidden * kept / (1 - self.config.dropout)

    def state(self) -> State:
        state = {f"net.{name}": tensor for name, tensor in self.net.state_dict().items()}
        state |= {f"average.{name}": tensor for name, tensor in self.average.state_dict().items()}
        for name, parameter in self.net.named_parameters():
            state |= {f"adam.{name}.{key}": value for key, value in self._optimizer.state[parameter].items()}
        return state | {"steps": torch.tensor(self._steps), "generator": self.generator.get_state()}

    def restore(self, state: State) -> None:
        self.net.load_state_dict(_part(state, "net."))
        self.average.load_state_dict(_part(state, "average."))
        for name, parameter in self.net.named_parameters():
            moments = _part(state, f"adam.{name}.").items()
            self._optimizer.state[parameter] = {key: value.to(parameter.device, copy=True) for key, value in moments}
        self._steps = int(state["steps"])
        self.generator.set_state(state["generator"].cpu())


class RankingTask(NeuralCFTask):
    """Binary cross-entropy of each event against items drawn from those its user never met (paper, eq. 7)."""

    loss_name = "cross-entropy"

    def __init__(
        self, net: NeuralCFNet, events: Interactions, generator: torch.Generator, config: NeuralCFConfig
    ) -> None:
        super().__init__(net, events, generator, config)
        self.samples_per_event = 1 + config.negatives
        self._unknown = UnknownItems(events, str(generator.device))

    def loss(self, rows: torch.Tensor) -> torch.Tensor:
        users = self.users[rows]
        negatives = self._unknown.draw(users, self.samples_per_event - 1, self.generator)
        items = torch.cat([self.items[rows].unsqueeze(1), negatives], 1)  # (B, 1 + n)
        wanted = torch.zeros(items.shape, device=items.device)
        wanted[:, 0] = 1
        return F.binary_cross_entropy_with_logits(self.net(users, items, self.drop), wanted)


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


def _mean_square(table: torch.Tensor) -> torch.Tensor:
    """The mean squared length of a row."""
    return table.square().sum(1).mean()


def _part(state: State, prefix: str) -> State:
    return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
