"""Vectors for people whom the network of neural collaborative filtering never met."""

from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from torch.nn import functional as F

from recsys_core.data.interactions import Histories
from recsys_core.models.halves_net import HalvesNet
from recsys_core.types import Bool, Float32, Int64

MOST_STEPS = 12  # with looks behind them; most people need two or three
ENOUGH = 0.5  # of the loss, a log-likelihood: two people as likely as that are hardly told apart
COMMON_NEGATIVES = 600  # items; fewer cost quality sooner than fewer steps do
RATING_NOISE = 0.5  # variance of ratings around the network's outputs, of ratings with variance 1
PAIRS = 6_000  # of people and items at once, so that slopes stay in the cache


class FoldIn:
    """Fits vectors p to histories while everything else is frozen.

    With the mean m and the covariance S'S of the trained people's vectors, p = m + z S, and z minimises the training
    loss over the history plus |z|² / 2: the most probable person if people are normally distributed. So an empty
    history gives the mean person, and a short one somebody near it. z is found by Gauss and Newton's steps: each takes
    outputs for linear in z and asks the network again for their slopes.

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
        self._mean_half = net.user_half(self._mean)  # (f,)
        self._moves = net.user_half(self._mean + self._spread) - self._mean_half  # (d, f): a half is linear in z
        self._item_half = net.item_halves()  # (I, f)
        self._common, self._stands_for = self._choose_common(COMMON_NEGATIVES if negatives else 0)  # (N,), (N,)
        self._common_half = self._item_half[self._common]  # (N, f)
        self._start, self._start_slopes = net.slopes(self._mean_half, self._common_half, self._moves)  # (N,), (N, d)
        weights = self._stands_for * _curvature(self._start)
        self._start_curvature = (self._start_slopes.mT * weights) @ self._start_slopes  # (d, d)

    def _choose_common(self, n: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Items to weigh against everybody's history, and how many items each of them stands for.

        Half of them spread over the negatives, half over those that the mean person would meet, where the gradient
        lies: every 1/n-th of a cumulated share. Nothing is random, nobody's vectors depend on who else is asked about.
        A catalogue of no more than n items stands for itself.
        """
        n_items = len(self._item_half)
        if n_items <= n:
            return torch.arange(n_items, device=self._device), (n_items * self._shares).float()
        odds = torch.sigmoid(self._net.join(self._mean_half, self._item_half)).double()  # (I,)
        odds *= self._shares
        marked = (odds / odds.sum() + self._shares) / 2
        marks = (torch.arange(n, device=self._device) + 0.5) / max(n, 1)
        picks = torch.searchsorted(marked.cumsum(0), marks).clamp(max=n_items - 1)
        common, times = torch.unique(picks, return_counts=True)
        return common, (n_items * times * self._shares[common] / marked[common]).float()

    @torch.no_grad()
    def vectors(self, histories: Histories, wanted: torch.Tensor) -> torch.Tensor:
        """Rows of a user table, (B, d), for B people; ``wanted`` (E,) are outputs for the events that have ratings."""
        told = replace(histories, values=wanted.numpy())
        size = max(1, PAIRS // (COMMON_NEGATIVES + int(histories.lengths().max(initial=0))))
        parts = [torch.empty(0, len(self._mean), device=self._device)]
        parts += [self._mean + self._fit(batch) @ self._spread for batch in told.batches(size)]
        return torch.cat(parts)

    def _fit(self, told: Histories) -> torch.Tensor:
        """(B, d), z of people with the wanted outputs as the values of their histories.

        A step that makes the loss larger is taken back and made shorter. Whoever is as good as there stays, with one
        step more that needs no look behind it; so nobody's z depends on who else is asked about.
        """
        items, wanted, is_event = (torch.from_numpy(table).to(self._device) for table in _padded(told))  # (B, T)
        event_half = self._item_half[items]  # (B, T, f)
        weights = self._common_weights(items, is_event)  # (B, N)

        def seen_from(z: torch.Tensor, is_first: bool = False) -> View:
            user_half = self._mean_half + z @ self._moves  # (B, f)
            by_common = self._by_common_at_mean(weights) if is_first else self._by_common(user_half, weights)
            return View.of(z, self._by_events(user_half, event_half, wanted, is_event), by_common)

        view = seen_from(torch.zeros(len(told), len(self._mean), device=self._device), is_first=True)
        length = torch.ones(len(told), 1, device=self._device)  # of the next step, in parts of a whole one
        for _ in range(MOST_STEPS):
            is_open = view.promise > ENOUGH
            if not is_open.any():
                break
            ahead = seen_from(view.z + length * view.step)
            is_better = is_open & (ahead.loss < view.loss)
            view = ahead.where(is_better, view)
            length = torch.where(is_better | ~is_open, (2 * length).clamp(max=1), length / 4)
        return view.z + view.step * (view.promise <= ENOUGH)

    def _by_events(
        self, user_half: torch.Tensor, event_half: torch.Tensor, wanted: torch.Tensor, is_event: torch.Tensor
    ) -> "Parts":
        """Of the loss over the histories."""
        outputs, slopes = self._net.slopes(user_half, event_half, self._moves)
        if self._negatives:
            return Parts.of_log_loss(outputs, slopes, is_event.float(), -1)
        missed = (outputs - wanted) * is_event / RATING_NOISE
        return Parts.of((outputs - wanted) * missed / 2, slopes, missed, is_event / RATING_NOISE)

    def _by_common(self, user_half: torch.Tensor, weights: torch.Tensor) -> "Parts":
        """Of the loss over the common items."""
        outputs, slopes = self._net.slopes(user_half, self._common_half, self._moves)
        return Parts.of_log_loss(outputs, slopes, weights, 1)

    def _by_common_at_mean(self, weights: torch.Tensor) -> "Parts":
        """The same where nearly all of the work is the same for everybody. In the curvature, which says how far a step
        goes but not where the steps end, the items that a person knows stay in."""
        gradient = (weights * torch.sigmoid(self._start)) @ self._start_slopes
        shares = weights.sum(1) / self._stands_for.sum().clamp(min=1)
        return Parts(weights @ F.softplus(self._start), gradient, shares[:, None, None] * self._start_curvature)

    def _common_weights(self, items: torch.Tensor, is_event: torch.Tensor) -> torch.Tensor:
        """(B, N): what each common item stands for, so that all together weigh as the negatives in training."""
        n_common = len(self._common)
        place = torch.full((len(self._item_half),), n_common, device=self._device)  # of an item among the common ones
        place[self._common] = torch.arange(n_common, device=self._device)
        unknown = torch.ones(len(items), n_common + 1, device=self._device)
        unknown.scatter_(1, place[items].where(is_event, n_common), 0)
        weights = unknown[:, :n_common] * self._stands_for
        wanted = self._negatives * is_event.sum(1, keepdim=True)
        return weights * (wanted / weights.sum(1, keepdim=True).clamp(min=1))


@dataclass(frozen=True)
class Parts:
    """A part of the loss of B people (B,), with its gradient (B, d) and its curvature (B, d, d) by z."""

    loss: torch.Tensor
    gradient: torch.Tensor
    curvature: torch.Tensor

    @classmethod
    def of(cls, loss: torch.Tensor, slopes: torch.Tensor, gradient: torch.Tensor, curvature: torch.Tensor) -> "Parts":
        """From what it comes to for each output, (B, C), and by the outputs; ``slopes`` (..., C, d) are theirs by z."""
        by_z = (slopes * curvature.unsqueeze(-1)).mT @ slopes
        return cls(loss.sum(1), (gradient.unsqueeze(1) @ slopes).squeeze(1), by_z)

    @classmethod
    def of_log_loss(cls, outputs: torch.Tensor, slopes: torch.Tensor, weights: torch.Tensor, sign: int) -> "Parts":
        """Of log(1 + exp(± outputs)), weighted."""
        signed = sign * outputs
        gradient = sign * weights * torch.sigmoid(signed)
        return cls.of(weights * F.softplus(signed), slopes, gradient, weights * _curvature(outputs))


@dataclass(frozen=True)
class View:
    """What is seen from z (B, d).

    Attributes:
        loss: (B,).
        step: (B, d), to where the loss would be least if outputs were linear.
        promise: (B, 1), what the loss would fall by.
    """

    z: torch.Tensor
    loss: torch.Tensor
    step: torch.Tensor
    promise: torch.Tensor

    @classmethod
    def of(cls, z: torch.Tensor, *parts: Parts) -> "View":
        """From the parts of the loss beside |z|² / 2."""
        loss = z.square().sum(1) / 2 + sum(part.loss for part in parts)
        gradient = z + sum(part.gradient for part in parts)
        curvature = torch.eye(z.shape[1], device=z.device) + sum(part.curvature for part in parts)
        step = -torch.cholesky_solve(gradient.unsqueeze(-1), torch.linalg.cholesky(curvature)).squeeze(-1)
        return cls(z, loss.unsqueeze(1), step, -(gradient * step).sum(1, keepdim=True) / 2)

    def where(self, chosen: torch.Tensor, other: "View") -> "View":
        """This one for some people, (B, 1), and another one for the rest."""
        pairs = ((getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return View(*(torch.where(chosen, mine, theirs) for mine, theirs in pairs))


def _padded(told: Histories) -> tuple[Int64, Float32, Bool]:
    """Items, values and whether there is an event, (B, T) each, for T events at most."""
    is_event = np.arange(told.lengths().max(initial=0)) < told.lengths()[:, None]
    items, values = np.zeros(is_event.shape, dtype=np.int64), np.zeros(is_event.shape, dtype=np.float32)
    items[is_event], values[is_event] = told.items, told.values
    return items, values, is_event


def _curvature(outputs: torch.Tensor) -> torch.Tensor:
    """Of the log-loss by its output y, between two that are right in one way each.

    σ(y) σ(−y) is the curvature at y: a step by it alone goes too far from where the loss is flat. tanh(|y| / 2) / 2 |y|
    is that of the narrowest parabola which touches the loss at y and lies above it everywhere (Jaakkola and Jordan,
    Bayesian Parameter Estimation via Variational Methods, Statistics and Computing 2000): it never goes too far, and
    takes long.
    """
    size = outputs.abs().clamp(min=1e-3)
    at_once, safe = torch.sigmoid(size) * torch.sigmoid(-size), torch.tanh(size / 2) / (2 * size)
    return at_once**0.75 * safe**0.25
