"""How far predicted ratings can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure, whiskers


@dataclass(frozen=True)
class Point:
    """A mean with its 95 % interval, None where it has none; ``n`` ratings lie behind it."""

    at: float
    value: float
    low: float | None
    high: float | None
    n: int


def calibration_chart(points: Sequence[Point], label: str, colour: str, look: Theme) -> go.Figure:
    """The mean given rating over the predicted one, beside the line where both are equal.

    Args:
        points: ascending.
        label: of the model.
        colour: that of the model.
        look: light or dark.
    """
    chart = figure("", look, height=340)
    ends = [min(point.at for point in points), max(point.at for point in points)]
    chart.add_scatter(
        x=ends, y=ends, mode="lines", line={"color": look.quiet, "width": 1, "dash": "dot"}, hoverinfo="skip"
    )
    _points(chart, points, label, colour, "predicted about %{x:.2f}", "given on average")
    chart.update_xaxes(title_text="predicted rating", nticks=6, zeroline=False, showgrid=False)
    chart.update_yaxes(title_text="given rating, mean", nticks=6, zeroline=False)
    return chart


def error_chart(points: Sequence[Point], label: str, colour: str, look: Theme) -> go.Figure:
    """The mean absolute error of the predictions, over the rating that was given.

    Args:
        points: ascending.
        label: of the model.
        colour: that of the model.
        look: light or dark.
    """
    chart = figure("", look, height=340)
    _points(chart, points, label, colour, "given %{x:.2g}", "mean absolute error")
    chart.update_xaxes(title_text="given rating", nticks=6, zeroline=False, showgrid=False)
    chart.update_yaxes(title_text="mean absolute error", rangemode="tozero", nticks=6, zeroline=False)
    return chart


def _points(chart: go.Figure, points: Sequence[Point], label: str, colour: str, at: str, value: str) -> None:
    """Joined where they have intervals, hollow where so few people lie behind them that they have none."""
    for solid in (True, False):
        mine = [point for point in points if (point.low is not None) == solid]
        chart.add_scatter(
            x=[point.at for point in mine],
            y=[point.value for point in mine],
            mode="lines+markers" if solid else "markers",
            line={"color": colour, "width": 2},
            marker={"size": 8, "color": colour, "symbol": "circle" if solid else "circle-open"},
            error_y=whiskers([(point.value, point.low, point.high) for point in mine], colour, 2),
            customdata=[_behind(point) for point in mine],
            hovertemplate=f"{escape(label)}, {at}<br>{value} %{{y:.2f}}<br>%{{customdata}}<extra></extra>",
        )
    chart.update_layout(margin_t=12)


def _behind(point: Point) -> str:
    ratings = f"{point.n:,} rating{'' if point.n == 1 else 's'}"
    if point.low is None or point.high is None:
        return ratings
    return f"{ratings}<br>95 % interval {point.low:.2f} to {point.high:.2f}"
