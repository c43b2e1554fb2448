"""How the network of AutoRec learns."""

import math
from collections.abc import Callable, Mapping

import torch

from recsys_core.models.autorec_config import AutoRecConfig
from recsys_core.models.autorec_net import AutoRecNet
from recsys_core.models.bags import Bags
from recsys_core.training.loop import Pulse, State
from recsys_core.training.optimisation import Optimisation
from recsys_core.training.warm_start import Learned, RowsOf, Weights

HEADS = frozenset({"output_table", "output_feature_table", "typical_output"})
ATTRIBUTE_SHARE = 0.1  # of the pull, for what attributes share: it rests on many ratings


class AutoRecTask:
    """Visits rows in random order. A part of their ratings is hidden from the input, and all are asked of the output.

    A pair that was never rated has no part in the loss, and its output is not computed: a step costs what the ratings
    of its rows cost. Everything random comes from one generator, which is part of the state.

    Args:
        net: on its device.
        ratings: of R rows, by unit, with a deviation of 1.
        row_features, unit_features: of the R rows and the C units.
        blocks: what the rows of a parameter stand for.
        tell: takes the network to answer with, at the start and after each epoch.
    """

    def __init__(
        self,
        net: AutoRecNet,
        ratings: Bags,
        row_features: Bags,
        unit_features: Bags,
        generator: torch.Generator,
        config: AutoRecConfig,
        blocks: Mapping[str, tuple[RowsOf, ...]],
        tell: Callable[[AutoRecNet], None],
    ) -> None:
        self._ratings, self._row_features, self._unit_features = ratings, row_features, unit_features
        self._generator, self._dropout, self._blocks, self._tell = generator, config.dropout, blocks, tell
        self._rated = ratings.lengths().nonzero().squeeze(1)  # rows
        n_ratings, n_rows = len(ratings.members), len(self._rated)
        self._rows_in_a_step = max(1, math.ceil(config.events_in_a_step(n_ratings) * n_rows / max(1, n_ratings)))
        steps = math.ceil(n_rows / self._rows_in_a_step)
        self._optimisation = Optimisation(net, config, steps, _pulls(net, config.weight_decay))
        tell(self._optimisation.average)

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        n_ratings, n_rows, device = len(self._ratings.members), len(self._rated), self._generator.device
        order = self._rated[torch.randperm(n_rows, generator=self._generator, device=device)]
        total = torch.zeros((), dtype=torch.float64, device=device)
        for start in range(0, n_rows, self._rows_in_a_step):
            pulse(start / n_rows)
            total += self.learn(order[start : start + self._rows_in_a_step])
        self._tell(self._optimisation.average)
        return {"squared error": float(total) / n_ratings}, n_ratings

    def learn(self, rows: torch.Tensor) -> torch.Tensor:
        """Take a step; the sum of the squared errors before it, over the ratings of these rows."""
        ratings, features = self._ratings.take(rows), self._row_features.take(rows)
        predicted = self._optimisation.net(self._seen(ratings), features, ratings, self._unit_features)
        errors = (predicted - ratings.values).square()
        self._optimisation.backward(errors.mean())
        self._optimisation.step()
        return errors.detach().sum()

    def _seen(self, ratings: Bags) -> Bags:
        """What is left of the ratings where a part is hidden at random."""
        if not self._dropout:
            return ratings
        draws = torch.rand(len(ratings.members), generator=self._generator, device=self._generator.device)
        return ratings.keep(draws >= self._dropout)

    def learned(self) -> dict[str, Learned]:
        return self._optimisation.learned(self._blocks, HEADS)

    def begin(self, weights: Weights) -> None:
        self._optimisation.begin(weights)

    def hold(self, paces: Weights) -> None:
        self._optimisation.hold(paces)

    def state(self) -> State:
        return self._optimisation.state() | {"generator": self._generator.get_state()}

    def restore(self, state: State) -> None:
        self._optimisation.restore(state)
        self._generator.set_state(state["generator"].cpu())
        self._tell(self._optimisation.average)


def _pulls(net: AutoRecNet, weight_decay: float) -> dict[str, float]:
    """The gradient of the weight decay times half the mean squared length of a row, for each table."""
    own = ("value_table", "presence_table", "output_table")
    shared = ("feature_table", "output_feature_table")
    strengths = dict.fromkeys(own, weight_decay) | dict.fromkeys(shared, ATTRIBUTE_SHARE * weight_decay)
    return {name: strength / max(1, len(getattr(net, name))) for name, strength in strengths.items()}
