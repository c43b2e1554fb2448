"""Models side by side, with their intervals."""

from dataclasses import dataclass
from textwrap import wrap

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure, name_rows, whiskers

NAME_WIDTH = 24  # letters in a line
BELOW = 0.24  # rows, from an interval to the ticks of seeds
MANY, ROW, DENSE_ROW = 12, 44, 38  # pixels a row


@dataclass(frozen=True)
class Bar:
    """A model's figure with its 95 % interval.

    Attributes:
        low, high: None where a metric has no interval.
        by_seed: the figure with each training seed, where there are several.
        is_apart: it was judged otherwise than the others and is drawn hollow.
    """

    label: str
    value: float
    low: float | None
    high: float | None
    colour: str
    by_seed: tuple[float, ...] = ()
    is_apart: bool = False


def interval_chart(bars: list[Bar], metric: str, look: Theme, digits: int = 3) -> go.Figure:
    """Points with intervals, the best on top. The finding belongs above it, as text that a narrow window can wrap.

    Args:
        bars: best first.
        metric: name of the axis, with its aggregation.
        look: light or dark.
        digits: decimals of the numbers beside the points.
    """
    chart = figure("", look, height=84 + (ROW if len(bars) <= MANY else DENSE_ROW) * len(bars))
    chart.update_layout(margin_t=12)
    for place, bar in enumerate(bars):
        interval = "" if bar.low is None else f"<br>95 % interval {bar.low:.4f} to {bar.high:.4f}"
        chart.add_scatter(
            x=[bar.value],
            y=[place],
            mode="markers+text",
            text=[f"{bar.value:.{digits}f}"],
            textposition="top center",
            textfont={"color": look.ink, "size": 12},
            marker={
                "size": 11,
                "color": look.paper if bar.is_apart else bar.colour,
                "line": {"color": bar.colour, "width": 2 if bar.is_apart else 0},
            },
            error_x=whiskers([(bar.value, bar.low, bar.high)], bar.colour, 3),
            hovertemplate=f"{escape(bar.label)}<br>{escape(metric)} %{{x:.4f}}{interval}<extra></extra>",
        )
        if len(bar.by_seed) > 1:
            chart.add_scatter(
                x=bar.by_seed,
                y=[place + BELOW] * len(bar.by_seed),
                mode="markers",
                marker={"symbol": "line-ns", "size": 5, "line": {"color": bar.colour, "width": 1.5}},
                hovertemplate=f"{escape(bar.label)}<br>one training seed: %{{x:.4f}}<extra></extra>",
            )
    name_rows(chart, [in_lines(bar.label) for bar in bars], -0.7, look)
    chart.update_xaxes(title_text=escape(metric), nticks=6, zeroline=False)
    return chart


def in_lines(label: str) -> str:
    """A label in lines, its settings below its name, so that long ones leave the chart its width."""
    name, *settings = escape(label).split(", ")
    return "<br>".join(wrap(name, NAME_WIDTH, break_long_words=False)) + "".join(
        f'<br><span style="font-size: 11px">{setting}</span>' for setting in settings
    )
