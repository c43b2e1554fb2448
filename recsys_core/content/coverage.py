"""How much of what is known about items could be read."""

from dataclasses import dataclass, field

from recsys_core.data.findings import MOST_EXAMPLES, counted, quote
from recsys_core.types import Json


@dataclass(frozen=True)
class Coverage:
    """Of one kind of content.

    Attributes:
        what: is read, in the plural, such as "texts".
        known: items of which something could be read.
        of: all items.
        broken: names of what is there and could not be read.
        left_out: columns that were not looked at, and why, to follow their names.
    """

    what: str
    known: int
    of: int
    broken: tuple[str, ...] = ()
    left_out: dict[str, str] = field(default_factory=dict)


def sentences(about: Json) -> list[str]:
    """What the card of a run tells of the reading; nothing where its model reads nothing, or is of an older version."""
    told = []
    for one in about.get("coverage", []):
        line = f"It read the {one['what']} of {one['known']:,} of {counted(one['of'], 'item')}."
        if broken := one["broken"]:
            line += f" {counted(len(broken), 'file')} could not be read: {_some([quote(name) for name in broken])}."
        if left_out := one.get("left_out"):
            line += f" Left out: {reasons(left_out)}."
        told.append(line)
    return told


def reasons(left_out: dict[str, str]) -> str:
    """Columns and why they are left out, in a row."""
    return _some([f"{quote(name)} {why}" for name, why in left_out.items()], "; ")


def _some(parts: list[str], between: str = ", ") -> str:
    rest = f" and {len(parts) - MOST_EXAMPLES:,} more" if len(parts) > MOST_EXAMPLES else ""
    return between.join(parts[:MOST_EXAMPLES]) + rest
