"""The one way to a chart: its finding, the chart, and a way to save it as PNG, SVG or CSV.

The picture is made by the browser from the chart as it is drawn (``assets/save_chart.js``): with the finding above and
the source below it, on light paper in either look, so that it can be read on its own.
"""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from pages.shared.frame import ASSETS, look, plain
from recsys_core.data.formula_guard import guard
from recsys_core.figures.theme import LIGHT, in_light

_BUTTONS = "".join(
    f'<button data-format="{kind}">{kind.upper()} {words}</button>'
    for kind, words in (("png", "picture"), ("svg", "drawing"))
)
_STYLE = """
button { display: block; width: 100%; min-height: 2.5rem; margin: 0 0 0.5rem; font: inherit; font-size: 0.875rem;
  color: var(--st-text-color); background: color-mix(in srgb, var(--st-background-color), white 4%);
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); cursor: pointer }
button:last-child { margin: 0 }
button:hover, button:focus-visible { color: var(--st-primary-color); border-color: var(--st-primary-color) }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px }
"""
_picture_buttons = st.components.v2.component(
    "save_chart", html=_BUTTONS, css=_STYLE, js=(ASSETS / "save_chart.js").read_text(encoding="utf-8")
)


def draw_chart(
    figure: go.Figure, name: str, data: pd.DataFrame, *, finding: str = "", title: str = "", source: str = ""
) -> None:
    """Draw a chart that can be saved.

    Args:
        figure: in the look of the page.
        name: of the files, in letters, digits and hyphens; no two charts on a page have the same.
        data: what the chart shows, as the CSV file has it.
        finding: what it shows, in a sentence above it; empty where the figure has a title of its own.
        title: the same for the saved picture alone, where the page says it elsewhere.
        source: which data and which split the figures are of, as the saved picture says.
    """
    if finding:
        st.markdown(f"**{plain(finding)}**")
    key = f"chart-{name}"
    st.plotly_chart(figure, theme=None, key=key, config={"displayModeBar": False})
    right = st.container(horizontal=True, horizontal_alignment="right", key=f"ft-save-{name}")
    with (
        right.popover("Save", icon=":material/download:", type="tertiary", width="content"),
        st.container(gap="xsmall"),
    ):
        _picture_buttons(
            key=f"pictures-{name}",
            data={
                "key": key,
                "file": name,
                "finding": finding or title,
                "source": source,
                "paper": LIGHT.paper,
                "ink": LIGHT.ink,
                "quiet": LIGHT.quiet,
                "light": in_light(look()),
            },
        )
        st.download_button(
            "CSV table",
            as_csv(data),
            f"{name}.csv",
            "text/csv",
            key=f"csv-{name}",
            on_click="ignore",
            width="stretch",
        )


def table_of(drawn: Sequence[object]) -> pd.DataFrame:
    """What was drawn, from the dataclasses that a figure takes: a row for each point, without colours and dashes."""
    frame = pd.DataFrame([vars(one) for one in drawn]).drop(columns=["colour", "dash"], errors="ignore")
    lists = [name for name in frame if frame[name].map(lambda value: isinstance(value, list)).any()]
    return frame.explode(lists, ignore_index=True) if lists else frame


def as_csv(data: pd.DataFrame) -> bytes:
    """UTF-8 with a header; no spreadsheet program takes a cell for a formula."""
    safe = data.apply(lambda column: column if pd.api.types.is_numeric_dtype(column) else guard(column.astype(str)))
    safe.columns = pd.Index(guard(pd.Series(data.columns, dtype=object)))
    return safe.to_csv(index=False).encode("utf-8")
