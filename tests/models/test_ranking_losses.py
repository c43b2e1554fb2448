"""Losses and gradients that are written out, against their definitions in double precision and torch's gradients."""

import numpy as np
import pytest
import torch

from recsys_core.models.ranking_losses import pairwise, softmax

SIZE, N_PEOPLE, N_ITEMS = 4, 3, 6


def normal(*shape, seed):
    made = torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return made.requires_grad_()


def assert_gradients(loss, found, leaves):
    """``found`` is the loss and its gradients with respect to the leaves."""
    wanted = torch.autograd.grad(loss, leaves)
    assert found[0].item() == pytest.approx(loss.item())
    for one, other in zip(found[1:], wanted, strict=True):
        assert one.numpy() == pytest.approx(other.numpy(), abs=1e-12)


def test_pairwise_is_the_papers_loss():
    users, met, others = leaves = [normal(5, SIZE, seed=seed) for seed in range(3)]
    loss = -torch.log(torch.sigmoid((users * met).sum(1) - (users * others).sum(1))).sum()
    assert_gradients(loss, pairwise(*(leaf.detach() for leaf in leaves)), leaves)


def test_pairwise_does_not_overflow():
    loss, *gradients = pairwise(torch.tensor([[1e3]]), torch.tensor([[0.0]]), torch.tensor([[1.0]]))
    assert loss.item() == 1e3
    assert all(torch.isfinite(gradient).all() for gradient in gradients)


def events():
    """Person and item of each event; person 1 has none."""
    return torch.tensor([0, 0, 2, 2, 2]), torch.tensor([1, 5, 0, 3, 5])


def test_softmax_over_all_items_is_the_cross_entropy():
    users, items = leaves = [normal(N_PEOPLE, SIZE, seed=0), normal(N_ITEMS, SIZE, seed=1)]
    owners, met = events()
    shares = torch.softmax(users @ items.T, 1)
    nobody = torch.empty(0, SIZE, dtype=torch.float64)
    found = softmax(*(leaf.detach() for leaf in leaves), owners, met, nobody)
    assert found[3].shape == (0, SIZE)
    assert_gradients(-torch.log(shares[owners, met]).sum(), found[:3], leaves)


def test_an_item_that_does_not_compete_joins_the_sum_of_its_own_events():
    """Items 1, 3 and 4 compete and stand for two each; 5 and 0 are met and do not."""
    users, items = leaves = [normal(N_PEOPLE, SIZE, seed=0), normal(N_ITEMS, SIZE, seed=1)]
    owners, met = events()
    competing = torch.tensor([4, 1, 3])
    scores, loss = users @ items.T, 0
    for owner, item in zip(owners, met, strict=True):
        total = 2 * scores[owner, competing].exp().sum()
        total = total if item in competing else total + scores[owner, item].exp()
        loss = loss + torch.log(total) - scores[owner, item]
    columns = torch.tensor([list(competing).index(item) if item in competing else -1 for item in met])
    absent = met[columns < 0]
    assert absent.tolist() == [5, 0, 5]
    found = softmax(users.detach(), items.detach()[competing], owners, columns, items.detach()[absent], stands_for=2.0)
    user_part, item_part = torch.autograd.grad(loss, leaves)
    assert found[0].item() == pytest.approx(loss.item())
    assert found[1].numpy() == pytest.approx(user_part.numpy(), abs=1e-12)
    both = torch.zeros(N_ITEMS, SIZE, dtype=torch.float64)
    both.index_add_(0, competing, found[2]).index_add_(0, absent, found[3])
    assert both.numpy() == pytest.approx(item_part.numpy(), abs=1e-12)


def test_softmax_does_not_overflow():
    users, items = torch.full((1, 1), 1e3), torch.tensor([[1.0], [-1.0]])
    found = softmax(users, items, torch.tensor([0]), torch.tensor([1]), torch.empty(0, 1))
    assert found[0].item() == pytest.approx(2e3)
    assert np.isfinite(np.concatenate([part.numpy().ravel() for part in found])).all()
