"""Answers that get better while somebody looks, kept so that coming back is at once."""

from collections.abc import Iterator
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Unfolding(Generic[T]):
    """Ever better answers to one question, for all visitors who ask it.

    Whoever leaves early leaves it where it is; the next one goes on from there.

    Args:
        answers: the last one is complete.
    """

    def __init__(self, answers: Iterator[T]) -> None:
        self._answers: Iterator[T] | None = answers
        self._latest: T | None = None
        self._error: Exception | None = None
        self._lock = Lock()

    def __iter__(self) -> Iterator[T]:
        """What is known already, then what comes.

        Raises:
            Whatever the question led to, each time.
        """
        if self._latest is not None:
            yield self._latest
        while self._advance():
            assert self._latest is not None
            yield self._latest

    @property
    def is_complete(self) -> bool:
        """Whether nothing more will come."""
        return self._answers is None

    def _advance(self) -> bool:
        with self._lock:
            if self._error is not None:
                raise self._error
            if self._answers is None:
                return False
            try:
                self._latest = next(self._answers)
            except StopIteration:
                self._answers = None  # with all that it held
                return False
            except Exception as error:
                self._answers, self._error = None, error
                raise
            return True
