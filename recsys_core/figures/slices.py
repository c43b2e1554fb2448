"""Figures of slices of people, and of each person's gain."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure, name_rows, whiskers
from recsys_core.types import Float64

NAME_WIDTH, MOST_LINES = 22, 3  # letters in a line, lines of a name
SYMBOLS = ("diamond", "circle")  # tell two runs of one model apart
OFFSETS = {1: (0.0,), 2: (-0.16, 0.16)}
ROW, LOW_ROW = 54, 40  # pixels; low ones hold a point and a name in one line
MOST_BARS = 40


@dataclass(frozen=True)
class Model:
    """A run on the chart, with its figure among all people."""

    title: str
    colour: str
    whole: float


@dataclass(frozen=True)
class Slice:
    """A slice of people.

    Attributes:
        points: value, low and high of each run; low and high are None where there is no interval. No points: there
            are too few people to say anything.
    """

    name: str
    people: int
    points: tuple[tuple[float, float | None, float | None], ...]


def slice_chart(slices: Sequence[Slice], models: Sequence[Model], metric: str, look: Theme) -> go.Figure:
    """Points with intervals for each slice, and dotted lines for all people. The finding belongs above it.

    Args:
        slices: the first on top.
        models: one or two runs, in the order of the points.
        metric: name of the axis.
        look: light or dark.
    """
    is_low = len(models) == 1 and all(len(one.name) <= NAME_WIDTH for one in slices)
    chart = figure("", look, height=96 + (LOW_ROW if is_low else ROW) * len(slices))
    for place, model in enumerate(models):
        offset = OFFSETS[len(models)][place]
        shown = [(at, one, one.points[place]) for at, one in enumerate(slices) if one.points]
        chart.add_vline(x=model.whole, line={"color": model.colour, "width": 1.5, "dash": "dot"}, layer="below")
        chart.add_scatter(
            x=[value for _, _, (value, _, _) in shown],
            y=[at + offset for at, _, _ in shown],
            name=escape(model.title),
            mode="markers",
            marker={"size": 11, "color": model.colour, "symbol": SYMBOLS[place - len(models)]},
            error_x=whiskers([interval for _, _, interval in shown], model.colour, 2.5),
            customdata=[_hover(one, point) for _, one, point in shown],
            hovertemplate=f"{escape(model.title)}<br>%{{customdata}}<extra></extra>",
        )
    for at, one in enumerate(slices):
        if not one.points:
            chart.add_annotation(
                text="too few people to say",
                x=0.02,
                xref="paper",
                xanchor="left",
                y=at,
                showarrow=False,
                font={"color": look.quiet, "size": 12},
            )
    chart.update_layout(
        margin_t=36 if len(models) > 1 else 12,
        showlegend=len(models) > 1,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": 1, "yanchor": "bottom", "itemsizing": "constant"},
    )
    name_rows(chart, [_label(one, look) for one in slices], -0.5, look)
    chart.update_xaxes(title_text=escape(metric), nticks=6, zeroline=False)
    return chart


def _label(one: Slice, look: Theme) -> str:
    """The name in lines, and how many people there are."""
    lines = wrap(one.name, NAME_WIDTH, max_lines=MOST_LINES, placeholder="…")
    if len(lines) == 2:  # about equally long
        lines = next(even for width in range(1, NAME_WIDTH + 1) if len(even := wrap(one.name, width)) == 2)
    count = f'<span style="font-size: 11px; color: {look.quiet}">{one.people:,} people</span>'
    return "<br>".join([*map(escape, lines), count])


def _hover(one: Slice, point: tuple[float, float | None, float | None]) -> str:
    value, low, high = point
    interval = "" if low is None else f"<br>95 % interval {low:.4f} to {high:.4f}"
    return f"{escape(one.name)}, {one.people:,} people<br>{value:.4f}{interval}"


def gain_histogram(gains: Float64, metric: str, same: str, colours: tuple[str, str], look: Theme) -> go.Figure:
    """How many people gain and lose how much. The finding belongs above it.

    Args:
        gains: Float64[n], of those who see a difference; above 0 is better.
        metric: what is gained.
        same: who is left out, in words: "79 % see no difference".
        colours: of the run that was better for those on the left, and of that on the right.
        look: light or dark.
    """
    chart = figure("", look, height=280)
    reach = float(np.abs(gains).max()) if len(gains) else 1.0
    half = max(1, min(MOST_BARS // 2, len(gains)))
    edges = np.linspace(-reach, reach, 2 * half + 1)
    counts, _ = np.histogram(gains, bins=edges)
    chart.add_bar(
        x=(edges[:-1] + edges[1:]) / 2,
        y=counts,
        customdata=[
            f"{low:+.3f} to {high:+.3f}".replace("-", "−") for low, high in zip(edges[:-1], edges[1:], strict=True)
        ],
        marker={"color": [colours[0]] * half + [colours[1]] * half, "line": {"width": 0}},
        hovertemplate="%{customdata}<br>%{y:,} people<extra></extra>",
    )
    for text, x, anchor in (("← worse", 0, "left"), (escape(same), 0.5, "center"), ("better →", 1, "right")):
        chart.add_annotation(
            text=text,
            x=x,
            xref="paper",
            xanchor=anchor,
            y=1,
            yref="paper",
            yanchor="bottom",
            showarrow=False,
            font={"color": look.quiet, "size": 12},
        )
    chart.update_layout(margin_t=30, bargap=0.06)
    chart.update_xaxes(title_text=escape(metric), nticks=7, showgrid=False, zeroline=True, tickformat=".2~f")
    chart.update_yaxes(title_text="people", tickformat=",", rangemode="tozero", nticks=5)
    return chart
