"""The trials of a search: how the best value grew, and how each setting matters."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from recsys_core.figures.theme import Theme, escape, figure, legend_above

DOT, DIAMOND, RING = 7, 10, 14
FEWEST_TICKS = 2


@dataclass(frozen=True)
class Dot:
    """A trial with a figure; ``whole`` where it was not ended early."""

    number: int
    value: float
    whole: bool
    hint: str


@dataclass(frozen=True)
class Search:
    """The trials of a model, in their order."""

    label: str
    colour: str
    dots: list[Dot]


def search_chart(searches: list[Search], trials: int, metric: str, higher_is_better: bool, look: Theme) -> go.Figure:
    """The best validation figure so far of each model, over the trials that it took.

    The finding belongs above it, as text that a narrow window can wrap.

    Args:
        searches: the trials so far; may be empty.
        trials: of each model at most, so that the axis does not move while the search goes on.
        metric: what to call the figure.
        higher_is_better: of that figure.
        look: light or dark.
    """
    chart = figure("", look, height=300)
    for search in searches:
        numbers, best = _best_so_far(search.dots, higher_is_better)
        chart.add_scatter(
            x=[dot.number for dot in search.dots],
            y=[dot.value for dot in search.dots],
            mode="markers",
            marker=_marker(search.dots, search.colour, look) | {"opacity": 0.65},
            text=[escape(dot.hint) for dot in search.dots],
            hovertemplate=f"{escape(search.label)}, trial %{{x}}<br>{escape(metric)} %{{y:.4f}}<br>%{{text}}"
            "<extra></extra>",
            showlegend=False,
        )
        chart.add_scatter(
            x=numbers,
            y=best,
            name=escape(search.label),
            mode="lines",
            line={"color": search.colour, "width": 2.5, "shape": "hv"},
            hoverinfo="skip",
            showlegend=True,
        )
    legend_above(chart, look)
    chart.update_xaxes(title_text="trial", range=[0.5, trials + 0.5], dtick=max(1, -(-trials // 10)), showgrid=False)
    chart.update_yaxes(title_text=escape(metric), nticks=6, zeroline=False)
    _around_one_value(chart, [dot.value for search in searches for dot in search.dots])
    return chart


def _around_one_value(chart: go.Figure, values: Sequence[float]) -> None:
    """Where all values are the same, plotly would draw an axis that goes below 0."""
    if len(set(values)) == 1:
        chart.update_yaxes(range=[0, 2 * max(values[0], 1e-3)])


def _best_so_far(dots: Sequence[Dot], higher_is_better: bool) -> tuple[list[int], list[float]]:
    """Of whole trials, until the last one of all."""
    numbers: list[int] = []
    best: list[float] = []
    for dot in dots:
        if dot.whole:
            known = [*best[-1:], dot.value]
            numbers.append(dot.number)
            best.append(max(known) if higher_is_better else min(known))
    if best and dots[-1].number > numbers[-1]:
        numbers.append(dots[-1].number)
        best.append(best[-1])
    return numbers, best


def setting_chart(
    title: str,
    values: Sequence[Any],
    dots: list[Dot],
    best: int,
    by_ratio: bool,
    options: Sequence[str],
    metric: str,
    look: Theme,
    colour: str,
) -> go.Figure:
    """A setting of all trials against what they came to.

    Args:
        title: the finding.
        values: of the setting, one for each dot: numbers, or some of the options.
        dots: the trials.
        best: number of the best trial, which has a ring around it.
        by_ratio: whether the values are compared by their ratio.
        options: all that the setting can be, side by side in this order; none where it is a number.
        metric: what to call the figure.
        look, colour: of the look and of the model.
    """
    chart = figure(title, look, height=220)
    chart.update_layout(title_font_size=13, margin_t=40)
    chart.add_scatter(
        x=list(values),
        y=[dot.value for dot in dots],
        mode="markers",
        marker=_marker(dots, colour, look),
        text=[f"trial {dot.number}" for dot in dots],
        hovertemplate=f"%{{text}}: %{{x}}<br>{escape(metric)} %{{y:.4f}}<extra></extra>",
    )
    for value, dot in zip(values, dots, strict=True):
        if dot.number == best:
            chart.add_scatter(
                x=[value],
                y=[dot.value],
                mode="markers",
                marker={"size": RING, "color": "rgba(0,0,0,0)", "line": {"color": look.accent, "width": 2.5}},
                hoverinfo="skip",
            )
    if options:
        lines = [escape(option).replace(", ", "<br>") for option in options]
        chart.update_xaxes(type="category", categoryarray=list(options), range=[-0.5, len(options) - 0.5])
        chart.update_xaxes(tickvals=list(options), ticktext=lines, tickangle=0)
    elif by_ratio:
        chart.update_xaxes(type="log", tickvals=_round_numbers(values), tickangle=0)
    chart.update_xaxes(showgrid=False, nticks=5, zeroline=False)
    chart.update_yaxes(nticks=6, zeroline=False)
    _around_one_value(chart, [dot.value for dot in dots])
    return chart


def _round_numbers(values: Sequence[float]) -> list[float]:
    """Powers of ten from the lowest to the highest value, with three times as much where they are few."""
    low, high = min(values), max(values)
    powers = [10.0**power for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
    inside = [power for power in powers if low <= power <= high]
    if len(inside) < FEWEST_TICKS:
        inside = [step * power for power in powers for step in (1, 3) if low <= step * power <= high]
    return inside if len(inside) > 1 else sorted({low, high})


def _marker(dots: Sequence[Dot], colour: str, look: Theme) -> dict[str, Any]:
    """Filled where a trial is whole, else hollow; a diamond where it tried the settings as they come."""
    return {
        "size": [DIAMOND if dot.number == 1 else DOT for dot in dots],
        "symbol": ["diamond" if dot.number == 1 else "circle" for dot in dots],
        "color": [colour if dot.whole else look.paper for dot in dots],
        "line": {"color": colour, "width": 1.5},
    }
