"""How autoencoders with a multinomial likelihood learn."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable

import numpy as np
import torch
from scipy.sparse import csr_array

from recsys_core.models.bags import Bags
from recsys_core.models.item_bags import unit_rows
from recsys_core.models.multinomial_config import MultinomialConfig
from recsys_core.models.multinomial_net import MultinomialNet
from recsys_core.training.loop import Pulse, State
from recsys_core.training.optimisation import Optimisation
from recsys_core.training.warm_start import Learned, RowsOf, Weights

ITEM_ROWS = dict.fromkeys(("encoder.item_table", "decoder.item_table", "decoder.item_bias"), (RowsOf.ITEMS,))
HEADS = frozenset({"decoder.item_table"})

Losses = dict[str, torch.Tensor]


class MultinomialTask(ABC):
    """Steps over shuffled people. Everything random comes from one generator, which is part of the state.

    Args:
        met: (U, I), an entry for each item that a person met; people without any are left out.
        passes: over the people in an epoch.

    Attributes:
        net: the network that learns.
        average: the network to answer with.
    """

    def __init__(
        self,
        net: MultinomialNet,
        met: csr_array,
        generator: torch.Generator,
        config: MultinomialConfig,
        passes: int = 1,
    ) -> None:
        self.config, self.generator = config, generator
        self._people = np.flatnonzero(np.diff(met.indptr))
        self._met = met[self._people]
        self._batch_size = config.people_in_a_step(*self._met.shape)
        pulls = {name: config.weight_decay for name, weights in net.named_parameters() if weights.ndim > 1}
        steps = passes * math.ceil(len(self._people) / self._batch_size)
        self.optimisation = Optimisation(net, config, steps, pulls)
        self.net, self.average = net, self.optimisation.average

    @abstractmethod
    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        """As :meth:`recsys_core.training.loop.TrainingTask.train_epoch`."""

    def pass_over(self, losses: Callable[[Bags], Losses], pulse: Pulse) -> tuple[dict[str, float], int]:
        """A step with each batch of people; the mean of each part of the loss over the people, and events seen.

        Args:
            losses: gives what is to fall, in parts, each of them a sum over some people.
        """
        device = self.generator.device
        order = torch.randperm(len(self._people), generator=self.generator, device=device).cpu().numpy()
        n_people, n_events = len(order), 0
        totals: dict[str, float] = {}
        for start in range(0, n_people, self._batch_size):
            pulse(start / n_people)
            met = unit_rows(self._met[order[start : start + self._batch_size]], device)
            n_events += len(met.members)
            with self.optimisation.precision():
                parts = losses(met)
            self.optimisation.backward(torch.stack(list(parts.values())).sum() / len(met))
            self.optimisation.step()
            for name, part in parts.items():
                totals[name] = totals.get(name, 0.0) + float(part.detach())
        return {name: total / n_people for name, total in totals.items()}, n_events

    def draw(self, means: torch.Tensor, log_variances: torch.Tensor) -> torch.Tensor:
        """Of each of these normal distributions one value."""
        noise = torch.randn(means.shape, generator=self.generator, device=means.device)
        return means + noise * (log_variances / 2).exp()

    def learned(self) -> dict[str, Learned]:
        return self.optimisation.learned(ITEM_ROWS, HEADS)

    def begin(self, weights: Weights) -> None:
        self.optimisation.begin(weights)

    def hold(self, paces: Weights) -> None:
        self.optimisation.hold(paces)

    def state(self) -> State:
        return self.optimisation.state() | {"generator": self.generator.get_state()}

    def restore(self, state: State) -> None:
        self.optimisation.restore(state)
        self.generator.set_state(state["generator"].cpu())


def log_loss(log_shares: torch.Tensor, met: Bags) -> torch.Tensor:
    """−Σ log π over all items of all people (Liang et al. 2018), from log π (B, I)."""
    return -log_shares[met.rows(), met.members].sum()
