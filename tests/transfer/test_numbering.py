"""Whether equal ids mean the same."""

import numpy as np
import pytest

from recsys_core.data.dataset import Ids
from recsys_core.transfer.numbering import alike_counts, are_plain, same_events, shared_positions
from tests.transfer.catalogues import hash_like, numbered


@pytest.mark.parametrize(
    ("ids", "plain"),
    [
        ([str(number) for number in range(1, 500)], True),
        ([f"user_{number}" for number in range(500)], True),
        ([str(number) for number in range(1, 500, 3)], True),
        ([f"{number:010d}" for number in range(767_803_000, 767_803_500)], False),
        ([hash_like(number) for number in range(500)], False),
        (["anna", "ben", "carol"], False),
        ([], False),
        (["9" * 5000, "1"], False),
    ],
)
def test_running_numbers(ids: list[str], plain: bool):
    assert are_plain(Ids.of(ids)) is plain


def test_shared_ids_come_in_the_order_of_the_target():
    theirs, ours = shared_positions(Ids.of(["a", "b", "c"]), Ids.of(["c", "x", "a"]))
    assert (theirs.tolist(), ours.tolist()) == ([2, 0], [0, 2])


def test_two_parts_of_one_world_have_alike_counts_under_the_same_numbers_alone():
    whole = numbered(200, people=300)
    rng = np.random.default_rng(0)
    is_first = rng.random(len(whole.interactions)) < 0.5
    first, second = (whole.interactions.take(part).item_counts() for part in (is_first, ~is_first))
    ids = whole.item_ids.values
    assert alike_counts(first, second, ids)
    assert not alike_counts(first, rng.permutation(second), ids)


def test_a_trend_along_the_numbers_is_no_likeness():
    """Old items have small numbers and more events, in any two data sets."""
    rng = np.random.default_rng(0)
    trend = np.geomspace(2000, 10, 400)
    first, second = rng.poisson(trend * rng.lognormal(0, 1, 400)), rng.poisson(trend * rng.lognormal(0, 1, 400))
    ids = np.array([str(number) for number in range(400)], dtype=object)
    assert np.corrcoef(np.log1p(first), np.log1p(second))[0, 1] > 0.5
    assert not alike_counts(first, second, ids)


def test_few_ids_do_not_tell():
    counts = np.array([1, 9, 2, 8])
    assert not alike_counts(counts, counts, np.array(["1", "2", "3", "4"], dtype=object))
    assert not alike_counts(counts[:0], counts[:0], np.array([], dtype=object))


def test_a_version_with_more_events_tells_of_the_same_events():
    whole = numbered(40, people=60)
    part = whole.with_interactions(whole.interactions.take(np.arange(0, len(whole.interactions), 3)))
    assert same_events(whole, part)
    assert not same_events(whole, numbered(40, people=60, seed=1))


def test_nothing_in_common_is_no_sign():
    assert not same_events(numbered(20, first=100), numbered(20))
