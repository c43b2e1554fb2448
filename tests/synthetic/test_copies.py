"""Who is a copy, and who is merely alike."""

import numpy as np
import pytest

from recsys_core.data.dataset import Dataset
from recsys_core.synthetic.judging.copies import Copies, copies
from recsys_core.synthetic.judging.pair import Pair
from tests.synthetic.town import changed, only, together, town
from tests.worlds import dataset


def looked_for(real: Dataset, synthetic: Dataset) -> Copies:
    return copies(Pair.of(real, synthetic), real.user_ids, synthetic.user_ids, np.random.default_rng(0))


@pytest.fixture(scope="module")
def real() -> Dataset:
    return town()


def test_everybody_who_was_copied_is_listed_with_whom(real):
    order = np.random.default_rng(1).permutation(real.n_users)
    result = looked_for(real, only(real, order))
    assert result.looked_at + result.too_short == real.n_users
    assert result.looked_at > 100
    assert result.share == 1.0
    assert not result.is_good
    assert all(copy.is_exact and copy.synthetic == f"new-{copy.real}" for copy in result.found)
    assert result.median == 1.0


def test_other_people_of_the_same_town_are_no_copies(real):
    result = looked_for(real, town(600, seed=1))
    assert result.share <= 0.01
    assert result.is_good
    assert result.share_real <= 0.01
    assert result.median == pytest.approx(result.median_real, abs=0.06)


@pytest.mark.parametrize(
    ("left_out", "added", "least"), [(0.2, 0.0, 0.8), (0.0, 0.2, 0.8), (0.1, 0.1, 0.8), (0.5, 0.0, 0.3)]
)
def test_a_copy_with_events_left_out_or_added_is_found(real, left_out, added, least):
    result = looked_for(real, changed(real, left_out, added))
    assert result.share > least
    right = [copy.synthetic == f"new-{copy.real}" for copy in result.found]
    assert np.mean(right) > 0.98
    assert not any(copy.is_exact for copy in result.found)


def test_one_in_ten_is_found_among_all_others(real):
    few = only(real, np.arange(15))
    result = looked_for(real, together(few, town(135, seed=1)))
    assert 0.05 < result.share < 0.15
    assert {copy.synthetic for copy in result.found[:10]} <= {f"both-{user}" for user in range(15)}


def test_short_histories_of_what_everybody_knows_are_not_accused():
    rows = [(user, item, 4.0, item) for user in range(40) for item in range(4)]
    everybody = dataset(rows, 40, 6)
    result = looked_for(everybody, everybody)
    assert (result.looked_at, result.too_short, result.found) == (0, 40, ())
    assert result.is_good
    assert result.median is None


def met_by(items: list[list[int]]) -> Dataset:
    rows = [(user, item, 4.0, item) for user, own in enumerate(items) for item in own]
    return dataset(rows, len(items), 400)


def test_a_short_history_is_a_copy_only_of_the_very_same_one():
    real = met_by([list(range(9)), *(list(range(20 * user, 20 * user + 15)) for user in range(1, 12))])
    result = looked_for(real, met_by([list(range(9)), [*range(8), 399]]))
    assert [copy.synthetic for copy in result.found] == ["u0"]


def test_who_holds_all_of_a_much_shorter_history_is_no_copy():
    real = met_by([list(range(10)), *(list(range(20 * user, 20 * user + 15)) for user in range(1, 12))])
    result = looked_for(real, met_by([[*range(10), *range(300, 330)], [*range(10), *range(300, 331)]]))
    assert [copy.synthetic for copy in result.found] == ["u0"]  # forty items, four times as many


def test_people_who_do_nothing_are_neither_copies_nor_short():
    rows = [(0, item, 4.0, item) for item in range(20)]
    result = looked_for(dataset(rows, 3, 60), dataset(rows, 5, 60))
    assert result.looked_at + result.too_short == 1


def test_of_more_people_than_can_be_compared_a_part_is_looked_at(real, monkeypatch):
    monkeypatch.setattr("recsys_core.synthetic.judging.copies.WORK", 40 * (len(real.interactions) + 20 * real.n_users))
    result = looked_for(real, only(real, np.arange(real.n_users)))
    assert (result.looked_at, len(result.found)) == (40, 40)
