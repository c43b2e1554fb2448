"""How the vectors of alternating least squares are learned: an epoch solves all items, then all people."""

import numpy as np
import torch

from recsys_core.models.als_solver import STEPS, Rows, solve
from recsys_core.training.loop import Pulse, State
from recsys_core.types import Float32


class ALSTask:
    """Changes the factors in place. People come last, so that they are what folding in their histories gives.

    Args:
        people, items: the events of each person, and of each item.
        user_factors, item_factors: (U, d), (I, d).
        unobserved: weight of every pair beside the events.
    """

    def __init__(
        self, people: Rows, items: Rows, user_factors: Float32, item_factors: Float32, unobserved: float
    ) -> None:
        self._people, self._items = people, items
        self._user_factors, self._item_factors = user_factors, item_factors
        self._unobserved = unobserved

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        """Both sides once; the weighted objective over the weight of the events."""
        users, items = self._user_factors, self._item_factors
        solve(self._items, items, users, self._unobserved, STEPS, lambda done: pulse(done / 2))
        total = solve(self._people, users, items, self._unobserved, STEPS, lambda done: pulse((1 + done) / 2))
        total += float(self._items.pulls @ np.square(items).sum(1))
        return {"weighted squared error": total / float(self._people.weights.sum())}, len(self._people.columns)

    def state(self) -> State:
        return {"users": torch.from_numpy(self._user_factors), "items": torch.from_numpy(self._item_factors)}

    def restore(self, state: State) -> None:
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
