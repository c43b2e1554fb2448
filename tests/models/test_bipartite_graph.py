"""Passing vectors along links: against the paper's sums in double precision, also where there are no links."""

import numpy as np
import pytest
import torch
from scipy.sparse import csr_array

from recsys_core.models.bipartite_graph import BipartiteGraph

N_USERS, N_ITEMS, SIZE = 7, 5, 3
ALONE_USER, ALONE_ITEM = 2, 4  # without links
every_depth = pytest.mark.parametrize("layers", [0, 1, 2, 4])


def pairs():
    """Dense (U, I): who met what."""
    met = np.random.default_rng(2).random((N_USERS, N_ITEMS)) < 0.6
    met[ALONE_USER], met[:, ALONE_ITEM] = False, False
    return met


def graph():
    return BipartiteGraph(csr_array(pairs().astype(np.float32)))


def vectors(seed=0):
    return torch.randn(N_USERS + N_ITEMS, SIZE, generator=torch.Generator().manual_seed(seed))


def mean_of_layers(start, layers):
    """The paper's equations 3 and 4, sum by sum."""
    met, users, items = pairs(), start[:N_USERS], start[N_USERS:]
    total = start.copy()
    for _ in range(layers):
        new_users, new_items = np.zeros_like(users), np.zeros_like(items)
        for u, i in np.argwhere(met):
            root = np.sqrt(met[u].sum() * met[:, i].sum())
            new_users[u] += items[i] / root
            new_items[i] += users[u] / root
        users, items = new_users, new_items
        total += np.concatenate([users, items])
    return total / (layers + 1)


@every_depth
def test_vectors_are_the_mean_of_the_papers_layers(layers):
    start = vectors()
    wanted = mean_of_layers(start.double().numpy(), layers)
    assert graph().smooth(start, layers).numpy() == pytest.approx(wanted, abs=1e-6)


@every_depth
def test_gradients_are_those_of_the_papers_layers(layers):
    """The mean of layers is a matrix times layer 0: its columns are the layers of unit vectors."""
    matrix = torch.from_numpy(np.stack([mean_of_layers(unit[:, None], layers)[:, 0] for unit in np.eye(12)], axis=1))
    start, target = vectors(), vectors(seed=1)
    exact = start.double().requires_grad_()
    ((matrix @ exact).tanh() - target).square().sum().backward()
    leaf = start.clone().requires_grad_()
    (graph().propagate(leaf, layers).tanh() - target).square().sum().backward()
    assert leaf.grad.numpy() == pytest.approx(exact.grad.numpy(), abs=1e-5)


def test_what_has_no_link_gives_and_receives_nothing():
    start = vectors()
    alone = [ALONE_USER, N_USERS + ALONE_ITEM]
    smoothed = graph().smooth(start, 3)
    assert torch.equal(smoothed[alone], start[alone] / 4)
    start[alone] = 1e6
    others = np.setdiff1d(np.arange(N_USERS + N_ITEMS), alone)
    assert torch.equal(graph().smooth(start, 3)[others], smoothed[others])


def test_asking_leaves_the_vectors_as_they_were():
    start = vectors()
    graph().smooth(start, 2)
    graph().propagate(start, 2)
    assert torch.equal(start, vectors())


def test_values_of_pairs_do_not_matter():
    rated = csr_array(pairs() * np.linspace(1, 5, N_ITEMS, dtype=np.float32))
    assert torch.equal(BipartiteGraph(rated).smooth(vectors(), 2), graph().smooth(vectors(), 2))
