import numpy as np
import torch

from recsys_core.data.interactions import Interactions
from recsys_core.training.negatives import UnknownItems


def events(pairs, n_users, n_items):
    users, items = (np.array(column, dtype=np.int32) for column in zip(*pairs, strict=True))
    return Interactions(users, items, np.ones(len(pairs), np.float32), None, n_users, n_items)


def draw(unknown, user, n, seed=0):
    return unknown.draw(torch.tensor([user]), n, torch.Generator().manual_seed(seed))[0].numpy()


def test_every_unknown_item_is_drawn_equally_often_and_no_known_one():
    unknown = UnknownItems(events([(0, 0), (0, 1), (0, 5), (0, 9), (1, 3)], 3, 10))
    for user, known in ((0, [0, 1, 5, 9]), (1, [3]), (2, [])):
        counts = np.bincount(draw(unknown, user, 60_000), minlength=10)
        free = np.setdiff1d(np.arange(10), known)
        assert counts[known].sum() == 0
        expected = 60_000 / len(free)
        assert (np.abs(counts[free] - expected) < 5 * np.sqrt(expected)).all()  # five standard deviations


def test_random_world_agrees_with_a_set_difference():
    rng = np.random.default_rng(0)
    known = rng.random((40, 30)) < 0.7
    unknown = UnknownItems(events(list(zip(*np.nonzero(known), strict=True)), 40, 30))
    users = torch.arange(40)
    drawn = unknown.draw(users, 2000, torch.Generator().manual_seed(1)).numpy()
    for user in range(40):
        assert set(drawn[user]) == set(np.flatnonzero(~known[user]))


def test_repeated_events_count_once():
    once = UnknownItems(events([(0, 2)], 1, 4))
    twice = UnknownItems(events([(0, 2), (0, 2)], 1, 4))
    assert (draw(once, 0, 100) == draw(twice, 0, 100)).all()


def test_user_who_knows_everything_gets_any_item():
    unknown = UnknownItems(events([(0, 0), (0, 1), (0, 2), (1, 1)], 2, 3))
    assert set(draw(unknown, 0, 200)) == {0, 1, 2}
    assert set(draw(unknown, 1, 200)) == {0, 2}


def test_one_user_one_item():
    assert (draw(UnknownItems(events([(0, 0)], 1, 1)), 0, 5) == 0).all()


def test_same_generator_state_same_items():
    unknown = UnknownItems(events([(0, 1)], 1, 50))
    assert (draw(unknown, 0, 20, seed=3) == draw(unknown, 0, 20, seed=3)).all()
    assert (draw(unknown, 0, 20, seed=3) != draw(unknown, 0, 20, seed=4)).any()
