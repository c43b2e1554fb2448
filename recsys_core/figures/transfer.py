"""What transfer brings: figures over the events of the target, and how soon a training is good."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.ends import name_ends
from recsys_core.figures.lines_with_bands import Band, draw_bands
from recsys_core.figures.theme import Theme, escape, figure, legend_above

BOTTOM = 64
GAP = 0.6  # of a power of ten, from no event to the fewest
NARROW = 0.2  # powers of ten between two ticks whose words do not touch on a phone


def learning_curve_chart(
    bands: Sequence[Band],
    shares: Sequence[float],
    metric: str,
    break_even: int | None,
    look: Theme,
    across: str = "events of the target, and their share of all",
) -> go.Figure:
    """A line for each way to serve the target, over the events that are there. The finding belongs above it.

    The axis is logarithmic, and no event at all stands at its left end. Below the events is their share of all.

    Args:
        bands: one or more, with a number of events for each share as ``ks``.
        shares: of the target's data, ascending.
        metric: name of the vertical axis.
        break_even: events until which the transfer is ahead; None where that is not known.
        look: light or dark.
        across: name of the horizontal axis.
    """
    events = [round(float(np.mean([band.ks[at] for band in bands]))) for at in range(len(shares))]
    zero = math.log10(min((one for one in events if one > 0), default=1)) - GAP

    def place(count: int) -> float:
        return math.log10(count) if count > 0 else zero

    chart = figure("", look, height=max(380, 190 + 30 * len(bands)))
    chart.update_layout(margin={"t": 30, "b": BOTTOM})

    def hint(band: Band, at: int) -> str:
        return f"{band.ks[at]:,} events, {_percent(shares[at])} of the data: {metric} {band.values[at]:.4f}"

    draw_bands(chart, bands, place, hint)
    numbers = [one for band in bands for one in (*band.values, *band.lows, *band.highs) if one is not None]
    low, high = min(numbers), max(numbers)
    room = 0.06 * (high - low or 1.0)
    chart.update_yaxes(title_text=escape(metric), range=[low - room, high + room], nticks=6, zeroline=False)
    ticks = _apart([place(one) for one in events])
    left, right = place(events[0]), place(events[-1])
    margin = 0.04 * (right - left or 1.0)
    chart.update_xaxes(
        title_text=escape(across),
        tickvals=[place(events[at]) for at in ticks],
        ticktext=[f"{short_count(events[at])}<br>{_percent(shares[at])}" for at in ticks],
        range=[left - margin, right + margin],
        showgrid=False,
        zeroline=False,
    )
    if break_even is not None and left <= place(break_even) <= right:
        is_right = place(break_even) > (left + right) / 2
        chart.add_vline(
            x=place(break_even),
            line={"color": look.quiet, "width": 1.5, "dash": "dot"},
            annotation={
                "text": f"ahead until {short_count(break_even)} events",
                "font": {"color": look.quiet, "size": 12},
                "xanchor": "right" if is_right else "left",
                "yanchor": "bottom",
                "y": 1,
            },
        )
    names = [band.label for band in bands]
    name_ends(chart, names, [band.values[-1] for band in bands], [band.colour for band in bands], BOTTOM)
    return chart


@dataclass(frozen=True)
class Race:
    """How good a training was on the validation events, over time; a line for each seed."""

    label: str
    colour: str
    runs: list[list[tuple[float, float]]]  # of (seconds, figure)


def race_chart(races: Sequence[Race], metric: str, look: Theme) -> go.Figure:
    """The best figure so far over the seconds of training. The finding belongs above it.

    Args:
        races: each with at least one run that has a point.
        metric: name of the vertical axis.
        look: light or dark.
    """
    chart = figure("", look, height=320)
    for race in races:
        for number, run in enumerate(race.runs):
            values = np.maximum.accumulate([value for _, value in run])
            chart.add_scatter(
                x=[seconds for seconds, _ in run],
                y=values,
                name=escape(race.label),
                legendgroup=race.label,
                showlegend=number == 0,
                mode="lines+markers",
                line={"color": race.colour, "width": 2, "shape": "hv"},
                marker={"size": 5},
                hovertemplate=f"{escape(race.label)}<br>%{{x:.2g}} s: {escape(metric)} %{{y:.4f}}<extra></extra>",
            )
    legend_above(chart, look)
    chart.update_xaxes(title_text="seconds of training", rangemode="tozero", nticks=6, showgrid=False, zeroline=False)
    chart.update_yaxes(title_text=escape(metric), nticks=6, zeroline=False)
    return chart


def short_count(number: int) -> str:
    """At most four letters: "0", "840", "1.6k", "81k", "2.1M"."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= 0.9995 * size:
            return f"{number / size:.1f}{unit}" if number < 9.95 * size else f"{round(number / size)}{unit}"
    return str(number)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _apart(places: Sequence[float]) -> list[int]:
    """Which ticks are named: from the right, those that leave room to the one before."""
    named: list[int] = []
    for at in range(len(places) - 1, -1, -1):
        if not named or places[named[-1]] - places[at] >= NARROW:
            named.append(at)
    return named[::-1]
