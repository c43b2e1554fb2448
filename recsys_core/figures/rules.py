"""What more variety costs."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure, whiskers


@dataclass(frozen=True)
class Step:
    """Lists with one weight of relevance.

    Attributes:
        weight: of relevance.
        diversity, quality: of the lists.
        low, high: the 95 % interval of the quality's difference from the lists without the rule, added to those lists'
            quality; None where there is none.
    """

    weight: float
    diversity: float
    quality: float
    low: float | None
    high: float | None


def trade_off_chart(
    steps: Sequence[Step], chosen: float, metric: str, variety: str, colour: str, look: Theme
) -> go.Figure:
    """Variety against quality, one point for each weight; the chosen one has a ring. The finding belongs above it.

    Args:
        steps: in the order of their weights.
        chosen: the weight that was chosen.
        metric, variety: names of the axes.
        colour: of the model.
        look: light or dark.
    """
    chart = figure("", look, height=340)
    chart.add_scatter(
        x=[step.diversity for step in steps],
        y=[step.quality for step in steps],
        mode="lines+markers+text",
        line={"color": colour, "width": 2},
        marker={"size": 9, "color": colour},
        text=[f"{step.weight:g}" for step in steps],
        textposition="top right",
        textfont={"color": look.ink, "size": 12},
        error_y=whiskers([(step.quality, step.low, step.high) for step in steps], colour, 1),
        hovertemplate=f"λ = %{{text}}<br>{escape(variety)} %{{x:.3f}}<br>{escape(metric)} %{{y:.4f}}<extra></extra>",
        cliponaxis=False,
    )
    ringed = [step for step in steps if step.weight == chosen]
    chart.add_scatter(
        x=[step.diversity for step in ringed],
        y=[step.quality for step in ringed],
        mode="markers",
        marker={"size": 17, "color": "rgba(0,0,0,0)", "line": {"color": look.accent, "width": 2.5}},
        hoverinfo="skip",
    )
    chart.update_layout(margin_t=20, margin_r=36)
    chart.update_xaxes(title_text=escape(variety), nticks=6, zeroline=False)
    chart.update_yaxes(title_text=escape(metric), nticks=6, zeroline=False)
    return chart
