"""The split of benchmarks/next_item.py, by which figures stand beside those of other libraries."""

import numpy as np

from benchmarks.next_item import last_apart, load, mean_per_person
from recsys_core.statistics.estimates import PerUser
from tests import worlds


def rows_of(events) -> list[tuple[int, int]]:
    return list(zip(events.users.tolist(), events.items.tolist(), strict=True))


def test_the_latest_event_is_held_out_and_equal_times_keep_the_files_order():
    rows = [(1, 5, 1.0, 30), (0, 2, 1.0, 10), (1, 4, 1.0, 20), (0, 1, 1.0, 10), (1, 3, 1.0, 30), (0, 0, 1.0, 9)]
    train, holdout = last_apart(worlds.dataset(rows, 2, 6).interactions)
    assert rows_of(holdout.relevant) == [(0, 1), (1, 3)]
    assert rows_of(train.interactions) == [(1, 5), (0, 2), (1, 4), (0, 0)]
    assert [holdout.known.row(user)[0].tolist() for user in (0, 1)] == [[0, 2], [4, 5]]
    assert holdout.known.times.tolist() == [9, 10, 20, 30]


def test_a_file_is_read_with_its_times_in_the_order_of_numbers(tmp_path):
    (tmp_path / "ml-latest-small").mkdir()
    text = "userId,movieId,rating,timestamp\n7,300,4.5,964982703\n2,20,3.0,964981247\n2,300,1.0,5\n"
    (tmp_path / "ml-latest-small" / "ratings.csv").write_text(text)
    events = load(tmp_path, "ml-latest-small")
    assert rows_of(events) == [(1, 1), (0, 0), (0, 1)]
    assert events.times.tolist() == [964982703, 964981247, 5]
    assert (events.n_users, events.n_items) == (2, 2)


def test_figures_of_several_seeds_are_averaged_person_by_person():
    def part(*values):
        return PerUser(np.array([3, 8]), np.array(values), np.ones(2), lambda value: value)

    mean = mean_per_person([part(1.0, 0.0), part(0.5, 0.5)])
    assert mean.numerator.tolist() == [0.75, 0.25]
    assert mean.value() == 0.5
