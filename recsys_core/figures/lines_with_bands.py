"""Metrics over the list length, and precision over recall."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.ends import name_ends
from recsys_core.figures.theme import Theme, escape, figure, whiskers

DASHES = ("solid", "dash", "dot", "dashdot", "longdash")  # tell runs of one model apart
BOTTOM = 48  # pixels below the plot
FEW, FAINT, FAINTEST = 3, 0.14, 0.07  # bands of more models than a few lie on top of each other


@dataclass(frozen=True)
class Band:
    """A model's figures at several list lengths, with their 95 % intervals where there are any.

    Attributes:
        dash: how many runs of the same model come before it.
    """

    label: str
    colour: str
    ks: list[int]
    values: list[float]
    lows: list[float | None]
    highs: list[float | None]
    dash: int = 0


@dataclass(frozen=True)
class Curve:
    """A model's recall and precision at several list lengths."""

    label: str
    colour: str
    ks: list[int]
    recalls: list[float]
    precisions: list[float]
    dash: int = 0


def at_k_chart(bands: Sequence[Band], metric: str, look: Theme) -> go.Figure:
    """A line over the list length for each model, in its interval. The finding belongs above it.

    Args:
        bands: one or more.
        metric: name of the vertical axis, without its k.
        look: light or dark.
    """
    chart = figure("", look, height=max(360, 170 + 30 * len(bands)))
    chart.update_layout(margin={"t": 12, "b": BOTTOM})
    draw_bands(chart, bands, float, lambda band, at: f"{metric}@{band.ks[at]} {band.values[at]:.4f}")
    ks = sorted({k for band in bands for k in band.ks})
    room = 0.04 * (ks[-1] - ks[0] or 1)
    chart.update_xaxes(
        title_text="list length k", tickvals=ks, range=[ks[0] - room, ks[-1] + room], showgrid=False, zeroline=False
    )
    numbers = [one for band in bands for one in (*band.values, *band.lows, *band.highs) if one is not None]
    low, high = min(numbers), max(numbers)
    room = 0.06 * (high - low or 1.0)
    chart.update_yaxes(title_text=escape(metric), range=[low - room, high + room], nticks=6, zeroline=False)
    name_bands(chart, bands)
    return chart


def name_bands(chart: go.Figure, bands: Sequence[Band]) -> None:
    """A name at the end of each line, instead of a legend."""
    ends = [band.values[-1] for band in bands]
    name_ends(chart, [band.label for band in bands], ends, [band.colour for band in bands], BOTTOM)


def draw_bands(
    chart: go.Figure, bands: Sequence[Band], place: Callable[[int], float], hint: Callable[[Band, int], str]
) -> None:
    """Lines with their intervals behind all of them, and whiskers where there is but one point.

    Args:
        place: where a value of ``ks`` stands on the horizontal axis.
        hint: of a point of a band, on hover after the label; its interval follows.
    """
    for band in bands:
        if None not in band.lows:
            places = [place(k) for k in band.ks]
            chart.add_scatter(
                x=[*places, *reversed(places)],
                y=[*band.highs, *reversed(band.lows)],
                mode="lines",
                fill="toself",
                fillcolor=band.colour,
                opacity=FAINT if len(bands) <= FEW else FAINTEST,
                line={"width": 0, "color": band.colour},
                hoverinfo="skip",
            )
    for band in bands:
        chart.add_scatter(
            x=[place(k) for k in band.ks],
            y=band.values,
            text=[
                f"{escape(band.label)}<br>{escape(hint(band, at))}{_interval(band, at)}" for at in range(len(band.ks))
            ],
            name=escape(band.label),
            mode="lines+markers",
            line={"color": band.colour, "width": 2.5, "dash": DASHES[band.dash % len(DASHES)]},
            marker={"size": 7},
            error_y=whiskers(list(zip(band.values, band.lows, band.highs, strict=True)), band.colour, 1.5)
            if len(band.ks) == 1
            else None,
            hovertemplate="%{text}<extra></extra>",
        )


def _interval(band: Band, at: int) -> str:
    low, high = band.lows[at], band.highs[at]
    return "" if low is None or high is None else f"<br>95 % interval {low:.4f} to {high:.4f}"


def precision_recall_chart(curves: Sequence[Curve], look: Theme) -> go.Figure:
    """Precision over recall, a point for each list length. The finding belongs above it.

    Args:
        curves: in the order of the legend.
        look: light or dark.
    """
    chart = figure("", look, height=320 + 16 * len(curves))
    farthest = max(curves, key=lambda curve: curve.recalls[-1])  # its list lengths have room beside it
    for curve in curves:
        chart.add_scatter(
            x=curve.recalls,
            y=curve.precisions,
            text=[f"{k}" if curve is farthest else "" for k in curve.ks],
            textposition="top right",
            textfont={"color": look.quiet, "size": 12},
            customdata=curve.ks,
            name=escape(curve.label),
            mode="lines+markers+text",
            line={"color": curve.colour, "width": 2.5, "dash": DASHES[curve.dash % len(DASHES)]},
            marker={"size": 7},
            hovertemplate=f"{escape(curve.label)}, first %{{customdata}}<br>recall %{{x:.4f}}<br>precision %{{y:.4f}}"
            "<extra></extra>",
        )
    chart.update_xaxes(title_text="recall at k", nticks=6, zeroline=False)
    chart.update_yaxes(title_text="precision at k", nticks=6, zeroline=False)
    chart.update_layout(
        margin_t=12,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 0, "yref": "container", "yanchor": "bottom", "font_color": look.ink},
        legend_itemclick=False,
        legend_itemdoubleclick=False,
    )
    return chart
