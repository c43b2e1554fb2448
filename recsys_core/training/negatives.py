"""Items that a person does not know, drawn at random."""

import numpy as np
import torch

from recsys_core.data.interactions import Interactions


class UnknownItems:
    """Uniform draws from the items that a user does not know, by one binary search each.

    Number the unknown items of a user 0, 1, 2, ... in order of their index. Below the r-th of them lie those known
    items s_0 < s_1 < ... for which s_j - j <= r, so its index is r plus their count: nothing is ever rejected.
    A user who knows every item has no unknown one; all items are drawn for that user.
    """

    def __init__(self, events: Interactions, device: str = "cpu") -> None:
        keys = np.unique(events.users.astype(np.int64) * events.n_items + events.items)
        users, items = np.divmod(keys, events.n_items)
        counts = np.bincount(users, minlength=events.n_users)
        partly = (counts < events.n_items)[users]
        users, items = users[partly], items[partly]
        counts = np.bincount(users, minlength=events.n_users)
        starts = np.cumsum(counts) - counts
        places = np.arange(len(users)) - starts[users]
        self.n_items = events.n_items
        self._shifted = torch.from_numpy(users * (events.n_items + 1) + items - places).to(device)  # (E,), sorted
        self._starts = torch.from_numpy(starts).to(device)  # (U,)
        self._unknown = torch.from_numpy(events.n_items - counts).to(device)  # (U,)

    def draw(self, users: torch.Tensor, n: int, generator: torch.Generator) -> torch.Tensor:
        """Int64 (B, n): ``n`` items for each of the users (B,), with replacement."""
        users = users.unsqueeze(1)
        unknown = self._unknown[users]  # (B, 1)
        uniform = torch.rand(len(users), n, generator=generator, device=users.device)
        ranks = torch.minimum((uniform * unknown).long(), unknown - 1)  # rounding may reach the bound
        below = torch.searchsorted(self._shifted, users * (self.n_items + 1) + ranks, right=True)
        return ranks + below - self._starts[users]
