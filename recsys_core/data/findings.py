"""What the checks have to say about a file."""

from dataclasses import dataclass, field
from typing import Any, Literal

from recsys_core.errors import visible

Level = Literal["error", "warning", "note"]
MOST_EXAMPLES = 5


@dataclass(frozen=True)
class Fix:
    """A remedy at one click.

    Attributes:
        label: what the button says.
        changes: fields of the ``Recipe`` and their new values.
    """

    label: str
    changes: dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """One thing a person should know about an imported file.

    Attributes:
        level: "error", "warning" (rows or values were lost or changed) or "note".
        code: a short stable name for scripts.
        message: a sentence for people.
        rows: how many rows, items or people it concerns.
        examples: up to five, for people.
        fixes: what can be done about it at one click.
    """

    level: Level
    code: str
    message: str
    rows: int = 0
    examples: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = field(default=())


def quote(value: str, longest: int = 40) -> str:
    """A value from a file as it may appear in a message: short, on one line, nothing invisible."""
    shown = value if len(value) <= longest else value[: longest - 1] + "…"
    return f'"{visible(shown)}"'


def listing(names: list[str], most: int = 8) -> str:
    """Column names in a row, for a message."""
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(quote(name) for name in names[:most]) + rest


def counted(number: int, noun: str) -> str:
    """``1 row``, ``2,000 rows``, ``3 people``."""
    plural = {"person": "people", "copy": "copies"}.get(noun, noun + "s")
    return f"{number:,} {noun if number == 1 else plural}"


def gigabytes(number: float) -> str:
    """Bytes of memory for people."""
    return f"{number / 2**30:.1f} GB" if number >= 2**30 else f"{max(1, round(number / 2**20)):,} MB"


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 1:
        return f"{max(0.1, seconds):.1f} s"
    if seconds < 90:
        return f"{seconds:.2g} s" if seconds < 10 else f"{round(seconds)} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
