"""Answers that get better while somebody looks, kept so that coming back is at once."""

from collections.abc import Callable, Iterator
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")


class Unfolding(Generic[T]):
    """Ever better answers to one question, for all visitors who ask it.

    Whoever leaves early leaves it where it is; the next one goes on from there. Where a visitor's leaving breaks off
    the making of an answer, the next one begins anew.

    Args:
        begin: gives the answers, the last of which is complete.
    """

    def __init__(self, begin: Callable[[], Iterator[T]]) -> None:
        self._begin = begin
        self._answers: Iterator[T] | None = None
        self._is_complete = False
        self._latest: T | None = None
        self._error: Exception | None = None
        self._lock = Lock()

    def __iter__(self) -> Iterator[T]:
        """What is known already, then what comes.

        Raises:
            Whatever the question led to, each time.
        """
        shown: T | None = None
        while True:
            latest = self._latest  # another visitor may have brought it further since
            if latest is not None and latest is not shown:
                shown = latest
                yield latest
            elif not self._advance() and self._latest is shown:
                return

    @property
    def is_complete(self) -> bool:
        """Whether nothing more will come."""
        return self._is_complete

    def _advance(self) -> bool:
        with self._lock:
            if self._error is not None:
                raise self._error
            if self._is_complete:
                return False
            if self._answers is None:
                self._answers = self._begin()
            try:
                self._latest = next(self._answers)
            except StopIteration:
                self._answers, self._is_complete = None, True  # with all that it held
                return False
            except Exception as error:
                self._answers, self._error, self._is_complete = None, error, True
                raise
            except BaseException:  # Streamlit ends the script of a visitor who left
                self._answers = None
                raise
            return True
