"""Learning curves: one training's loss against its validation, and several trainings side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # tell trainings of one model apart
FEW_POINTS = 40


@dataclass(frozen=True)
class Curve:
    """One value per epoch. ``best`` is the epoch whose model is kept."""

    name: str
    epochs: list[int]
    values: list[float]
    best: int | None = None


@dataclass(frozen=True)
class Line:
    """One training among several.

    Attributes:
        label: tells it apart.
        at: where on the axis each value belongs: epochs, or seconds since the start.
        values: the validation figure, by epoch.
        best: position of the best epoch.
        colour: that of its model.
        dash: how many trainings of the same model come before it.
    """

    label: str
    at: list[float]
    values: list[float]
    best: int
    colour: str
    dash: int = 0


def loss_and_validation(
    loss: Curve, validation: Curve | None, epochs: int, title: str, look: Theme, height: int = 380
) -> go.Figure:
    """Training loss above, validation below, over the same epochs, with a line through the best one.

    Args:
        loss: by epoch; may be empty.
        validation: None where nothing is held out to validate on.
        epochs: at most, so that the axis does not move while the curves grow.
        title: the finding.
        look: light or dark.
        height: in pixels.
    """
    chart = figure(title, look, height=height if validation is not None else round(0.65 * height))
    drawn = [(loss, look.popularity, "y")]
    if validation is not None:
        drawn.append((validation, look.accent, "y2"))
        chart.update_layout(
            yaxis={"domain": [0.56, 1.0]}, yaxis2=chart.layout.yaxis.to_plotly_json() | {"domain": [0.0, 0.46]}
        )
        chart.update_xaxes(anchor="y2")
    for curve, colour, axis in drawn:
        _curve(chart, curve, colour, axis, look)
    best = validation.best if validation is not None else None
    if best is not None:
        chart.add_vline(x=best, line={"color": look.quiet, "width": 1, "dash": "dot"}, layer="below")
    chart.update_xaxes(title_text="epoch", range=[0.5, max(epochs, 2) + 0.5], dtick=max(1, epochs // 8), showgrid=False)
    return chart


def _curve(chart: go.Figure, curve: Curve, colour: str, axis: str, look: Theme) -> None:
    chart.add_scatter(
        x=curve.epochs,
        y=curve.values,
        yaxis=axis,
        mode="lines+markers" if len(curve.epochs) < FEW_POINTS else "lines",
        line={"color": colour, "width": 2},
        marker={"size": 5},
        hovertemplate=f"epoch %{{x}}<br>{escape(curve.name)} %{{y:.4f}}<extra></extra>",
    )
    if curve.best is not None and curve.best in curve.epochs:
        chart.add_scatter(
            x=[curve.best],
            y=[curve.values[curve.epochs.index(curve.best)]],
            yaxis=axis,
            mode="markers",
            marker={"size": 11, "color": look.paper, "line": {"color": colour, "width": 3}},
            hovertemplate=f"best epoch %{{x}}<br>{escape(curve.name)} %{{y:.4f}}<extra></extra>",
        )
    name = {"y": "yaxis", "y2": "yaxis2"}[axis]
    chart.update_layout({name: {"title": {"text": escape(curve.name)}, "nticks": 5}})
    if len(set(curve.values)) == 1:  # plotly would draw an axis that goes below 0
        chart.update_layout({name: {"range": [0, 2 * max(curve.values[0], 1e-3)]}})


def side_by_side(lines: Sequence[Line], metric: str, axis: str, look: Theme) -> go.Figure:
    """The validation figure of several trainings, each with its best epoch marked. The finding belongs above it.

    Args:
        lines: in the order of the legend.
        metric: name of the vertical axis.
        axis: of the horizontal one, such as "epoch".
        look: light or dark.
    """
    chart = figure("", look, height=380 + 22 * len(lines))
    for line in lines:
        dash = DASHES[line.dash % len(DASHES)]
        chart.add_scatter(
            x=line.at,
            y=line.values,
            name=escape(line.label),
            legendgroup=line.label,
            mode="lines+markers" if len(line.at) == 1 else "lines",
            line={"color": line.colour, "width": 2.5, "dash": dash},
            hovertemplate=f"{escape(line.label)}<br>{escape(axis)} %{{x:.4g}}<br>"
            f"{escape(metric)} %{{y:.4f}}<extra></extra>",
        )
        chart.add_scatter(
            x=[line.at[line.best]],
            y=[line.values[line.best]],
            legendgroup=line.label,
            showlegend=False,
            mode="markers",
            marker={"size": 11, "color": look.paper, "line": {"color": line.colour, "width": 3}},
            hovertemplate=f"{escape(line.label)}, best<br>{escape(axis)} %{{x:.4g}}<br>"
            f"{escape(metric)} %{{y:.4f}}<extra></extra>",
        )
    chart.update_layout(
        margin_t=12,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.22, "yanchor": "top", "itemwidth": 40},
    )
    chart.update_xaxes(title_text=escape(axis), showgrid=False)
    chart.update_yaxes(title_text=escape(metric), nticks=6)
    return chart
