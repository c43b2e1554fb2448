"""How faithful the ways to explain a model are, beside chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.theme import CATEGORIES, Theme, escape, figure, name_rows

Interval = tuple[float, float | None, float | None]  # value, low, high
ROW, OFFSET = 58, 0.16  # pixels; rows
COLOURS = (CATEGORIES[0], CATEGORIES[5])  # of deletion and insertion


@dataclass(frozen=True)
class Gain:
    """What a method gains over chance.

    Attributes:
        deletion, insertion: with 95 % intervals, None where there is none.
        is_sure: better than chance; else it is grey.
    """

    label: str
    deletion: Interval
    insertion: Interval
    is_sure: bool


def gain_chart(gains: Sequence[Gain], look: Theme) -> go.Figure:
    """Two points with intervals for each method, the first on top, and a line where chance is.

    The finding belongs above it, as text that a narrow window can wrap.
    """
    chart = figure("", look, height=112 + ROW * len(gains))
    for series, colour, offset in zip(("deletion", "insertion"), COLOURS, (-OFFSET, OFFSET), strict=True):
        figures: list[Interval] = [getattr(one, series) for one in gains]
        colours = [colour if one.is_sure else look.popularity for one in gains]
        chart.add_scatter(  # the legend, in the series' colour whatever the points are
            x=[None],
            y=[None],
            mode="markers",
            name=series,
            marker={"size": 10, "color": colour, "symbol": "circle" if series == "deletion" else "diamond"},
            showlegend=True,
        )
        for place, (value, low, high) in enumerate(figures):
            interval = "" if low is None else f"<br>95 % interval {low:.3f} to {high:.3f}"
            sure = "" if gains[place].is_sure else "<br>not surely better than chance"
            chart.add_scatter(
                x=[value],
                y=[place + offset],
                mode="markers",
                marker={
                    "size": 10,
                    "color": colours[place] if gains[place].is_sure else look.paper,
                    "line": {"color": colours[place], "width": 2},
                    "symbol": "circle" if series == "deletion" else "diamond",
                },
                error_x=None
                if low is None or high is None
                else {
                    "type": "data",
                    "symmetric": False,
                    "array": [high - value],
                    "arrayminus": [value - low],
                    "color": colours[place],
                    "thickness": 2.5,
                    "width": 0,
                },
                hovertemplate=f"{escape(gains[place].label)}<br>{series} %{{x:.3f}}{interval}{sure}<extra></extra>",
                showlegend=False,
            )
    names = [
        escape(one.label) if one.is_sure else f'<span style="color: {look.popularity}">{escape(one.label)}</span>'
        for one in gains
    ]
    name_rows(chart, names, -0.7, look)
    chart.add_vline(x=0, line={"color": look.quiet, "width": 1.5, "dash": "dot"}, layer="below")
    chart.add_annotation(
        text="chance", x=0, y=-0.7, yanchor="top", xanchor="left", xshift=4, showarrow=False, font_color=look.quiet
    )
    values = [end for one in gains for figures in (one.deletion, one.insertion) for end in figures if end is not None]
    chart.update_xaxes(
        title_text="gain over a random order,<br>in shares of the range of scores",
        nticks=6,
        zeroline=False,
        range=[min(0, *values) - 0.02, max(0.1, *values) * 1.05],
    )
    chart.update_layout(
        margin_t=30,
        showlegend=True,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1, "yanchor": "bottom", "font_color": look.ink},
        legend_itemclick=False,
        legend_itemdoubleclick=False,
    )
    return chart
