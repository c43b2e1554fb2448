"""Losses of a dot product and their gradients, written out: several times faster than letting torch find them.

d numbers in a vector; x = p · q of a person's vector p and an item's q.
"""

import math

import torch
from torch.nn import functional as F

Tensors = tuple[torch.Tensor, ...]


def pairwise(users: torch.Tensor, met: torch.Tensor, others: torch.Tensor) -> Tensors:
    """Σ -log sigmoid(x_met - x_other) over rows of three tables (B, d), and its gradients with respect to these."""
    difference = met - others
    margins = (users * difference).sum(1, keepdim=True)  # (B, 1)
    errors = torch.sigmoid(-margins)
    pulled = errors * users
    return -F.logsigmoid(margins).sum(), -errors * difference, -pulled, pulled


def softmax(
    users: torch.Tensor,
    items: torch.Tensor,
    owners: torch.Tensor,
    columns: torch.Tensor,
    absent: torch.Tensor,
    stands_for: float = 1.0,
) -> Tensors:
    """Σ log(Σ_j exp(x_j)) - x_met over events, j over all items that compete.

    A random part of the items may stand for all of them. An event whose item is not in that part adds this item to its
    own sum.

    Args:
        users: (p, d), of people. items: (C, d), those that compete; an item stands there once at most.
        owners: (b,), the row of each event's person; no pair comes twice.
        columns: (b,), the row of each event's item, or -1 where it is not one of ``items``.
        absent: (a, d), the vectors of these latter items, in the order of the events.
        stands_for: how many items of the catalogue each of ``items`` stands for.

    Returns:
        The loss, and its gradients with respect to ``users``, ``items`` and ``absent``.
    """
    scores = users @ items.T  # (p, C)
    sums = scores.logsumexp(1, keepdim=True)  # (p, 1)
    is_there = columns >= 0
    there, lone = owners[is_there], owners[~is_there]
    cells = there * len(items) + columns[is_there]
    weights = torch.bincount(there, minlength=len(users)).to(users.dtype)  # of each person's sum in the loss
    loss = (weights * (sums[:, 0] + math.log(stands_for))).sum() - scores.view(-1)[cells].sum()

    lone_users = F.embedding(lone, users)  # (a, d)
    margins = F.embedding(lone, sums) + math.log(stands_for) - (lone_users * absent).sum(1, keepdim=True)  # (a, 1)
    shares = torch.sigmoid(margins)  # how much of such an event's sum is not its own item
    loss += F.softplus(margins).sum()
    weights.index_add_(0, lone, shares[:, 0])

    errors = scores.sub_(sums).exp_().mul_(weights.unsqueeze(1))
    errors.view(-1)[cells] -= 1
    user_gradient = (errors @ items).index_add_(0, lone, shares * absent, alpha=-1)
    return loss, user_gradient, errors.T @ users, -shares * lone_users
