"""Active people, where they come from, who comes back, and how long sessions are. Findings belong above the charts."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.ends import name_ends
from recsys_core.figures.lines_with_bands import BOTTOM, Band, draw_bands, name_bands
from recsys_core.figures.theme import CATEGORIES, Theme, figure, legend_above
from recsys_core.types import Bool, Float64, Int64

MOST_ROWS, MOST_COLUMNS, MOST_TEXTS = 24, 24, 13  # of the map of cohorts; in more cells there is no room for figures
LENGTHS = (1, 60, 120, 300, 600, 1200, 1800, 3600)  # seconds at which bars of session lengths begin
LENGTH_NAMES = ("at once", "under 1", "1 to 2", "2 to 5", "5 to 10", "10 to 20", "20 to 30", "30 to 60", "over 60")


def active_people_chart(days: Int64, lines: Sequence[tuple[str, Int64, int]], look: Theme) -> go.Figure:
    """Lines of active people over time.

    Args:
        days: Int64[D], counted from 1 January 1970.
        lines: names, Int64[D] people, and the first place that is complete. The first line is in the accent's colour.
        look: light or dark.
    """
    chart = figure("", look, height=320)
    chart.update_layout(margin={"t": 12, "b": BOTTOM}, hovermode="x")
    moments = days.astype("M8[D]").astype(str)
    colours = [look.accent, look.ink, look.popularity][: len(lines)]
    for (name, people, first), colour in zip(lines, colours, strict=True):
        chart.add_scatter(
            x=moments[first:],
            y=people[first:],
            name=name,
            mode="lines+markers" if len(days) == 1 else "lines",
            line={"color": colour, "width": 1.5},
            hovertemplate=f"%{{x|%-d %b %Y}}, {name}: %{{y:,}} people<extra></extra>",
        )
    top = max(int(people.max()) for _, people, _ in lines)
    chart.update_yaxes(
        title_text="active people", tickformat=",", range=[0, 1.05 * max(top, 1)], zeroline=False, **_steps(top)
    )
    _time_axis(chart, days)
    name_ends(chart, [name for name, _, _ in lines], [float(people[-1]) for _, people, _ in lines], colours, BOTTOM)
    return chart


def growth_chart(
    starts: Int64,
    whole: Bool,
    parts: Sequence[tuple[str, Int64]],
    churned: Int64,
    unit: str,
    look: Theme,
) -> go.Figure:
    """Bars of the active people of each period in parts, and those who are gone below the line.

    Args:
        starts: Int64[T], the first day of each period, counted from 1 January 1970.
        whole: Bool[T], false for a period that the log does not cover, which is pale.
        parts: names and Int64[T]: returning, resurrected, new.
        churned: Int64[T], people of the period before who are not in this one.
        unit: "week".
        look: light or dark.
    """
    chart = figure("", look, height=340)
    moments = starts.astype("M8[D]").astype(str)
    opacity = np.where(whole, 1.0, 0.5)
    hovers = [f"{unit} of {moment}" if unit != "day" else moment for moment in moments]
    hovers = [f"{hover}, not whole" if not is_whole else hover for hover, is_whole in zip(hovers, whole, strict=True)]
    colours = (look.popularity, CATEGORIES[0], look.accent)
    for (name, people), colour in zip([*parts, ("churned", -churned)], (*colours, look.line), strict=True):
        chart.add_bar(
            x=moments,
            y=people,
            name=name,
            customdata=[f"{hover}<br>{abs(count):,} {name}" for hover, count in zip(hovers, people, strict=True)],
            marker={"color": colour, "opacity": opacity, "line": {"width": 0}},
            hovertemplate="%{customdata}<extra></extra>",
        )
    chart.update_layout(barmode="relative", bargap=0.15)
    legend_above(chart, look)
    chart.update_yaxes(title_text=f"people a {unit}", tickformat=",", nticks=6, zerolinecolor=look.quiet)
    chart.update_xaxes(type="date", title_text=f"by {unit}" + ("" if whole.all() else "; pale: not whole"), nticks=6)
    chart.update_xaxes(showgrid=False)
    return chart


def retention_chart(bands: Sequence[Band], look: Theme) -> go.Figure:
    """The share of people who came back, over the days since their first one, with 95 % intervals.

    Args:
        bands: with days as ``ks``, shares 0..1 as values; the first in the accent's colour.
        look: light or dark.
    """
    chart = figure("", look, height=320)
    chart.update_layout(margin={"t": 12, "b": BOTTOM})
    draw_bands(chart, bands, float, lambda band, at: f"day {band.ks[at]}: {band.values[at]:.1%}")
    chart.update_traces(mode="lines" if len(bands[0].ks) > 1 else "markers", selector={"mode": "lines+markers"})
    top = max(one for band in bands for one in (*band.values, *band.highs) if one is not None)
    chart.update_yaxes(title_text="people who came back", tickformat=".0%", range=[0, min(1.02, 1.08 * top)], nticks=6)
    last = bands[0].ks[-1]
    ticks = [day for day in (1, 7, 14, 30, 60, 90) if day <= last]
    chart.update_xaxes(
        title_text="days since the first one",
        tickvals=ticks,
        range=[0, 1.02 * last + 0.5],
        showgrid=False,
        zeroline=False,
    )
    name_bands(chart, bands)
    return chart


def cohort_map(starts: Int64, sizes: Int64, back: Int64, unit: str, look: Theme) -> go.Figure:
    """The share of each cohort that was active in each later period: the darker, the more.

    Args:
        starts: Int64[C], the first day of each cohort's period, counted from 1 January 1970.
        sizes: Int64[C], people.
        back: Int64[C, J], how many of them were active j periods later; -1 where nobody knows.
        unit: "week".
        look: light or dark.
    """
    columns = min(max(int((back >= 0).any(axis=0).sum()), 1), MOST_COLUMNS)
    back = back[:, :columns]
    shares = np.where(back >= 0, back / sizes[:, None], np.nan)
    form = "%b %Y" if unit == "month" else "%-d %b %Y"
    names = [moment.item().strftime(form) for moment in starts.astype("M8[D]")]
    chart = figure("", look, height=90 + 26 * len(starts))
    chart.add_heatmap(
        z=shares,
        x=np.arange(1, columns + 1),
        y=np.arange(len(starts)),
        text=[[f"{share:.0%}" if share == share else "" for share in row] for row in shares.tolist()],
        texttemplate="%{text}" if columns <= MOST_TEXTS else None,
        textfont={"size": 11},
        customdata=[
            [f"first seen {name}: {count:,} of {size:,} people" for count in row]
            for name, size, row in zip(names, sizes.tolist(), back.tolist(), strict=True)
        ],
        hovertemplate=f"%{{customdata}}<br>%{{z:.0%}} active, {unit} %{{x}}<extra></extra>",
        hoverongaps=False,
        colorscale=[[0, look.panel], [1, look.accent]],
        zmin=0,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    chart.update_yaxes(
        tickvals=np.arange(len(starts)),
        ticktext=[f"{name} · {size:,}" for name, size in zip(names, sizes.tolist(), strict=True)],
        range=[len(starts) - 0.5, -0.5],
        title_text="first seen · people",
        showgrid=False,
        zeroline=False,
    )
    chart.update_xaxes(
        title_text=f"{unit}s later", range=[0.5, columns + 0.5], nticks=min(columns, 15), showgrid=False, zeroline=False
    )
    chart.update_layout(margin_t=8)
    return chart


def session_lengths(seconds: Int64) -> Int64:
    """How many sessions fall into each of ``LENGTH_NAMES``: the first are those whose events all came at once."""
    return np.bincount(np.searchsorted(LENGTHS, seconds, side="right"), minlength=len(LENGTH_NAMES))


def session_chart(counts: Int64, look: Theme) -> go.Figure:
    """Bars of sessions by their length in minutes.

    Args:
        counts: of :func:`session_lengths`.
        look: light or dark.
    """
    share = counts / max(1, counts.sum())
    chart = figure("", look, height=300)
    chart.add_bar(
        x=list(LENGTH_NAMES),
        y=share,
        customdata=counts,
        marker={"color": [look.line, *[look.accent] * (len(counts) - 1)]},
        hovertemplate="%{x} minutes<br>%{customdata:,} sessions, %{y:.1%}<extra></extra>",
    )
    chart.update_layout(margin_t=12, bargap=0.15)
    chart.update_xaxes(title_text="minutes from the first event to the last", showgrid=False, type="category")
    chart.update_yaxes(title_text="sessions", tickformat=".0%", rangemode="tozero", nticks=5)
    return chart


def band_of(label: str, colour: str, days: Int64, values: Float64, low: Float64, high: Float64) -> Band:
    """A line of shares over days, as far as there is anybody to count."""
    known = ~np.isnan(values)
    lists = (column[known].tolist() for column in (days, values, low, high))
    return Band(label, colour, *lists)


def _time_axis(chart: go.Figure, days: Int64) -> None:
    room = max(1, len(days) // 60)
    ends = [str(np.int64(day).astype("M8[D]")) for day in (days[0] - room, days[-1] + room)]
    chart.update_xaxes(type="date", title_text="day", range=ends, nticks=6, showgrid=False)


def _steps(top: int) -> dict[str, int]:
    return {"dtick": 1} if top < 5 else {"nticks": 6}
