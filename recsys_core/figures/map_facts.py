"""Facts beside a map: what chosen points are like, and what vectors tell."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.comparison import in_lines
from recsys_core.figures.theme import Theme, figure, name_rows

ROW, SMALL = 30, 10  # pixels a row; of a point


@dataclass(frozen=True)
class Share:
    """A share from 0 to 1 of chosen points, and of all."""

    label: str
    chosen: float
    everywhere: float


def mix_chart(shares: Sequence[Share], look: Theme) -> go.Figure:
    """Bars of the chosen, with a line where all are. The finding belongs above it."""
    chart = figure("", look, 62 + ROW * len(shares))
    rows = list(range(len(shares)))
    chart.add_bar(
        x=[100 * share.chosen for share in shares],
        y=rows,
        orientation="h",
        width=0.55,
        marker={"color": look.accent, "line": {"width": 0}},
        name="of the chosen",
        hovertemplate="%{x:.0f} % of the chosen<extra></extra>",
    )
    chart.add_scatter(
        x=[100 * share.everywhere for share in shares],
        y=rows,
        mode="markers",
        marker={"symbol": "line-ns", "size": 18, "line": {"color": look.ink, "width": 2}},
        name="of all",
        hovertemplate="%{x:.0f} % of all<extra></extra>",
    )
    name_rows(chart, [in_lines(share.label) for share in shares], -0.6, look)
    chart.update_yaxes(ticks="outside", ticklen=6, tickcolor="rgba(0,0,0,0)")
    chart.update_xaxes(ticksuffix=" %", nticks=5, zeroline=False, rangemode="tozero")
    chart.update_layout(
        showlegend=True,
        margin_t=8,
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom", "font_color": look.ink},
        legend_itemclick=False,
        legend_itemdoubleclick=False,
    )
    return chart


@dataclass(frozen=True)
class Told:
    """How well something can be read off vectors, and of how many points it is known."""

    label: str
    value: float
    points: int


def told_chart(told: Sequence[Told], axis: str, chance: float, low: float, look: Theme) -> go.Figure:
    """A point for each thing on a line from chance, which is marked. The finding belongs above it.

    Args:
        told: best first.
        axis: what the values are.
        chance: the value of vectors that tell nothing.
        low: where the axis begins, as far as no value lies below.
        look: light or dark.
    """
    chart = figure("", look, 84 + ROW * len(told))
    for row, one in enumerate(told):
        colour = look.accent if one.value > chance else look.quiet
        chart.add_scatter(
            x=[chance, one.value],
            y=[row, row],
            mode="lines+markers+text",
            line={"color": colour, "width": 3},
            marker={"size": [0, SMALL], "color": colour, "opacity": 1},
            text=["", f"  {one.value:.2f}"],
            textposition="middle right" if one.value >= chance else "middle left",
            textfont={"color": look.ink, "size": 12},
            cliponaxis=False,
            hovertemplate=f"%{{x:.3f}}<br>of {one.points:,} items<extra></extra>",
        )
    chart.add_vline(x=chance, line={"color": look.quiet, "width": 1, "dash": "dot"})
    chart.add_annotation(
        x=chance, y=1, yref="paper", yanchor="bottom", text="chance", showarrow=False, font={"color": look.quiet}
    )
    name_rows(chart, [in_lines(one.label) for one in told], -0.7, look)
    lowest = min([low, *(one.value - 0.08 for one in told)])
    chart.update_xaxes(title_text=axis, range=[lowest, 1.06], nticks=6, zeroline=False)
    chart.update_layout(margin_t=28)
    return chart
