"""How much of what is known about items could be read."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Coverage:
    """Of one kind of content.

    Attributes:
        what: is read, in the plural, such as "texts".
        known: items of which something could be read.
        of: all items.
        broken: names of what is there and could not be read.
    """

    what: str
    known: int
    of: int
    broken: tuple[str, ...] = ()
