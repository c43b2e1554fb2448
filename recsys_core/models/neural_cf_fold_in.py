"""Vectors for people whom the network of neural collaborative filtering never met."""

import torch
from torch.nn import functional as F

from recsys_core.data.interactions import Histories
from recsys_core.models.halves_net import HalvesNet

STEPS = 20
STEP_SIZE = 0.3  # in standard deviations of the trained people; falls to 0 over the steps
COMMON_NEGATIVES = 600  # items; fewer cost quality sooner than fewer steps do
RATING_NOISE = 0.5  # variance of ratings around the network's outputs, of ratings with variance 1
PAIRS = 12_000  # of people and items at once, so that activations stay in the cache


class FoldIn:
    """Fits vectors p to histories while everything else is frozen.

    With the mean m and the covariance S'S of the trained people's vectors, p = m + z S, and z minimises the training
    loss over the history plus |z|² / 2: the most probable person if people are normally distributed. So an empty
    history gives the mean person, and a short one somebody near it.

    Args:
        negatives: what the items that a person does not know weigh, for each event of the history; 0 where the
            events have ratings to be met instead.
        shares: (I,), how often an item is a negative among all; the sum is 1. None: all alike.
    """

    def __init__(self, net: HalvesNet, negatives: int, shares: torch.Tensor | None = None) -> None:
        self._net = net
        self._device = net.user_table.device
        self._negatives = negatives
        n_items = len(net.item_table)
        self._shares = (torch.full((n_items,), 1 / n_items) if shares is None else shares).double().to(self._device)
        people = net.user_table.double()  # (U, d)
        is_met = people.any(1, keepdim=True)  # (U, 1); all others stayed at zero
        n_met = is_met.sum().clamp(min=1)
        mean = people.sum(0) / n_met
        centred = (people - mean) * is_met
        variances, directions = torch.linalg.eigh(centred.T @ centred / n_met)
        self._mean = mean.float()  # (d,)
        self._spread = (directions * variances.clamp(min=0).sqrt()).T.float()  # (d, d)
        self._item_half = net.item_halves()  # (I, f)
        self._common, self._stands_for = self._choose_common(COMMON_NEGATIVES if negatives else 0)  # (N,), (N,)

    def _choose_common(self, n: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Items to weigh against everybody's history, and how many items each of them stands for.

        Half of them spread over the negatives, half over those that the mean person would meet, where the gradient
        lies: every 1/n-th of a cumulated share. Nothing is random, nobody's vectors depend on who else is asked about.
        A catalogue of no more than n items stands for itself.
        """
        n_items = len(self._item_half)
        if n_items <= n:
            return torch.arange(n_items, device=self._device), (n_items * self._shares).float()
        odds = torch.sigmoid(self._net.join(self._net.user_half(self._mean), self._item_half)).double()  # (I,)
        odds *= self._shares
        marked = (odds / odds.sum() + self._shares) / 2
        marks = (torch.arange(n, device=self._device) + 0.5) / max(n, 1)
        picks = torch.searchsorted(marked.cumsum(0), marks).clamp(max=n_items - 1)
        common, times = torch.unique(picks, return_counts=True)
        return common, (n_items * times * self._shares[common] / marked[common]).float()

    def vectors(self, histories: Histories, wanted: torch.Tensor) -> torch.Tensor:
        """Rows of a user table, (B, d), for B people; ``wanted`` (E,) are outputs for the events that have ratings."""
        size = max(1, PAIRS // (COMMON_NEGATIVES + int(histories.lengths().max(initial=0))))
        wanted = wanted.to(self._device)
        parts = [torch.empty(0, len(self._mean), device=self._device)]
        for start, batch in zip(range(0, len(histories), size), histories.batches(size), strict=True):
            first = int(histories.indptr[start])
            parts.append(self._fit(batch, wanted[first : first + len(batch.items)]))
        return torch.cat(parts)

    def _fit(self, histories: Histories, wanted: torch.Tensor) -> torch.Tensor:
        people = torch.from_numpy(histories.people()).to(self._device)  # (E,)
        items = torch.from_numpy(histories.items).long().to(self._device)  # (E,)
        event_half = self._item_half[items].unsqueeze(1)  # (E, 1, f)
        common_half = self._item_half[self._common]  # (N, f)
        common_weights = self._common_weights(histories, people, items)  # (B, N)

        def cost(z: torch.Tensor) -> torch.Tensor:
            user_half = self._net.user_half(self._mean + z @ self._spread)  # (B, f)
            outputs = self._net.join(F.embedding(people, user_half), event_half).squeeze(1)  # (E,)
            negatives = common_weights * F.softplus(self._net.join(user_half, common_half))  # (B, N)
            ratings = (outputs - wanted).square() / (2 * RATING_NOISE)
            events = F.softplus(-outputs) if self._negatives else ratings
            return events.sum() + negatives.sum() + z.square().sum() / 2

        z = torch.zeros(len(histories), len(self._mean), device=self._device, requires_grad=True)  # (B, d)
        optimizer = torch.optim.Adam([z], STEP_SIZE, fused=True)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, STEPS)
        for _ in range(STEPS):
            with torch.enable_grad():
                (z.grad,) = torch.autograd.grad(cost(z), z)
            optimizer.step()
            schedule.step()
        return self._mean + z.detach() @ self._spread

    def _common_weights(self, histories: Histories, people: torch.Tensor, items: torch.Tensor) -> torch.Tensor:
        """(B, N): what each common item stands for, so that all together weigh as the negatives in training."""
        n_common = len(self._common)
        place = torch.full((len(self._item_half),), n_common, device=self._device)  # of an item among the common ones
        place[self._common] = torch.arange(n_common, device=self._device)
        unknown = torch.ones(len(histories), n_common + 1, device=self._device)
        unknown[people, place[items]] = 0
        weights = unknown[:, :n_common] * self._stands_for
        wanted = self._negatives * torch.from_numpy(histories.lengths()).to(self._device).unsqueeze(1)
        return weights * (wanted / weights.sum(1, keepdim=True).clamp(min=1))
