"""Less of a target is a part of it, and the test asks the same of it."""

from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.splitting import HIDDEN, TEST, TRAIN, VALID, Split, SplitRecipe, split
from recsys_core.transfer.shares import at_share
from tests import worlds


@cache
def whole() -> Split:
    return split(worlds.two_camps(40).dataset, SplitRecipe(key="random"))


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 9))
def test_what_is_there_at_a_smaller_share_is_there_at_a_larger_one_and_the_test_stays(
    one: float, other: float, seed: int
):
    less, more = (at_share(whole(), share, seed).roles for share in sorted((one, other)))
    assert (more[less != HIDDEN] == less[less != HIDDEN]).all()
    for roles in (less, more):
        assert ((roles == TEST) == (whole().roles == TEST)).all()
        assert (roles[roles != HIDDEN] == whole().roles[roles != HIDDEN]).all()


def test_nothing_and_everything():
    nothing, everything = at_share(whole(), 0.0, 3), at_share(whole(), 1.0, 3)
    assert not np.isin(nothing.roles, (TRAIN, VALID)).any()
    assert (everything.roles == whole().roles).all()
    assert everything.fingerprint == whole().fingerprint


def test_about_the_share_is_there_and_another_seed_draws_others():
    roles = at_share(whole(), 0.25, 0).roles
    asked = np.isin(whole().roles, (TRAIN, VALID))
    assert 0.15 < (roles[asked] != HIDDEN).mean() < 0.35
    assert (roles != at_share(whole(), 0.25, 1).roles).any()


def test_what_is_not_there_is_told_to_nobody_but_stays_out_of_the_tests_lists():
    part = at_share(whole(), 0.25, 0)
    absent = set(pairs_of(part.events(HIDDEN)))
    assert absent
    for events in (part.train.interactions, part.valid.targets):
        assert not absent & set(pairs_of(events))
    for holdout in (part.valid, part.test):
        assert not absent & set(zip(holdout.known.people().tolist(), holdout.known.items.tolist(), strict=True))
    hidden = part.test.hidden
    assert absent <= set(zip(hidden.people().tolist(), hidden.items.tolist(), strict=True))


def test_validation_does_not_know_what_is_not_there_yet():
    part = at_share(whole(), 0.25, 0)
    hidden = part.valid.hidden
    assert not set(pairs_of(part.events(HIDDEN))) & set(
        zip(hidden.people().tolist(), hidden.items.tolist(), strict=True)
    )


def pairs_of(events) -> list[tuple[int, int]]:
    return list(zip(events.users.tolist(), events.items.tolist(), strict=True))
