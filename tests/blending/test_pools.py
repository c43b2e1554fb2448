"""What is computed from the pools is what the evaluation would say of the blend."""

import numpy as np
import pytest

from recsys_core.blending import pools
from recsys_core.blending.pools import Pools
from recsys_core.evaluation import evaluate
from recsys_core.models.blend import standardised
from recsys_core.ranking import HIDDEN
from recsys_core.splitting import Holdout
from tests.blending.told import Told, held_out
from tests.worlds import dataset

N_USERS, N_ITEMS = 40, 150
WEIGHTS = (np.array([1.0, 0.0, 0.0]), np.array([0.2, 0.5, 0.3]), np.array([0.0, 0.0, 1.0]))


def world(candidates: bool) -> tuple[list[Told], Holdout]:
    rng = np.random.default_rng(5)
    taste = rng.normal(size=(N_USERS, N_ITEMS))
    found = taste + rng.normal(size=taste.shape) > 2
    found[np.arange(N_USERS), rng.integers(0, N_ITEMS, N_USERS)] = True
    known = (rng.random(found.shape) < 0.1) & ~found
    known[~known.any(axis=1), 0] = True
    found &= ~known
    holdout = held_out(found, known)
    if candidates:
        drawn = np.stack([rng.permutation(N_ITEMS)[:60] for _ in range(N_USERS)]).astype(np.int32)
        holdout = Holdout(holdout.known, holdout.targets, holdout.relevant, drawn)
    noisy = [Told(taste + rng.normal(size=taste.shape)), Told(np.round(taste))]  # the second one has many ties
    return [*noisy, Told(np.zeros_like(taste))], holdout


def judged_as_one(members: list[Told], holdout: Holdout, weights: np.ndarray) -> np.ndarray:
    together = sum(weight * standardised(member.scores) for weight, member in zip(weights, members, strict=True))
    report = evaluate(Told(together), holdout, dataset([], N_USERS, N_ITEMS), ks=(10,))
    return report.per_user["ndcg@10"].numerator


@pytest.mark.parametrize("weights", WEIGHTS, ids=str)
@pytest.mark.parametrize("candidates", [False, True])
def test_pools_that_hold_everything_are_exact_ties_included(monkeypatch, weights, candidates):
    monkeypatch.setattr(pools, "DEPTH", N_ITEMS)
    monkeypatch.setattr(pools, "BLOCK", 7)
    members, holdout = world(candidates)
    found = Pools(members, holdout, holdout.warm_users, lambda _: None).ndcg(weights)
    assert found == pytest.approx(judged_as_one(members, holdout, weights), abs=1e-6)


def test_small_pools_are_exact_where_nothing_outside_can_come_near_and_never_too_low(monkeypatch):
    depth, weights = 15, np.array([0.5, 0.5])
    monkeypatch.setattr(pools, "DEPTH", depth)
    members, holdout = world(candidates=False)
    members = [members[0], Told(members[0].scores + np.random.default_rng(1).normal(size=members[0].scores.shape))]
    users = holdout.warm_users
    found = Pools(members, holdout, users, lambda _: None).ndcg(weights)
    exact = judged_as_one(members, holdout, weights)
    each = np.stack([standardised(member.scores)[users] for member in members])
    each[:, holdout.known.take(users).matrix().toarray() > 0] = HIDDEN
    nowhere_above = np.sort(each, axis=2)[:, :, -depth].mean(axis=0)
    safe = np.sort(each.mean(axis=0), axis=1)[:, -10] > nowhere_above
    assert 5 < safe.sum() < len(users)
    assert found[safe] == pytest.approx(exact[safe], abs=1e-6)
    assert (found >= exact - 1e-6).all()
