"""Generated people beside real ones: real in grey, generated in the accent, on every chart."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.theme import CATEGORIES, Theme, escape, figure, legend_above, name_rows, whiskers

REAL, GENERATED = "real", "generated"
HEIGHT, ROW, LOW_ROW = 300, 52, 34  # pixels
NAME_WIDTH = 26  # letters in a line
WIDE = 20  # times as large: then an axis is logarithmic
FAR = 1000  # times: then a logarithmic axis has room for powers of ten alone
FEWEST_ALARMS = 1e-3  # where the axis of false alarms begins
ASKED_ALARMS = 0.01

Points = tuple[Sequence[float], Sequence[float]]  # across, up


def colours(look: Theme) -> tuple[str, str]:
    """Of real people and of generated ones."""
    return look.popularity, look.accent


def side_by_side(
    kind: str, across: str, up: str, real: Points, synthetic: Points, labels: Sequence[str], look: Theme
) -> go.Figure:
    """One respect in which generated people may be like real ones. The finding belongs above it.

    Args:
        kind: "survival", the share that has at least so much; "lines"; "bars", one for each label; or "points", one for
            each thing, whose heights ``up`` are its two figures.
        across, up: what the axes are called.
        real, synthetic: of bars and points the heights alone are looked at.
        labels: of the bars.
        look: light or dark.
    """
    chart = figure("", look, HEIGHT)
    if kind == "points":
        _points(chart, real[1], synthetic[1], look)
    else:
        sides = ((REAL, real, colours(look)[0]), (GENERATED, synthetic, colours(look)[1]))
        for name, (places, heights), colour in sides:
            if kind == "bars":
                _bars(chart, name, labels, heights, colour)
            else:
                _line(chart, name, places, heights, colour, is_step=kind == "survival")
        legend_above(chart, look)
    chart.update_xaxes(title_text=escape(across), showgrid=False, zeroline=False)
    chart.update_yaxes(title_text=escape(up), nticks=6, zeroline=False)
    if kind == "bars":
        chart.update_layout(bargap=0.25, bargroupgap=0.05)
        chart.update_xaxes(type="category", nticks=12)
        chart.update_yaxes(rangemode="tozero", tickformat=".0%")
    elif kind == "survival":
        _survival_axes(chart, across, [*real[0], *synthetic[0]], [*real[1], *synthetic[1]])
    elif kind == "lines":
        chart.update_yaxes(rangemode="tozero")
    return chart


def _bars(chart: go.Figure, name: str, labels: Sequence[str], heights: Sequence[float], colour: str) -> None:
    chart.add_bar(
        x=[escape(label) for label in labels],
        y=list(heights),
        name=name,
        marker={"color": colour, "line": {"width": 0}},
        hovertemplate=f"%{{x}}: {name} %{{y:.1%}}<extra></extra>",
    )


def _line(
    chart: go.Figure, name: str, places: Sequence[float], heights: Sequence[float], colour: str, is_step: bool
) -> None:
    says = "%{y:.1%} have at least %{x:,.3~g}" if is_step else "%{x}: %{y:.3f}"
    chart.add_scatter(
        x=list(places),
        y=list(heights),
        name=name,
        mode="lines",
        line={"color": colour, "width": 2.5, "shape": "vh" if is_step else "linear"},
        hovertemplate=f"{name}: {says}<extra></extra>",
    )


def _points(chart: go.Figure, real: Sequence[float], synthetic: Sequence[float], look: Theme) -> None:
    low, high = min([*real, *synthetic], default=0.0), max([*real, *synthetic], default=1.0)
    chart.add_scatter(
        x=[low, high], y=[low, high], mode="lines", line={"color": colours(look)[0], "dash": "dot"}, hoverinfo="skip"
    )
    chart.add_scatter(
        x=list(real),
        y=list(synthetic),
        mode="markers",
        marker={"color": colours(look)[1], "size": 6, "opacity": 0.5},
        hovertemplate=f"{REAL} %{{x:.3~g}}<br>{GENERATED} %{{y:.3~g}}<extra></extra>",
    )
    chart.update_layout(margin_t=12)


def _survival_axes(chart: go.Figure, across: str, places: Sequence[float], heights: Sequence[float]) -> None:
    """Logarithmic where there is a tail to see."""
    above = [place for place in places if place > 0]
    if above and max(above) / min(above) > WIDE:
        ticks = _ticks(min(above), max(above))
        form = ".1~%" if across.startswith("share") else ",~f"
        chart.update_xaxes(type="log", tickvals=ticks, tickformat=form)
        least = min((height for height in heights if height > 0), default=1.0)
        chart.update_yaxes(type="log", range=[math.log10(least) - 0.1, 0.05], tickformat=".1~%", nticks=5)
    else:
        chart.update_yaxes(range=[0, 1.03], tickformat=".0%")


def _ticks(least: float, most: float) -> list[float]:
    """Round numbers for a logarithmic axis: 1, 10, 100, and where there is room 2 and 5 between these."""
    decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    steps = (1,) if most / least > FAR else (1, 2, 5)
    return [step * 10.0**decade for decade in decades for step in steps]


@dataclass(frozen=True)
class Score:
    """How alike people are in one respect, 0..1; ``floor``: two halves of the real people, None where not known."""

    title: str
    score: float
    floor: float | None
    is_alike: bool


def score_chart(scores: Sequence[Score], look: Theme) -> go.Figure:
    """A bar for each respect, pale where people are alike, and a mark where halves of the real people stand.

    The finding belongs above it.
    """
    chart = figure("", look, 84 + LOW_ROW * len(scores))
    real, synthetic = colours(look)
    rows = list(range(len(scores)))
    chart.add_bar(
        x=[one.score for one in scores],
        y=rows,
        orientation="h",
        marker={"color": synthetic, "opacity": [0.55 if one.is_alike else 1.0 for one in scores], "line": {"width": 0}},
        text=[f"{one.score:.2f}" for one in scores],
        textposition=["inside" if one.score > 0.2 else "outside" for one in scores],
        insidetextanchor="start",
        insidetextfont={"color": [look.ink if one.is_alike else look.on_accent for one in scores]},
        customdata=[escape(one.title) for one in scores],
        hovertemplate="%{customdata}: %{x:.3f}<extra></extra>",
        name="generated people",
        showlegend=False,
    )
    known = [row for row in rows if scores[row].floor is not None]
    chart.add_scatter(
        x=[scores[row].floor for row in known],
        y=known,
        mode="markers",
        marker={"symbol": "line-ns", "size": 20, "line": {"color": look.ink, "width": 2.5}, "color": real},
        customdata=[escape(scores[row].title) for row in known],
        hovertemplate="%{customdata}: two halves of the real people %{x:.3f}<extra></extra>",
        name="two halves of the real people",
    )
    legend_above(chart, look)
    chart.update_layout(bargap=0.35)
    chart.update_xaxes(range=[0, 1.04], title_text="score (1: alike)", nticks=6, zeroline=False)
    name_rows(chart, ["<br>".join(map(escape, wrap(one.title, NAME_WIDTH))) for one in scores], -0.6, look)
    return chart


def nearest_chart(real: Points, synthetic: Points, look: Theme) -> go.Figure:
    """How near everybody's nearest real person is: of generated people, and of real ones among each other.

    The finding belongs above it.

    Args:
        real, synthetic: how much two people have in common (Jaccard), and the share that has somebody at least so near.
    """
    chart = side_by_side("lines", "common items of the two nearest", "share of people", real, synthetic, [], look)
    chart.update_traces(hovertemplate="%{y:.1%} have somebody at least so near: %{x:.2f}<extra></extra>")
    chart.update_xaxes(range=[0, 1.02], tickformat=".0%")
    chart.update_yaxes(range=[0, 1.03], tickformat=".0%")
    return chart


@dataclass(frozen=True)
class Roc:
    """What an attacker achieves: shares of false alarms, ascending, and of the members found."""

    title: str
    alarms: Sequence[float]
    found: Sequence[float]


def roc_chart(rocs: Sequence[Roc], worst: str, look: Theme) -> go.Figure:
    """Members found over false alarms, which are on a logarithmic axis: being sure of a few is a breach too.

    The finding belongs above it.

    Args:
        rocs: of all attackers. worst: the title of the one whose figures count.
        look: light or dark.
    """
    chart = figure("", look, HEIGHT + 60)
    guess = np.geomspace(FEWEST_ALARMS, 1, 40)
    chart.add_scatter(
        x=guess,
        y=guess,
        name="guessing",
        mode="lines",
        line={"color": look.popularity, "width": 1.5, "dash": "dot"},
        hoverinfo="skip",
    )
    others = iter(CATEGORIES)
    for roc in sorted(rocs, key=lambda one: one.title == worst):
        is_worst = roc.title == worst
        chart.add_scatter(
            x=np.maximum(roc.alarms, FEWEST_ALARMS),
            y=list(roc.found),
            name=escape(roc.title),
            mode="lines",
            line={"color": look.accent if is_worst else next(others), "width": 3 if is_worst else 1.5},
            opacity=1.0 if is_worst else 0.7,
            hovertemplate=f"{escape(roc.title)}<br>%{{x:.1%}} false alarms, %{{y:.1%}} of the members<extra></extra>",
        )
    chart.add_vline(x=ASKED_ALARMS, line={"color": look.quiet, "width": 1.5, "dash": "dash"})
    legend_above(chart, look)
    chart.update_xaxes(
        type="log",
        title_text="false alarms",
        range=[math.log10(FEWEST_ALARMS), 0],
        tickvals=[0.001, 0.01, 0.1, 1],
        ticktext=["0.1 %", "1 %", "10 %", "100 %"],
        showgrid=False,
        zeroline=False,
    )
    chart.update_yaxes(title_text="members found", range=[0, 1.03], tickformat=".0%", nticks=6, zeroline=False)
    return chart


@dataclass(frozen=True)
class Shift:
    """A share among real people and among generated ones: value, low and high; None where there is no interval."""

    name: str
    before: tuple[float, float | None, float | None]
    after: tuple[float, float | None, float | None]
    is_certain: bool


def drift_chart(shifts: Sequence[Shift], axis: str, look: Theme) -> go.Figure:
    """From the share among real people to that among generated ones, a row for each group; pale where chance may do.

    The finding belongs above it.

    Args:
        shifts: the first on top. axis: what is shared.
        look: light or dark.
    """
    chart = figure("", look, 96 + ROW * len(shifts))
    for at, shift in enumerate(shifts):
        chart.add_scatter(
            x=[shift.before[0], shift.after[0]],
            y=[at - 0.1, at + 0.1],
            mode="lines",
            line={"color": look.accent if shift.is_certain else look.line, "width": 2},
            hoverinfo="skip",
            showlegend=False,
        )
    sides = (
        (REAL, [one.before for one in shifts], -0.1, colours(look)[0]),
        (GENERATED, [one.after for one in shifts], 0.1, colours(look)[1]),
    )
    for name, ends, offset, colour in sides:
        chart.add_scatter(
            x=[value for value, _, _ in ends],
            y=[at + offset for at in range(len(ends))],
            name=name,
            mode="markers",
            marker={"size": 11, "color": colour},
            error_x=whiskers(ends, colour, 2.0),
            customdata=[f"{escape(one.name)}, {name}: {end[0]:.1%}" for one, end in zip(shifts, ends, strict=True)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    legend_above(chart, look)
    chart.update_xaxes(title_text=escape(axis), tickformat=".0%", nticks=6, zeroline=False, rangemode="tozero")
    name_rows(chart, ["<br>".join(map(escape, wrap(one.name, NAME_WIDTH))) for one in shifts], -0.6, look)
    return chart
