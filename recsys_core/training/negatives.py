"""Items that a person does not know, drawn at random."""

import numpy as np
import torch

from recsys_core.data.interactions import Interactions
from recsys_core.types import Float64, Int64

# word2vec's power of the counts: between all alike and as often as met (Mikolov et al., NeurIPS 2013, section 2.2).
POPULARITY_POWER = 0.75
FINENESS = 2**36  # parts of a whole that popularities are counted in, so that drawing is exact


class UnknownItems:
    """Draws from the items that a user does not know, by one or two binary searches each: nothing is ever rejected.

    Lay the items side by side, each as long as it weighs. For a user, take the known items s_0 < s_1 < ... out and
    push the rest together. With C(s) the length before item s, and K_j that of the first j known items, a place r of
    the rest lies behind those known items for which C(s_j) − K_j <= r, so it was at r plus their length before.
    A user who knows everything that can be drawn has no unknown item; everything is drawn for that user.

    Args:
        events: what is known.
        device: where draws are made.
        weights: Int64[I], how often an item is drawn for another one; None: all alike. An item that nobody met is
            unknown to all, so it is drawn: else its score would stay where it began, above that of items that few met.
    """

    def __init__(self, events: Interactions, device: str = "cpu", weights: Int64 | None = None) -> None:
        n_items = events.n_items
        lengths = np.ones(n_items, dtype=np.int64) if weights is None else weights
        ends = np.cumsum(lengths)
        keys = np.unique(events.users.astype(np.int64) * n_items + events.items)
        users, items = np.divmod(keys, n_items)
        known = np.bincount(users, lengths[items], events.n_users).astype(np.int64)  # length of what a user knows
        partly = (known < ends[-1])[users]
        users, items = users[partly], items[partly]
        known[known >= ends[-1]] = 0
        counts = np.bincount(users, minlength=events.n_users)
        starts = np.cumsum(counts) - counts
        before = np.concatenate([[0], np.cumsum(lengths[items])])  # length of the known items of all users up to here
        pushed = before[:-1] - before[starts][users]  # K_j of each
        self._whole = int(ends[-1])
        self._shifted = torch.from_numpy(users * (self._whole + 1) + (ends - lengths)[items] - pushed).to(device)
        self._starts = torch.from_numpy(starts).to(device)  # (U,)
        self._unknown = torch.from_numpy(self._whole - known).to(device)  # (U,)
        self._ends = self._before = torch.empty(0)
        self._is_uniform = weights is None
        if not self._is_uniform:
            self._ends = torch.from_numpy(ends).to(device)  # (I,)
            self._before = torch.from_numpy(before).to(device)  # (E + 1,)

    @classmethod
    def by_popularity(cls, events: Interactions, device: str = "cpu") -> "UnknownItems":
        """Draws in proportion to :func:`popularity_shares`."""
        return cls(events, device, np.ceil(popularity_shares(events) * FINENESS).astype(np.int64))

    def draw(self, users: torch.Tensor, n: int, generator: torch.Generator) -> torch.Tensor:
        """Int64 (B, n): ``n`` items for each of the users (B,), with replacement."""
        users = users.unsqueeze(1)
        unknown = self._unknown[users]  # (B, 1)
        precision = torch.float32 if self._is_uniform else torch.float64
        uniform = torch.rand(len(users), n, generator=generator, device=users.device, dtype=precision)
        places = torch.minimum((uniform * unknown).long(), unknown - 1)  # rounding may reach the bound
        behind = torch.searchsorted(self._shifted, users * (self._whole + 1) + places, right=True)
        if self._is_uniform:
            return places + behind - self._starts[users]
        places += self._before[behind] - self._before[self._starts[users]]
        return torch.searchsorted(self._ends, places, right=True)


class InBatchItems:
    """Draws from the items of the other events of a batch, which come as often as they are met.

    Attributes:
        log_ratio: Float32 (I,), log of how much oftener an item is drawn than if all were alike. Taken off the outputs
            while learning, it keeps popular items from being pushed down for being drawn (the correction of Yi et al.,
            Sampling-Bias-Corrected Neural Modeling, RecSys 2019, section 3.2; with counts in place of their estimates).
    """

    def __init__(self, events: Interactions, device: str = "cpu") -> None:
        self._n_items = events.n_items
        keys = np.unique(events.users.astype(np.int64) * events.n_items + events.items)
        self._known = torch.from_numpy(keys).to(device)
        counts = np.maximum(events.item_counts(), 1)  # what nobody met is in no batch
        self.log_ratio = torch.from_numpy(np.log(counts * (events.n_items / max(1, len(events))))).float().to(device)

    def draw(
        self, users: torch.Tensor, items: torch.Tensor, n: int, generator: torch.Generator
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Items of ``n`` other events for each event of a batch, (B, n), and which of them its user does not know."""
        n_events = len(users)
        uniform = torch.rand(n_events, n, generator=generator, device=users.device)
        away = 1 + (uniform * (n_events - 1)).long().clamp(max=max(n_events - 2, 0))
        drawn = items[(torch.arange(n_events, device=users.device).unsqueeze(1) + away) % n_events]
        keys = users.unsqueeze(1) * self._n_items + drawn
        places = torch.searchsorted(self._known, keys).clamp(max=len(self._known) - 1)
        return drawn, self._known[places] != keys


def popularity_shares(events: Interactions) -> Float64:
    """Float64[I], proportional to the number of events, at least one, to the power of 0.75; the sum is 1."""
    weights = np.maximum(events.item_counts(), 1) ** POPULARITY_POWER
    shares: Float64 = weights / weights.sum()
    return shares
