"""How far a long reading is, said to whoever watches."""

from collections.abc import Callable

Progress = Callable[[float | None, str], None]  # the share that is done, 0 to 1, None if unknown; what is being done


def silent(share: float | None, words: str) -> None:
    """Nobody watches."""


def part_of(progress: Progress, start: float, end: float) -> Progress:
    """Progress of one stage of several, which lasts from one share of the whole to another."""
    return lambda share, words: progress(None if share is None else start + (end - start) * share, words)
