"""The world around the reading of content."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def _silent(what: str, done: int, of: int) -> None:
    return None


def _never() -> bool:
    return False


@dataclass(frozen=True)
class Around:
    """The world around reading; the defaults suit a notebook.

    Attributes:
        cache: the folder for what frozen encoders gave, by the hash of what they were given; None: it is not kept.
        on_progress: is told what is being read, how many of it are done, and of how many.
        cancel: true once somebody asked to stop; asked at every batch.
        at_most: seconds after which the encoding of whatever is not cached ends, and the rest counts as unknown: a
            pilot, which shows what reading costs. None: all is read.
    """

    cache: Path | None = None
    on_progress: Callable[[str, int, int], None] = _silent
    cancel: Callable[[], bool] = _never
    at_most: float | None = None


AROUND = Around()
