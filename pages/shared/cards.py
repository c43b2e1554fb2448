"""Items as people know them: picture, title, year, tags. All text is escaped: uploaded text is data, never HTML."""

import base64
import colorsys
import hashlib
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared.frame import ASSETS
from recsys_core.data.dataset import Dataset

if TYPE_CHECKING:  # brings torch
    from recsys_core.runs.run_files import LoadedRun

TYPES = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png", ".webp": "webp", ".gif": "gif"}
LARGEST_PICTURE = 400_000  # bytes; larger ones are shown as stand-ins rather than slowing the page


@dataclass(frozen=True)
class Card:
    """An item in a list.

    Attributes:
        item: position in the data set.
        rank: 1 for the first; None where order means nothing.
        bar: 0 to 1, drawn as a bar; None for no bar.
        bar_hint: what the bar says, on hover.
        note: a short line below, such as "★ 4.5".
        hit: marked as found among the held-out items.
        asks: with a button *Why?*, for :func:`grid_that_asks`.
    """

    item: int
    rank: int | None = None
    bar: float | None = None
    bar_hint: str = ""
    note: str = ""
    hit: bool = False
    asks: bool = False


_ask = st.components.v2.component(
    "ask_why", html="<i></i>", css=":host { display: none }", js=(ASSETS / "ask_why.js").read_text(encoding="utf-8")
)


def grid(dataset: Dataset, cards: list[Card], compact: bool = False) -> None:
    """Cards side by side, as many as fit; ``compact`` makes them rows with a small picture."""
    st.html(html(dataset, cards, compact))


def grid_that_asks(dataset: Dataset, cards: list[Card], key: str) -> int | None:
    """Cards with a button *Why?* each; the item whose button was just pressed, or None.

    Args:
        key: of the grid, no two on a page have the same.
    """
    with st.container(key=f"ft-asks-{key}"):
        grid(dataset, [replace(card, asks=True) for card in cards])
    pressed = _ask(key=f"asks-{key}", data={"grid": f"ft-asks-{key}"}, on_item_change=lambda: None).item
    return next((card.item for card in cards if str(card.item) == str(pressed)), None)


def html(dataset: Dataset, cards: list[Card], compact: bool = False) -> str:
    """What :func:`grid` draws."""
    kind = "ft-rows" if compact else "ft-grid" if dataset.image_folder else "ft-grid ft-no-pictures"
    return f'<div class="{kind}">{"".join(_card(dataset, card) for card in cards)}</div>'


def _card(dataset: Dataset, card: Card) -> str:
    title = dataset.title(card.item)
    rank = "" if card.rank is None else f'<span class="ft-rank">{card.rank}</span>'
    bar = ""
    if card.bar is not None:
        width = round(100 * min(1.0, max(0.0, card.bar)))
        bar = f'<div class="ft-bar" title="{escape(card.bar_hint)}"><i style="width:{width}%"></i></div>'
    note = f'<p class="ft-note">{escape(card.note)}</p>' if card.note else ""
    hit = '<p class="ft-hit">✓ held-out hit</p>' if card.hit else ""
    asks = (
        f'<button class="ft-why" data-item="{card.item}" aria-haspopup="dialog" aria-label="Why {escape(title)}?">Why?'
        "</button>"
        if card.asks
        else ""
    )
    return (
        f'<article class="ft-card{" ft-is-hit" if card.hit else ""}">{_picture(dataset, card.item, title)}'
        f'<div class="ft-words"><h4 title="{escape(title)}">{rank}{escape(title)}</h4>'
        f'<p class="ft-meta">{escape(_meta(dataset, card.item, title))}</p>{note}{hit}{asks}{bar}</div></article>'
    )


def listed(dataset: Dataset, item: int, rank: str, mark: str, is_own: bool) -> str:
    """A row of a list as HTML: rank, picture, title, and a mark, which is HTML of ours, at its end."""
    title = dataset.title(item)
    return (
        f'<div class="ft-listed{" ft-own" if is_own else ""}"><span class="ft-rank">{rank}</span>'
        f'{_picture(dataset, item, title)}<div><h4 title="{escape(title)}">{escape(title)}</h4>'
        f"<p>{escape(_meta(dataset, item, title))}</p></div>{mark}</div>"
    )


def _meta(dataset: Dataset, item: int, title: str) -> str:
    year = str(dataset.year(item) or "")
    genres = ", ".join(dataset.genres(item)[:3])
    return " · ".join(part for part in ("" if year in title else year, genres) if part)


def _picture(dataset: Dataset, item: int, title: str) -> str:
    source = picture(dataset, item)
    if source:
        return f'<img class="ft-picture" src="{source}" alt="" loading="lazy">'
    genres = dataset.genres(item)
    return (
        f'<div class="ft-picture ft-standin" style="background:{tint(genres[0] if genres else title)}" '
        f'aria-hidden="true">{escape(initials(title))}</div>'
    )


def picture(dataset: Dataset, item: int) -> str:
    """The item's picture as a data address, "" where there is none that can be shown."""
    path = dataset.picture(item)
    return "" if path is None else data_address(path)


def data_address(path: Path) -> str:
    """A picture file as a data address, "" where it cannot be shown."""
    kind = TYPES.get(path.suffix.lower())
    if kind is None or not path.is_file() or path.stat().st_size > LARGEST_PICTURE:
        return ""
    return f"data:image/{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def predicted(run: "LoadedRun", score: float) -> str:
    """A predicted rating in words, on the data set's scale."""
    scale = run.split.dataset.scale
    return f"predicted {score if scale is None else min(scale.high, max(scale.low, score)):.1f}"


def initials(title: str) -> str:
    """Up to two letters that stand for a title."""
    words = [word for word in title.split() if word[0].isalnum() and word.lower() not in {"the", "a", "an"}]
    return "".join(word[0].upper() for word in words[:2]) or "·"


def tint(word: str) -> str:
    """A calm colour that always belongs to the same word."""
    hue = hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=2).digest()
    red, green, blue = colorsys.hls_to_rgb(int.from_bytes(hue) / 65536, 0.36, 0.32)
    return f"rgb({red * 255:.0f},{green * 255:.0f},{blue * 255:.0f})"
