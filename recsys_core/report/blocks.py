"""What a report is made of before it becomes a page: plain text in blocks. Only what writes them knows markup."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from recsys_core.figures.theme import Theme

if TYPE_CHECKING:
    import plotly.graph_objects as go


DASH = "–"  # where nothing was measured


@dataclass(frozen=True)
class Finding:
    """What a section comes to, in a sentence."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Sentences."""

    text: str


@dataclass(frozen=True)
class Note:
    """What has to be said beside something, in small letters."""

    text: str


@dataclass(frozen=True)
class Heading:
    """The title of a part of a section."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """Sentences of one kind."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Code:
    """Lines to copy."""

    text: str


@dataclass(frozen=True)
class Item:
    """An item in a cell.

    Attributes:
        detail: a line about it; "" for none.
        words: what is said of it, in a sentence; "" for nothing.
        picture: as a data address; "" for none.
    """

    title: str
    detail: str = ""
    words: str = ""
    picture: str = ""


Cell = str | Item


@dataclass(frozen=True)
class Table:
    """Rows under a caption; the first cell of each says what it is about.

    Attributes:
        is_folded: opened by who wants it, where a page can do that.
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    is_folded: bool = False


@dataclass(frozen=True)
class Chart:
    """A chart, with what it shows for whoever does not see it.

    Attributes:
        finding: what it shows, in a sentence.
        alt: what is drawn.
        draw: gives the figure in a look.
        table: the figures behind it.
    """

    finding: str
    alt: str
    draw: Callable[[Theme], "go.Figure"]
    table: Table


Block = Finding | Paragraph | Note | Heading | Bullets | Code | Table | Chart


@dataclass(frozen=True)
class Section:
    """A part of a report; ``key`` is its place in the page's address."""

    key: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Head:
    """What stands on top.

    Attributes:
        kind: what kind of page it is.
        title: may hold text from outside.
        day: when it was made, in words.
        lead: the answer, in sentences.
        author, text: as somebody wrote them; "" where nobody did.
    """

    kind: str
    title: str
    day: str
    lead: tuple[str, ...] = ()
    author: str = ""
    text: str = ""

    def with_words(self, title: str, author: str, text: str) -> "Head":
        """The same with what somebody wrote; without a title, the one that it has."""
        return replace(self, title=title or self.title, author=author, text=text)


def table_of(caption: str, rows: Sequence[dict[str, Any]], is_folded: bool = False) -> Table:
    """Rows that all have the same columns; None becomes a dash."""
    cells = tuple(tuple(_cell(value) for value in row.values()) for row in rows)
    return Table(caption, tuple(rows[0]) if rows else (), cells, is_folded)


def _cell(value: Any) -> Cell:
    return value if isinstance(value, Item) else DASH if value is None or value == "" else str(value)


def rounded(value: float | None) -> str:
    """A figure of a table; a dash where there is none."""
    return DASH if value is None else f"{value:.3f}".replace("-", "−")


def with_interval(value: float, low: float | None, high: float | None, decimals: int = 3) -> str:
    """A figure with its 95 % interval in brackets."""
    numbers = [value] if low is None or high is None else [value, low, high]
    first, *ends = (f"{number:.{decimals}f}".replace("-", "−") for number in numbers)
    return f"{first} [{', '.join(ends)}]" if ends else first
