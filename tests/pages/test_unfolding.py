"""Answers that get better are shared, go on where they were left, and fail alike for everybody."""

from collections.abc import Iterator

import pytest

from pages.shared.unfolding import Unfolding


def test_whoever_comes_later_goes_on_from_there():
    asked = []

    def counting() -> Iterator[int]:
        for number in range(3):
            asked.append(number)
            yield number

    answers = Unfolding(counting)
    first = iter(answers)
    assert [next(first), next(first)] == [0, 1]
    assert not answers.is_complete
    assert list(answers) == [1, 2]
    assert answers.is_complete
    assert list(answers) == [2]
    assert asked == [0, 1, 2]


def test_what_cannot_be_answered_says_so_each_time():
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("no")

    answers = Unfolding(failing)
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            list(answers)


def test_who_leaves_in_the_middle_of_an_answer_spoils_it_for_nobody():
    class Left(BaseException):
        """As Streamlit ends a script."""

    leaving = [True, False]

    def asking() -> Iterator[int]:
        if leaving.pop(0):
            raise Left
        yield 1

    answers = Unfolding(asking)
    with pytest.raises(Left):
        list(answers)
    assert not answers.is_complete
    assert list(answers) == [1]


def test_two_visitors_at_once_end_with_the_same_answer():
    unfolding = Unfolding(lambda: iter(["first", "better", "best"]))
    one, other = iter(unfolding), iter(unfolding)
    assert next(one) == next(other) == "first"
    assert list(other) == ["better", "best"]
    assert list(one) == ["best"]
    assert list(unfolding) == ["best"]
