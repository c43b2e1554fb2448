"""How far an explanation can be trusted, beside it."""

from html import escape

import pandas as pd
import streamlit as st

from pages.shared.chart import draw_chart
from pages.shared.frame import look
from recsys_core.explain.explanation import Explanation
from recsys_core.explain.readings import Reading, readings, verdict
from recsys_core.explain.trust import Trust
from recsys_core.figures.explanation import removal_chart

WAITING = '<div class="ft-trust"><h4>Can it be trusted?</h4><p>Measuring …</p></div>'


def readings_html(found: Explanation, trust: Trust) -> str:
    """The verdict and each figure with its plain words."""
    words, good = verdict(trust)
    rows = "".join(map(_row, readings(found, trust)))
    kind = "" if good else ' class="ft-doubt"'
    return f'<div class="ft-trust"><h4>Can it be trusted?</h4><p{kind}>{escape(words)}</p><dl>{rows}</dl></div>'


def _row(reading: Reading) -> str:
    kind = ' class="ft-doubt"' if reading.is_warning else ""
    return (
        f'<dt title="{escape(reading.meaning)}">{escape(reading.title)}</dt>'
        f"<dd{kind}><b>{escape(reading.value)}</b> {escape(reading.words)}</dd>"
    )


def draw_curves(found: Explanation, trust: Trust, source: str) -> None:
    """What happens when parts go, and when they come, beside random orders."""
    if trust.curves is None or not trust.curves.span:
        return
    curves = trust.curves
    said = {reading.title: reading.words for reading in readings(found, trust)}
    sides = (
        ("Taken away", "parts taken away, strongest first", curves.deletion, curves.random_deletion, "why-away"),
        ("Put back", "parts put back, strongest first", curves.insertion, curves.random_insertion, "why-back"),
    )
    for place, (title, moved, own, random, name) in zip(st.columns(2, gap="large"), sides, strict=True):
        data = pd.DataFrame({"share": curves.shares, "this_explanation": own, "random_mean": random.mean(0)})
        with place:
            figure = removal_chart(curves.shares, own, random, moved, found.meaning, look())
            draw_chart(figure, name, data, finding=said[title], source=source)
