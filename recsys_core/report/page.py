"""Sections as one HTML file that needs nothing else: no server, no network, nothing beside it.

The policy in its head allows the two scripts inside, by their hashes, and nothing else: were a title to become markup
after all, it could neither run nor ask for anything.
"""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recsys_core.figures.theme import DARK, LIGHT, Theme
from recsys_core.report.blocks import (
    DASH,
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
from recsys_core.report.html import Html, element, joined
from recsys_core.types import Json

if TYPE_CHECKING:
    import plotly.graph_objects as go

HERE = Path(__file__).parent
FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'
_NUMBER = re.compile(r"[+−<]? ?[\d,.]+(?: ?%| (?:ms|s|min|h|MB|GB))?(?: \[[^]]*\])?")  # with its interval


@dataclass(frozen=True)
class Body:
    """Sections as HTML: what takes time, and stays the same whatever is written on top.

    Attributes:
        titles: of the sections, by their places in the address.
        has_charts: whether the page needs what draws them.
    """

    titles: dict[str, str]
    html: Html
    has_charts: bool


def body_of(sections: Sequence[Section]) -> Body:
    """Sections, ready for a page."""
    has_charts = any(isinstance(block, Chart) for section in sections for block in section.blocks)
    return Body({one.key: one.title for one in sections}, joined(*map(_section, sections)), has_charts)


def as_html(head: Head, body: Body) -> str:
    """The page."""
    scripts = [_plotly(), _read("charts.js")] if body.has_charts else []
    page = element(
        "html",
        element("head", *_meta(scripts), element("title", head.title), element("style", Html(_style()))),
        element(
            "body",
            element("a", "Skip to the content", class_="skip", href="#content"),
            _header(head, body.titles),
            element("main", body.html, id="content"),
            element("footer", element("p", f"Made with Foretaste on {head.day}. This file needs no network.")),
            *(element("script", Html(script)) for script in scripts),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{page}\n"


def _meta(scripts: list[str]) -> Iterator[Html]:
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts) or "'none'"
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
        "form-action 'none'"
    )
    yield element("meta", charset="utf-8")
    yield element("meta", http_equiv="Content-Security-Policy", content=policy)
    yield element("meta", name="viewport", content="width=device-width, initial-scale=1")
    yield element("meta", name="color-scheme", content="light dark")
    yield element("meta", name="generator", content="Foretaste")


def _hash(script: str) -> str:
    return base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode()


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("\r\n", "\n")


@cache
def _read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _style() -> str:
    """The stylesheet behind the tokens of both looks."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_tokens(DARK)} }} }}"
    return f":root {{ {_tokens(LIGHT)} font-family: {FONTS} }}\n{dark}\n{_read('page.css')}"


def _tokens(look: Theme) -> str:
    return " ".join(f"--{name.replace('_', '-')}: {colour};" for name, colour in vars(look).items())


def _header(head: Head, titles: dict[str, str]) -> Html:
    by = f"{head.author} · {head.day}" if head.author else head.day
    links = [element("li", element("a", words, href=f"#{key}")) for key, words in titles.items()]
    lead = [element("p", sentence) for sentence in head.lead]
    return element(
        "header",
        element("p", head.kind, class_="kind"),
        element("h1", head.title),
        element("p", by, class_="note"),
        *(element("p", line) for line in head.text.splitlines() if line.strip()),
        *([element("div", *lead, class_="answer")] if lead else []),
        element("nav", element("ul", *links), aria_label="Contents"),
    )


def _section(section: Section) -> Html:
    title = f"{section.key}-title"
    blocks = [WRITERS[type(block)](block, f"{section.key}-{place}") for place, block in enumerate(section.blocks)]
    return element("section", element("h2", section.title, id=title), *blocks, id=section.key, aria_labelledby=title)


def _words(name: str, kind: str | None = None) -> "Writer":
    return lambda block, _: element(name, block.text, class_=kind)


def _bullets(block: Bullets, _: str) -> Html:
    return element("ul", *(element("li", line) for line in block.lines))


def _code(block: Code, _: str) -> Html:
    return element("pre", element("code", block.text), tabindex="0")


def _table(block: Table, identifier: str) -> Html:
    is_number = [_are_numbers([row[place] for row in block.rows]) for place in range(len(block.columns))]
    kinds = ["number" if one else None for one in is_number]
    head = [element("th", name, scope="col", class_=kind) for name, kind in zip(block.columns, kinds, strict=True)]
    rows = [
        element(
            "tr",
            element("th", _inside(first), scope="row", class_=kinds[0]),
            *(element("td", _inside(cell), class_=kind) for cell, kind in zip(rest, kinds[1:], strict=True)),
        )
        for first, *rest in block.rows
    ]
    caption = element("caption", block.caption, id=identifier)
    table = element("table", caption, element("thead", element("tr", *head)), element("tbody", *rows))
    scrolls = element("div", table, class_="scroll", role="region", aria_labelledby=identifier, tabindex="0")
    return element("details", element("summary", block.caption), scrolls) if block.is_folded else scrolls


def _are_numbers(cells: list[Cell]) -> bool:
    """Whether a column holds nothing else, which is then set to the right."""
    measured = [cell for cell in cells if cell != DASH]
    return bool(measured) and all(isinstance(cell, str) and _NUMBER.fullmatch(cell) for cell in measured)


def _inside(cell: Cell) -> str:
    if not isinstance(cell, Item):
        return cell
    picture = [element("img", src=cell.picture, alt="")] if cell.picture else []
    lines = [element(name, text) for name, text in (("small", cell.detail), ("span", cell.words)) if text]
    return element("span", *picture, element("span", element("b", cell.title), *lines), class_="item")


def _chart(block: Chart, identifier: str) -> Html:
    """The place of the chart, its figure in both looks as data beside it, and the table behind it."""
    drawn = {name: _figure(block.draw(look)) for name, look in (("light", LIGHT), ("dark", DARK))}
    data = json.dumps(drawn, separators=(",", ":")).replace("<", "\\u003c")
    return element(
        "figure",
        element("figcaption", block.finding),
        element("div", class_="plot", role="img", aria_label=block.alt),
        element("script", Html(data), type="application/json"),
        element("noscript", element("p", "The chart needs JavaScript; its figures are in the table.", class_="note")),
        _table(replace(block.table, is_folded=True), f"{identifier}-table"),
    )


def _figure(chart: "go.Figure") -> Json:
    """A figure as data, without its title, which stands above it as text."""
    if chart.layout.title.text:
        chart.update_layout(title_text="", margin_t=12)
    chart.update_layout(font_family=FONTS, template=None)
    return json.loads(chart.to_json())


Writer = Callable[[Any, str], Html]

# A new kind of block is one function and one line.
WRITERS: dict[type, Writer] = {
    Finding: _words("p", "finding"),
    Paragraph: _words("p"),
    Note: _words("p", "note"),
    Heading: _words("h3"),
    Bullets: _bullets,
    Code: _code,
    Table: _table,
    Chart: _chart,
}
