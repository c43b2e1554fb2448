"""One upload: how it is written, and what must become of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from tests.data.files import HEADER, ROWS, text_of

Row = tuple[str, ...]
Content = str | bytes | Callable[[], bytes]

N = len(ROWS)
WHERE = {"first": 0, "middle": 17, "last": N - 1}
ITEMS = [(f"i{n}", f"Film {n}", "Drama|War") for n in range(7)]
ITEM_HEADER = ("item_id", "title", "genres")
TITLES = {item: title for item, title, _ in ITEMS}


@dataclass(frozen=True)
class Case:
    """One upload.

    Attributes:
        file: the name under which it is written.
        write: writes it to a path.
        expects: "accepts", "refuses", or "either" where both are honest answers.
        rows, kept: the totals that are right if it is accepted; several where it is a matter of taste whether a line
            that is no event counts as a rejected row. Nothing is asked where they are empty.
        events: user, item, rating and unix seconds of every event that may be kept, "" for what is not compared;
            None where the text of the ids is not settled.
        words: patterns that a refusal must match. noted: patterns that the findings must match otherwise.
        items: the name and the writer of an item file that goes with it. titles: of items, as they must come out.
    """

    name: str
    file: str
    write: Callable[[Path], None]
    expects: Literal["accepts", "refuses", "either"]
    rows: tuple[int, ...] = ()
    kept: tuple[int, ...] = ()
    events: tuple[Row, ...] | None = None
    words: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    items: tuple[str, Callable[[Path], None]] | None = None
    titles: Mapping[str, str] | None = None


CATALOGUE: list[Case] = []


def writer(content: Content) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        made = content() if callable(content) else content
        path.write_bytes(made.encode() if isinstance(made, str) else made)

    return write


def accepts(
    name: str,
    content: Content,
    events: Sequence[Row] | None = ROWS,
    *,
    file: str = "ratings.csv",
    rows: int | tuple[int, ...] | None = None,
    kept: int | tuple[int, ...] | None = None,
    noted: str | tuple[str, ...] = (),
    words: str | tuple[str, ...] = (),
    items: tuple[str, Content] | None = None,
    titles: Mapping[str, str] | None = None,
    expects: Literal["accepts", "refuses", "either"] = "accepts",
) -> None:
    """List a case whose events, where nothing else is said, are all kept and are all its rows."""
    if events is not None:
        rows = len(events) if rows is None else rows
        kept = len({event[:2] for event in events}) if kept is None else kept
    CATALOGUE.append(
        Case(
            name,
            file,
            writer(content),
            expects,
            _several(rows),
            _several(kept),
            None if events is None else tuple(events),
            (words,) if isinstance(words, str) else words,
            (noted,) if isinstance(noted, str) else noted,
            None if items is None else (items[0], writer(items[1])),
            titles,
        )
    )


either = partial(accepts, expects="either")


def refuses(name: str, content: Content, *words: str, file: str = "ratings.csv", items: Any = None) -> None:
    accepts(name, content, None, file=file, words=words, items=items, expects="refuses")


def in_file(file: str) -> tuple[Callable[..., None], Callable[..., None], Callable[..., None]]:
    """The three verbs for files of this name."""
    return partial(accepts, file=file), partial(either, file=file), partial(refuses, file=file)


def _several(number: int | tuple[int, ...] | None) -> tuple[int, ...]:
    if number is None:
        return ()
    return (number,) if isinstance(number, int) else number


def at(position: int) -> str:
    """The pattern of a place in a text file with a header."""
    return rf"\brow {position + 1}\b|\bline {position + 2}\b"


def near(position: int) -> str:
    """The same where the format may count a header or not."""
    return rf"\b(row|line) ({position + 1}|{position + 2})\b"


def changed(position: int, column: int, *values: str, rows: Sequence[Row] = ROWS) -> list[Row]:
    """The rows with some values of a column replaced."""
    cells = [list(row) for row in rows]
    for offset, value in enumerate(values):
        cells[position + offset][column] = value
    return [tuple(row) for row in cells]


def whole(column: int, values: Callable[[Row], str], rows: Sequence[Row] = ROWS) -> list[Row]:
    """The rows with a column replaced throughout."""
    return [(*row[:column], values(row), *row[column + 1 :]) for row in rows]


def without(position: int, count: int = 1) -> list[Row]:
    return ROWS[:position] + ROWS[position + count :]


def untimed(rows: Sequence[Row] = ROWS) -> list[Row]:
    return [(*row[:3], "") for row in rows]


def quoted(rows: Iterable[Row], header: Row = HEADER, delimiter: str = ",") -> str:
    def field(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    return text_of([tuple(field(text) for text in row) for row in rows], delimiter, header)


def lines_of(delimiter: str = ",") -> list[str]:
    return text_of(delimiter=delimiter).splitlines()


def joined(lines: Iterable[str]) -> str:
    return "".join(line + "\n" for line in lines)


def inserted(position: int, *lines: str, delimiter: str = ",") -> str:
    """The table with lines put before the row at a position."""
    table = lines_of(delimiter)
    return joined([*table[: position + 1], *lines, *table[position + 1 :]])
