"""The parts of an explanation as they are drawn: a chart, marked words, a picture under colour."""

import re
import time
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.shared import cards
from pages.shared.chart import draw_chart
from pages.shared.explained import Answer, Wish
from pages.shared.frame import look
from pages.shared.unfolding import Unfolding
from recsys_core.explain.content_games import WORD, Regions
from recsys_core.explain.explainers import OTHERS, find_explainer
from recsys_core.explain.explanation import Explanation, Kind, Part
from recsys_core.explain.sentence import is_nothing
from recsys_core.figures.explanation import AGAINST, FOR, Share, bars_chart, picture_chart, waterfall_chart
from recsys_core.runs.run_files import LoadedRun

SHOWN = 12  # parts on a chart
PAUSE = 0.7  # seconds between two drawings, so that there is time to look
REASONS = 3  # items beside the sentence
WITHOUT = {  # whose value is the base
    Kind.HISTORY: "For anybody",
    Kind.WORD: "Without its words",
    Kind.REGION: "Without its picture",
    Kind.ATTRIBUTE: "Without its attributes",
}


def follow(
    answers: Unfolding[Answer], top: Any, place: Any, draw_head: Callable[[Answer], str], name: str, most: int = SHOWN
) -> Answer:
    """Show answers as they get better, the first one at once; gives the last one, whose chart is left to be drawn.

    Args:
        top, place: emptied for the head and for the chart.
        draw_head: HTML.
        name: of the charts. most: parts on them.
    """
    drawn, latest = 0.0, None
    for number, latest in enumerate(answers):
        found = latest.found
        is_last = answers.is_complete or found.contributions.exact or is_nothing(found)
        if not is_last and time.monotonic() - drawn >= PAUSE:
            top.html(draw_head(latest))
            figure = chart(found, most)
            place.plotly_chart(figure, theme=None, config={"displayModeBar": False}, key=f"{name}-{number}")
            drawn = time.monotonic()
    assert latest is not None
    top.html(draw_head(latest))
    return latest


def head(run: LoadedRun, wish: Wish, answer: Answer, rank: int | None = None) -> str:
    """The item, the sentence, and the strongest items of the history, as HTML."""
    dataset = run.split.dataset
    item = cards.html(dataset, [cards.Card(wish.question.item, rank)], compact=True)
    speaking = [part for part in answer.found.parts if part.value > 0 and part.key != OTHERS][:REASONS]
    reasons = ""
    if speaking and speaking[0].kind is Kind.HISTORY and not is_nothing(answer.found):
        noted = [
            cards.Card(dataset.item_ids.positions[part.key], note=_noted(run, wish, part, answer.found))
            for part in speaking
        ]
        reasons = f'<div class="ft-because">{cards.html(dataset, noted, compact=True)}</div>'
    return (
        f'<section class="ft-why-head">{item}<div><p class="ft-sentence">{escape(answer.words)}</p>{reasons}</div>'
        "</section>"
    )


def _noted(run: LoadedRun, wish: Wish, part: Part, found: Explanation) -> str:
    """What the person thought of it, and what it contributes."""
    adds = f"{part.value:+.3g}"
    if run.split.dataset.scale is None:
        return adds
    history = wish.question.history
    item = run.split.dataset.item_ids.positions[part.key]
    return f"★ {history.values[history.items == item][0]:g} · {adds}"


def chart(found: Explanation, most: int = SHOWN) -> go.Figure:
    """A waterfall where parts add up, else bars from zero; so many parts, and the others together where they add up."""
    parts = [part for part in found.parts if part.key != OTHERS]
    shares = [Share(part.title, part.value, part.margin) for part in parts[:most]]
    numbers = found.contributions
    if not numbers.additive:
        return bars_chart(shares, "what the part says by this method", look())
    rest = [part.value for part in found.parts if part.key == OTHERS or part in parts[most:]]
    if rest:
        shares.append(Share("Everything else together", sum(rest)))
    base = (WITHOUT[found.parts[0].kind], numbers.base)
    return waterfall_chart(shares, base, numbers.score, found.meaning, look())


def table(found: Explanation) -> pd.DataFrame:
    """All parts as numbers."""
    return pd.DataFrame(
        {
            "part": [part.title for part in found.parts],
            "id": [part.key for part in found.parts],
            "contributes": [part.value for part in found.parts],
            "margin": [part.margin for part in found.parts],
        }
    )


def draw(answer: Answer, name: str, source: str, most: int = SHOWN) -> None:
    """The chart of a complete answer, with its menu; no chart where all parts are zero but for rounding."""
    if not is_nothing(answer.found):
        draw_chart(chart(answer.found, most), name, table(answer.found), title=answer.words, source=source)


def marked_words(run: LoadedRun, item: int, found: Explanation) -> str:
    """Title and text with each word in the colour of what it contributes, as HTML; the number on hover."""
    row = run.split.dataset.item_table.iloc[item]
    values = {part.key: part.value for part in found.parts}
    most = max((abs(value) for value in values.values()), default=0.0) or 1.0

    def marked(text: str) -> str:
        pieces, end = [], 0
        for word in re.finditer(WORD, text):
            value = values.get(word[0].casefold())
            pieces.append(escape(text[end : word.start()]))
            pieces.append(escape(word[0]) if value is None else _marked(word[0], value, most))
            end = word.end()
        return "".join([*pieces, escape(text[end:])])

    legend = (
        f'<p class="ft-legend"><i style="background:{FOR}"></i> speaks for it <i style="background:{AGAINST}"></i> '
        "speaks against it; the stronger the colour, the more. Hover a word for its number.</p>"
    )
    words = f"<h4>{marked(str(row['title']))}</h4><p>{marked(str(row['text']))}</p>"
    return f'<div class="ft-marked">{words}{legend}</div>'


def _marked(word: str, value: float, most: float) -> str:
    share = round(60 * abs(value) / most)
    colour = FOR if value >= 0 else AGAINST
    return (
        f'<mark title="{value:+.3g}" style="background:color-mix(in srgb, {colour} {share}%, transparent)">'
        f"{escape(word)}</mark>"
    )


def draw_picture(run: LoadedRun, wish: Wish, found: Explanation, source: str) -> None:
    """The picture under the colours of what its regions contribute."""
    players = find_explainer(wish.method)[1]
    cast = players.require(run.model, run.split.dataset, wish.question)
    assert isinstance(cast.game, Regions)
    parts = {part.key: part for part in found.parts}
    other = parts.get(OTHERS)
    shares = [Share(key, parts[key].value if key in parts else other.value if other else 0.0) for key in cast.keys]
    picture = cards.picture(run.split.dataset, wish.question.item)
    data = pd.DataFrame({"region": cast.keys, "contributes": np.array([share.value for share in shares])})
    figure = picture_chart(picture, cast.game.segments, shares, look())
    draw_chart(figure, "why-picture", data, title="Which regions of the picture speak for it", source=source)
    st.caption("Blue regions speak for the item, orange ones against it; the stronger the colour, the more.")
