"""Sections as Markdown, with facts for machines in front, as model cards on the web have them."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from recsys_core.report.blocks import (
    Bullets,
    Cell,
    Chart,
    Code,
    Finding,
    Head,
    Heading,
    Item,
    Note,
    Paragraph,
    Section,
    Table,
)
from recsys_core.types import Json

_MARKS = str.maketrans({letter: f"\\{letter}" for letter in r"\`*_{}[]()<>#+-.!|$~&"})


def as_markdown(head: Head, sections: Sequence[Section], metadata: Json) -> str:
    """The page. ``metadata`` stands in front as YAML; values are JSON, which YAML takes as it is."""
    front = "\n".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in metadata.items())
    top = [f"# {_plain(head.title)}", _plain(" · ".join(part for part in (head.author, head.day) if part))]
    top += [_plain(line) for line in (*head.text.splitlines(), *head.lead) if line.strip()]
    parts = [f"---\n{front}\n---", *top]
    for section in sections:
        parts.append(f"## {_plain(section.title)}")
        parts += [WRITERS[type(block)](block) for block in section.blocks]
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    """Text on one line that Markdown shows as it is."""
    return " ".join(text.split()).translate(_MARKS)


def _code(block: Code) -> str:
    fence = "`" * (max((len(run) for run in block.text.split("\n") if set(run) == {"`"}), default=2) + 1)
    return f"{fence}\n{block.text}\n{fence}"


def _table(block: Table) -> str:
    rows = [block.columns, *block.rows]
    first, *rest = ("| " + " | ".join(map(_cell, row)) + " |" for row in rows)
    return "\n".join([f"**{_plain(block.caption)}**", "", first, "|" + "---|" * len(block.columns), *rest])


def _cell(cell: Cell) -> str:
    if isinstance(cell, Item):
        return _plain(". ".join(part for part in (cell.title, cell.detail, cell.words) if part))
    return _plain(cell)


Writer = Callable[[Any], str]

WRITERS: dict[type, Writer] = {
    Finding: lambda block: f"**{_plain(block.text)}**",
    Paragraph: lambda block: _plain(block.text),
    Note: lambda block: _plain(block.text),
    Heading: lambda block: f"### {_plain(block.text)}",
    Bullets: lambda block: "\n".join(f"- {_plain(line)}" for line in block.lines),
    Code: _code,
    Table: _table,
    Chart: lambda block: f"**{_plain(block.finding)}**\n\n{_table(block.table)}",
}
