"""Who gains and who loses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.comparing.switching import percent, switching
from recsys_core.statistics.estimates import PerUser, as_it_is


def part(values, denominators=None, finish=as_it_is) -> PerUser:
    values = np.asarray(values, dtype=np.float64)
    weights = np.ones(len(values)) if denominators is None else np.asarray(denominators, dtype=np.float64)
    return PerUser(10 * np.arange(len(values)), values, weights, finish)


def test_everybody_is_counted_once_and_the_sentence_says_how_many():
    before = part([0.5] * 12 + [0.2] * 9 + [0.3] * 79)
    after = part([0.1] * 12 + [0.4] * 9 + [0.3] * 79)
    found = switching(before, after, True)
    assert (found.worse.value, found.better.value, found.same.value) == (0.12, 0.09, 0.79)
    assert found.worse.low < 0.12 < found.worse.high
    assert found.in_words("A", "B") == (
        "12 % of people get worse when you switch from A to B, 9 % get better, 79 % see no difference."
    )


def test_those_who_lose_and_gain_most_come_first():
    found = switching(part([0.5, 0.5, 0.5, 0.5, 0.5]), part([0.1, 0.9, 0.5, 0.4, 0.6]), True)
    assert found.losers(5).tolist() == [0, 3]
    assert found.winners(5).tolist() == [1, 4]
    assert found.losers(1).tolist() == [0]
    assert found.users[found.winners(1)].tolist() == [10]


def test_of_errors_less_is_better_and_each_person_has_one_figure():
    found = switching(part([4.0, 18.0], [1, 2], np.sqrt), part([1.0, 32.0], [1, 2], np.sqrt), False)
    assert found.before.tolist() == [2.0, 3.0]
    assert found.after.tolist() == [1.0, 4.0]
    assert found.gain.tolist() == [1.0, -1.0]


def test_few_people_have_shares_without_intervals_and_one_can_be_alone():
    found = switching(part([0.5]), part([0.5]), True)
    assert (found.same.value, found.same.low) == (1.0, None)
    assert len(found.losers(5)) == len(found.winners(5)) == 0
    assert "100 % see no difference" in found.in_words("A", "B")


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=60), st.booleans())
def test_switching_back_turns_everything_around(pairs, higher_is_better):
    before, after = (part(column) for column in zip(*pairs, strict=True))
    there, back = switching(before, after, higher_is_better), switching(after, before, higher_is_better)
    assert there.worse == back.better
    assert there.same == back.same
    assert there.worse.value + there.better.value + there.same.value == pytest.approx(1)
    assert np.array_equal(there.gain, -back.gain)
    assert len(there.moved) == round((1 - there.same.value) * len(pairs))


def test_shares_are_neither_nothing_of_something_nor_all_of_less():
    assert [percent(share) for share in (0, 0.001, 0.126, 0.999, 1)] == [
        "0 %",
        "under 1 %",
        "13 %",
        "over 99 %",
        "100 %",
    ]
