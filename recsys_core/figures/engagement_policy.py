"""Estimated click-through rates, with their intervals."""

from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.comparison import in_lines
from recsys_core.figures.theme import Theme, escape, figure, name_rows, whiskers

ROW = 42  # pixels
HEIGHT = 300
LONGEST = 3.0  # an interval may run out of sight beyond so many times the largest rate


@dataclass(frozen=True)
class Rate:
    """A rate 0..1 with its 95 % interval; None where it has none.

    Attributes:
        words: the rate as it is written beside its dot. interval: the same with its interval, as it is said on hover.
    """

    label: str
    value: float
    low: float | None
    high: float | None
    words: str
    interval: str
    colour: str


def rates_chart(rates: list[Rate], shown: Rate, look: Theme) -> go.Figure:
    """A row for each rate, and the rate of the lists that were shown as a dashed line.

    Args:
        rates: in the order of the rows.
        shown: what was measured.
        look: light or dark.
    """
    chart = figure("", look, height=84 + ROW * len(rates))
    chart.update_layout(margin_t=12)
    for row, rate in enumerate(rates):
        chart.add_scatter(
            x=[rate.value],
            y=[row],
            mode="markers",
            marker={"size": 11, "color": rate.colour},
            error_x=whiskers([(rate.value, rate.low, rate.high)], rate.colour, 3),
            hovertemplate=f"{escape(rate.label)}<br>{rate.interval}<extra></extra>",
        )
        chart.add_annotation(  # on paper, so that the dashed line does not run through it
            x=rate.value,
            y=row,
            text=rate.words,
            yshift=15,
            showarrow=False,
            bgcolor=look.paper,
            borderpad=0,
            font={"color": look.ink, "size": 12},
        )
    chart.add_vline(x=shown.value, line={"color": look.quiet, "width": 1, "dash": "dash"}, layer="below")
    name_rows(chart, [in_lines(rate.label) for rate in rates], -0.7, look)
    top = _top([*rates, shown])
    chart.update_xaxes(
        title_text=f"estimated CTR; dashed: as shown, {shown.words}",
        tickformat=_ticks(top),
        range=[0, top],
        nticks=6,
        zeroline=False,
    )
    return chart


@dataclass(frozen=True)
class Reach:
    """What a spread comes to.

    Attributes:
        spread: share of the items that a slot reaches.
        rate: the estimate; None where refused.
        share: effective impressions / impressions.
    """

    spread: float
    rate: Rate | None
    share: float


def reach_chart(reaches: list[Reach], shown: Rate, look: Theme) -> go.Figure:
    """The estimate at each spread, with the effective sample below; where refused, there is no dot."""
    chart = figure("", look, HEIGHT)
    chart.update_layout(margin_t=12)
    for place, reach in enumerate(reaches):
        if reach.rate is None:
            chart.add_annotation(x=place, y=shown.value, text="refused", showarrow=False, font={"color": look.quiet})
            continue
        rate = reach.rate
        chart.add_scatter(
            x=[place],
            y=[rate.value],
            mode="markers",
            marker={"size": 10, "color": rate.colour},
            error_y=whiskers([(rate.value, rate.low, rate.high)], rate.colour, 3),
            hovertemplate=f"{escape(rate.label)}<br>{rate.interval}<br>effective sample {reach.share:.1%} of the "
            "impressions<extra></extra>",
        )
    chart.add_hline(y=shown.value, line={"color": look.quiet, "width": 1, "dash": "dash"}, layer="below")
    top = _top([shown, *(reach.rate for reach in reaches if reach.rate is not None)])
    chart.update_xaxes(
        title_text="reach of a slot, share of the items; below: effective sample",
        tickvals=list(range(len(reaches))),
        ticktext=[f"{reach.spread:.0%}<br>{reach.share:.0%}" for reach in reaches],
        range=[-0.5, len(reaches) - 0.5],
        showgrid=False,
        zeroline=False,
    )
    chart.update_yaxes(title_text="estimated CTR", tickformat=_ticks(top), range=[0, top], nticks=5)
    return chart


def _top(rates: list[Rate]) -> float:
    """Where the axis ends; above 0."""
    largest = max(rate.value for rate in rates)
    ends = max([largest, *(rate.high for rate in rates if rate.high is not None)])
    return 1.08 * min(ends, LONGEST * largest) or 1.0


def _ticks(top: float) -> str:
    return ".2~%" if top < 0.1 else ".0%"
