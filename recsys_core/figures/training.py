"""Learning curves."""

from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure


@dataclass(frozen=True)
class Curve:
    """One value per epoch. ``best`` is the epoch whose model is kept."""

    name: str
    epochs: list[int]
    values: list[float]
    best: int | None = None


def learning_curve(curve: Curve, epochs: int, title: str, look: Theme, colour: str) -> go.Figure:
    """A curve that grows while a model learns.

    Args:
        curve: the epochs so far; may be empty.
        epochs: at most, so that the axis does not move while the curve grows.
        title: the finding.
        look: light or dark.
        colour: of the line.
    """
    chart = figure(title, look, height=260)
    chart.add_scatter(
        x=curve.epochs,
        y=curve.values,
        mode="lines+markers" if len(curve.epochs) < 40 else "lines",
        line={"color": colour, "width": 2},
        marker={"size": 5},
        hovertemplate=f"epoch %{{x}}<br>{escape(curve.name)} %{{y:.4f}}<extra></extra>",
    )
    if curve.best is not None and curve.best in curve.epochs:
        chart.add_scatter(
            x=[curve.best],
            y=[curve.values[curve.epochs.index(curve.best)]],
            mode="markers",
            marker={"size": 11, "color": look.paper, "line": {"color": colour, "width": 3}},
            hovertemplate=f"best epoch %{{x}}<br>{escape(curve.name)} %{{y:.4f}}<extra></extra>",
        )
    chart.update_xaxes(title_text="epoch", range=[0.5, max(epochs, 2) + 0.5], dtick=max(1, epochs // 8), showgrid=False)
    chart.update_yaxes(title_text=escape(curve.name), nticks=5)
    if len(set(curve.values)) == 1:  # plotly would draw an axis that goes below 0
        chart.update_yaxes(range=[0, 2 * max(curve.values[0], 1e-3)])
    return chart
