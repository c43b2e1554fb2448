import numpy as np
import pytest
import torch
from scipy.stats import chisquare

from recsys_core.data.interactions import Interactions
from recsys_core.training.negatives import InBatchItems, UnknownItems, popularity_shares


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


def test_an_item_that_nobody_met_is_drawn_like_any_other():
    """Without a draw its score would stay where it began, above that of items that few met."""
    unknown = UnknownItems(events([(0, 0), (1, 1)], 2, 4))
    counts = np.bincount(draw(unknown, 0, 30_000), minlength=4)
    assert counts[0] == 0
    assert chisquare(counts[1:]).pvalue > 1e-4


SKEWED = [(0, 0), (0, 2), *((user, 0) for user in range(1, 50)), *((user, 1) for user in range(1, 20)), (3, 2), (4, 3)]


def test_popular_items_are_drawn_as_often_as_their_count_to_the_power_of_three_quarters():
    world = events(SKEWED, 60, 6)  # met 50, 19, 2 and 1 times; two items never, which count as once
    shares = np.array([50, 19, 2, 1, 1, 1]) ** 0.75
    assert popularity_shares(world) == pytest.approx(shares / shares.sum())
    unknown = UnknownItems.by_popularity(world)
    for user, known in ((55, []), (0, [0, 2]), (3, [0, 1, 2]), (4, [0, 1, 3])):
        counts = np.bincount(draw(unknown, user, 60_000), minlength=6)
        free = np.setdiff1d(np.arange(6), known)
        assert counts[known].sum() == 0
        assert chisquare(counts[free], 60_000 * shares[free] / shares[free].sum()).pvalue > 1e-4


def test_popular_items_are_drawn_for_a_user_who_knows_everything():
    unknown = UnknownItems.by_popularity(events([(0, 0), (0, 1), (0, 2), (1, 1)], 2, 3))
    counts = np.bincount(draw(unknown, 0, 30_000), minlength=3)
    shares = np.array([1, 2, 1]) ** 0.75
    assert chisquare(counts, 30_000 * shares / shares.sum()).pvalue > 1e-4
    assert set(draw(unknown, 1, 200)) == {0, 2}


def test_popular_draws_in_a_random_world_are_never_known():
    rng = np.random.default_rng(0)
    known = rng.random((40, 30)) < rng.random(30)
    unknown = UnknownItems.by_popularity(events(list(zip(*np.nonzero(known), strict=True)), 40, 30))
    drawn = unknown.draw(torch.arange(40), 3000, torch.Generator().manual_seed(1)).numpy()
    for user in range(40):
        assert set(drawn[user]) == set(np.flatnonzero(~known[user]))


def in_batch(others, users, items, n, seed=0):
    generator = torch.Generator().manual_seed(seed)
    drawn, unknown = others.draw(torch.tensor(users), torch.tensor(items), n, generator)
    return drawn.numpy(), unknown.numpy()


def test_in_batch_draws_are_the_other_events_all_alike():
    others = InBatchItems(events([(0, 0), (1, 1), (2, 2), (3, 3), (4, 1)], 5, 5))
    drawn, unknown = in_batch(others, [0, 1, 2, 3, 4], [0, 1, 2, 3, 1], 40_000)
    for row, wanted in enumerate([[0, 2, 1, 1], [1, 1, 1, 1], [1, 2, 0, 1], [1, 2, 1, 0], [1, 1, 1, 1]]):
        counts = np.bincount(drawn[row], minlength=4)
        places = np.flatnonzero(wanted)
        assert counts.sum() == counts[places].sum()
        assert chisquare(counts[places], 40_000 * np.array(wanted)[places] / 4).pvalue > 1e-4
    assert unknown[0].all()
    assert (unknown[1] == (drawn[1] != 1)).all()  # the other event with item 1 is no negative for somebody who met it


def test_in_batch_draws_know_what_a_user_met_outside_the_batch():
    others = InBatchItems(events([(0, 0), (0, 1), (1, 1), (2, 2)], 3, 3))
    drawn, unknown = in_batch(others, [0, 1, 2], [0, 1, 2], 500)
    assert (unknown[0] == (drawn[0] == 2)).all()
    assert unknown[1:].all()


def test_a_batch_of_one_has_no_others():
    drawn, unknown = in_batch(InBatchItems(events([(0, 1)], 1, 3)), [0], [1], 4)
    assert (drawn == 1).all()
    assert not unknown.any()


def test_the_correction_is_the_log_of_how_much_oftener_an_item_comes_than_by_chance():
    others = InBatchItems(events([(0, 0), (1, 0), (2, 0), (3, 1)], 4, 2))
    assert others.log_ratio.numpy() == pytest.approx(np.log([0.75 * 2, 0.25 * 2]))
