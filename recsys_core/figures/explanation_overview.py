"""What explanations of many people come to: strengths of groups, each contribution as a point, what it depends on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.comparison import in_lines
from recsys_core.figures.theme import CATEGORIES, Theme, escape, figure, name_rows
from recsys_core.types import Float64

LOW, HIGH = CATEGORIES[0], CATEGORIES[5]  # of the property that colours points; told apart by colour-blind people too
BINS, SPREAD = 80, 0.38  # of a row of points: its columns, and how far it reaches from its middle
CURVE_BINS, FEWEST_IN_BIN = 12, 5
ROW, SWARM_ROW = 38, 46


@dataclass(frozen=True)
class Strength:
    """How much a group of parts contributes.

    Attributes:
        low, high: of its 95 % interval; None where there is none.
        expected: what it would contribute if all parts contributed the same.
        people: how many have it.
    """

    label: str
    value: float
    low: float | None
    high: float | None
    expected: float
    people: int


def strength_chart(strengths: Sequence[Strength], axis: str, look: Theme) -> go.Figure:
    """Bars, the strongest on top, with a mark where each would end if all parts weighed the same.

    Args:
        axis: what is measured.
        look: light or dark.
    """
    chart = figure("", look, height=64 + ROW * len(strengths))
    places = list(range(len(strengths)))
    has_intervals = all(one.low is not None for one in strengths)
    chart.add_bar(
        x=[one.value for one in strengths],
        y=places,
        orientation="h",
        width=0.55,
        marker_color=CATEGORIES[0],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [(one.high or one.value) - one.value for one in strengths],
            "arrayminus": [one.value - (one.low if one.low is not None else one.value) for one in strengths],
            "color": look.ink,
            "thickness": 1.5,
            "width": 0,
            "visible": has_intervals,
        },
        customdata=[_hover(one) for one in strengths],
        hovertemplate="%{customdata}<extra></extra>",
    )
    chart.add_scatter(
        x=[one.expected for one in strengths],
        y=places,
        mode="markers",
        marker={"symbol": "line-ns", "size": 22, "line": {"color": look.accent, "width": 2.5}},
        hovertemplate="if all parts weighed the same: %{x:.3g}<extra></extra>",
    )
    name_rows(chart, [in_lines(one.label) for one in strengths], -0.6, look)
    chart.update_xaxes(title_text=escape(axis), rangemode="tozero", nticks=6, zeroline=False)
    chart.update_layout(margin_t=8)
    return chart


def _hover(one: Strength) -> str:
    interval = "" if one.low is None else f"<br>95 % interval {one.low:.3g} to {one.high:.3g}"
    return f"{escape(one.label)}<br>{one.value:.3g}{interval}<br>in {one.people:,} explanations"


@dataclass(frozen=True)
class Swarm:
    """A row of points.

    Attributes:
        values: Float64[n], contributions.
        shades: Float64[n], 0 to 1, how high the property that colours them is; NaN where unknown.
        names: of each point, for hovering.
    """

    label: str
    values: Float64
    shades: Float64
    names: Sequence[str]


def swarm_chart(swarms: Sequence[Swarm], axis: str, colour: str, look: Theme) -> go.Figure:
    """Each contribution as a point; where there are many, the row is wide (a beeswarm).

    Args:
        swarms: the first on top.
        axis: what is measured.
        colour: what colours the points, in words.
        look: light or dark.
    """
    chart = figure("", look, height=104 + SWARM_ROW * len(swarms))
    spans = [float(np.ptp(one.values)) for one in swarms if len(one.values)]
    low = min((float(one.values.min()) for one in swarms if len(one.values)), default=0.0)
    width = (max((float(one.values.max()) for one in swarms if len(one.values)), default=1.0) - low) / BINS
    if spans and width > 0:
        deepest = max(int(np.bincount(_columns(one.values, low, width)).max()) for one in swarms if len(one.values))
    else:
        deepest = 1
    for place, one in enumerate(swarms):
        columns = _columns(one.values, low, width) if width > 0 else np.zeros(len(one.values), dtype=np.int64)
        known = ~np.isnan(one.shades)
        for is_known in (False, True):
            mine = np.flatnonzero(known == is_known)
            if not len(mine):
                continue
            chart.add_scattergl(
                x=one.values[mine],
                y=place + _offsets(columns, one.shades, deepest)[mine],
                mode="markers",
                marker={
                    "size": 6,
                    "opacity": 0.85,
                    "color": one.shades[mine] if is_known else look.quiet,
                    "coloraxis": "coloraxis" if is_known else None,
                },
                customdata=[escape(one.names[at]) for at in mine.tolist()],
                hovertemplate="%{customdata}<br>contributes %{x:.3g}<extra></extra>",
            )
    name_rows(chart, [in_lines(one.label) for one in swarms], -0.7, look)
    chart.add_vline(x=0, line={"color": look.quiet, "width": 1})
    chart.update_xaxes(title_text=escape(axis), nticks=6, zeroline=False)
    chart.update_layout(
        margin_t=8,
        coloraxis={
            "cmin": 0,
            "cmax": 1,
            "colorscale": [[0, LOW], [0.5, look.line], [1, HIGH]],
            "colorbar": {
                "orientation": "h",
                "thickness": 8,
                "len": 0.8,
                "x": 0.5,
                "y": 0,
                "yref": "container",
                "yanchor": "bottom",
                "tickvals": [0.02, 0.5, 0.98],
                "ticktext": ["low", escape(colour), "high"],
                "ticklen": 0,
                "tickangle": 0,
                "tickfont": {"color": look.quiet, "size": 12},
                "outlinewidth": 0,
            },
        },
        margin_b=84,
    )
    return chart


def _columns(values: Float64, low: float, width: float) -> np.ndarray:
    return np.minimum(((values - low) / width).astype(np.int64), BINS - 1)


def _offsets(columns: np.ndarray, shades: Float64, deepest: int) -> Float64:
    """Float64[n], how far each point lies from the middle of its row: those of one column side by side, by shade."""
    order = np.lexsort((shades, columns))
    ordered = columns[order]
    starts = np.flatnonzero(np.r_[True, np.diff(ordered) > 0]) if len(ordered) else np.zeros(0, np.int64)
    sizes = np.diff(np.r_[starts, len(ordered)])
    within = np.arange(len(ordered)) - np.repeat(starts, sizes) - (np.repeat(sizes, sizes) - 1) / 2
    offsets = np.empty(len(columns))
    offsets[order] = within * min(0.09, 2 * SPREAD / max(1, deepest))
    return offsets


def dependence_chart(
    values: Float64, prop: Float64, names: Sequence[str], axis: str, what: str, is_ratio: bool, look: Theme
) -> go.Figure:
    """Each contribution against a property of its part, with the median and the middle half of each stretch.

    Args:
        values: Float64[n], contributions. prop: Float64[n], the property, all known.
        names: of each point, for hovering.
        axis: what the property is. what: what is measured.
        is_ratio: the property is drawn by ratios.
        look: light or dark.
    """
    chart = figure("", look, height=400)
    chart.add_scattergl(
        x=prop,
        y=values,
        mode="markers",
        marker={"size": 5, "opacity": 0.45, "color": CATEGORIES[0]},
        customdata=[escape(name) for name in names],
        hovertemplate="%{customdata}<br>%{x:.4g}: contributes %{y:.3g}<extra></extra>",
    )
    middles, quartiles = _curve(values, prop)
    if len(middles):
        chart.add_scatter(
            x=np.concatenate([middles, middles[::-1]]),
            y=np.concatenate([quartiles[2], quartiles[0][::-1]]),
            fill="toself",
            mode="lines",
            line={"width": 0},
            fillcolor=_faint(look.accent),
            hoverinfo="skip",
        )
        chart.add_scatter(
            x=middles,
            y=quartiles[1],
            mode="lines+markers",
            line={"color": look.accent, "width": 2.5},
            marker={"size": 6},
            hovertemplate="about %{x:.4g}: half contribute more than %{y:.3g}<extra></extra>",
        )
    chart.add_hline(y=0, line={"color": look.quiet, "width": 1})
    chart.update_xaxes(title_text=escape(axis), type="log" if is_ratio else "linear", zeroline=False, nticks=8)
    if is_ratio:
        chart.update_xaxes(dtick=1)
    chart.update_yaxes(title_text=escape(what), nticks=6, zeroline=False)
    chart.update_layout(margin_t=8)
    return chart


def _curve(values: Float64, prop: Float64) -> tuple[Float64, Float64]:
    """Float64[S] and Float64[3, S]: medians of the property, and quartiles of the values, of equally full stretches."""
    levels = np.unique(prop)
    if len(levels) <= CURVE_BINS:
        stretches = [np.flatnonzero(prop == level) for level in levels]
    else:
        stretches = np.array_split(np.argsort(prop, kind="stable"), CURVE_BINS)
    stretches = [rows for rows in stretches if len(rows) >= FEWEST_IN_BIN]
    if len(stretches) < 2:
        return np.zeros(0), np.zeros((3, 0))
    middles = np.array([np.median(prop[rows]) for rows in stretches])
    quartiles = np.array([np.quantile(values[rows], (0.25, 0.5, 0.75)) for rows in stretches]).T
    return middles, quartiles


def _faint(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.18)"
