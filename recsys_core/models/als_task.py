"""How the vectors of alternating least squares are learned: an epoch solves all items, then all people."""

import numpy as np
import torch

from recsys_core.models.als_solver import STEPS, Rows, solve
from recsys_core.training.loop import Pulse, State
from recsys_core.training.warm_start import Learned, RowsOf, Weights
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
        self._paces: Weights = {}

    def train_epoch(self, pulse: Pulse) -> tuple[dict[str, float], int]:
        """Both sides once; the weighted objective over the weight of the events."""
        users, items = self._user_factors, self._item_factors
        self._solve("items", self._items, items, users, lambda done: pulse(done / 2))
        total = self._solve("users", self._people, users, items, lambda done: pulse((1 + done) / 2))
        total += float(self._items.pulls @ np.square(items).sum(1))
        return {"weighted squared error": total / float(self._people.weights.sum())}, len(self._people.columns)

    def _solve(self, name: str, rows: Rows, factors: Float32, others: Float32, pulse: Pulse) -> float:
        """Solve one side, or go a part of the way where steps are not to be taken in full."""
        before = factors.copy() if name in self._paces else None
        total = solve(rows, factors, others, self._unobserved, STEPS, pulse)
        if before is not None:
            tensor = torch.from_numpy(factors)
            tensor.copy_(torch.lerp(torch.from_numpy(before), tensor, self._paces[name]))
        return total

    def learned(self) -> dict[str, Learned]:
        blocks = {"users": (RowsOf.PEOPLE,), "items": (RowsOf.ITEMS,)}
        return {name: Learned(tensor, blocks[name]) for name, tensor in self.state().items()}

    def begin(self, weights: Weights) -> None:
        """People are solved at once, so that items learn nothing from new people whose vectors are random."""
        self.restore(weights)
        self._solve("users", self._people, self._user_factors, self._item_factors, lambda _: None)

    def hold(self, paces: Weights) -> None:
        self._paces = {name: pace.unsqueeze(1) for name, pace in paces.items() if bool((pace != 1).any())}

    def state(self) -> State:
        return {"users": torch.from_numpy(self._user_factors), "items": torch.from_numpy(self._item_factors)}

    def restore(self, state: State) -> None:
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
