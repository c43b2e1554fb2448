"""What came out of a simulation for each model, day by day, and which assumptions it rests on."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from recsys_core.figures.comparison import in_lines
from recsys_core.figures.lines_with_bands import BOTTOM, Band, draw_bands, name_bands
from recsys_core.figures.theme import Theme, escape, figure, name_rows, whiskers

ROW, TRIED_ROW = 44, 36  # pixels a row
BAR = 0.34  # of a row
ROOM = 0.25  # of the axis, beside the outermost points, for what is written there


@dataclass(frozen=True)
class Level:
    """A simulated figure of a model with its 95 % interval; ``words`` say it."""

    label: str
    words: str
    value: float
    low: float | None
    high: float | None
    colour: str


@dataclass(frozen=True)
class End:
    """The simulated lead of the first model over the second where an assumption has one of its values."""

    value: str
    lead: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Tried:
    """An assumption, and what becomes of the lead at each of its ends."""

    assumption: str
    ends: tuple[End, ...]


def level_chart(levels: Sequence[Level], axis: str, look: Theme) -> go.Figure:
    """A point with its interval for each model, the best on top. The finding belongs above it.

    Args:
        levels: best first.
        axis: the figure and its unit; says that it is simulated.
        look: light or dark.
    """
    chart = figure("", look, height=84 + ROW * len(levels))
    chart.update_layout(margin_t=12)
    for place, level in enumerate(levels):
        chart.add_scatter(
            x=[level.value],
            y=[place],
            mode="markers+text",
            text=[escape(level.words.partition(" [")[0])],
            textposition="top center",
            textfont={"color": look.ink, "size": 12},
            marker={"size": 11, "color": level.colour},
            error_x=whiskers([(level.value, level.low, level.high)], level.colour, 3),
            hovertemplate=f"{escape(level.label)}<br>{escape(axis)}: {escape(level.words)}<extra></extra>",
        )
    name_rows(chart, [in_lines(level.label) for level in levels], -0.7, look)
    chart.update_xaxes(title_text=escape(axis), nticks=6, zeroline=False)
    return chart


def day_chart(bands: Sequence[Band], axis: str, look: Theme) -> go.Figure:
    """A line over the days for each model, in its interval. The finding belongs above it.

    Args:
        bands: their list lengths are days, counted from the first.
        axis: of what comes each day, with its unit; says that it is simulated.
        look: light or dark.
    """
    chart = figure("", look, height=max(320, 150 + 30 * len(bands)))
    chart.update_layout(margin={"t": 12, "b": BOTTOM})
    draw_bands(chart, bands, float, lambda band, at: f"simulated day {band.ks[at]}: {band.values[at]:.1f}")
    chart.update_traces(mode="lines", selector={"mode": "lines+markers"})
    chart.update_xaxes(title_text="simulated day", nticks=8, showgrid=False, zeroline=False)
    top = max(one for band in bands for one in (*band.values, *band.highs) if one is not None)
    chart.update_yaxes(title_text=escape(axis), range=[0, 1.08 * top or 1], nticks=6, zeroline=False)
    name_bands(chart, bands)
    return chart


def tornado_chart(
    tried: Sequence[Tried], lead: float, sides: tuple[tuple[str, str], tuple[str, str]], axis: str, look: Theme
) -> go.Figure:
    """A bar for each assumption, from the lead at one of its ends to that at the other. The finding belongs above it.

    Right of 0 the first model is ahead and the bar has its colour, left of 0 the second. A point is filled where its
    interval leaves out 0.

    Args:
        tried: what matters most first.
        lead: as things are set.
        sides: name and colour of the first and of the second model.
        axis: the lead and its unit; says that it is simulated.
        look: light or dark.
    """
    chart = figure("", look, height=130 + TRIED_ROW * len(tried))
    chart.update_layout(margin_t=44, barmode="overlay")
    for (name, colour), sign in zip(sides, (1, -1), strict=True):
        spans = [_beyond(one, sign) for one in tried]
        chart.add_bar(
            base=[sign * low for low, _ in spans],
            x=[sign * (high - low) for low, high in spans],
            y=list(range(len(tried))),
            orientation="h",
            width=BAR,
            marker={"color": colour, "line": {"width": 0}},
            opacity=0.35,
            name=escape(name),
            hoverinfo="skip",
        )
    _draw_ends(chart, tried, sides, look)
    chart.add_vline(x=0, line={"color": look.ink, "width": 1})
    chart.add_vline(x=lead, line={"color": look.quiet, "width": 1, "dash": "dot"})
    for (name, _), x, anchor, words in zip(sides, (1, 0), ("right", "left"), ("{} ahead →", "← {} ahead"), strict=True):
        chart.add_annotation(
            x=x,
            xref="paper",
            xanchor=anchor,
            y=1,
            yref="paper",
            yanchor="bottom",
            text=words.format(escape(name)),
            showarrow=False,
            font={"color": look.quiet, "size": 12},
        )
    name_rows(chart, [escape(one.assumption) for one in tried], -0.7, look)
    chart.update_xaxes(title_text=escape(axis), nticks=6, zeroline=False)
    return chart


def _beyond(one: Tried, sign: int) -> tuple[float, float]:
    """The part of a bar on one side of 0, as distances from it."""
    leads = [sign * end.lead for end in one.ends]
    return max(0.0, min(leads)), max(0.0, *leads)


def _draw_ends(
    chart: go.Figure, tried: Sequence[Tried], sides: tuple[tuple[str, str], tuple[str, str]], look: Theme
) -> None:
    rows = [(place, one, end) for place, one in enumerate(tried) for end in one.ends]
    colours = [sides[0 if end.lead >= 0 else 1][1] for _, _, end in rows]
    sure = [end.low is not None and end.high is not None and not end.low <= 0 <= end.high for _, _, end in rows]
    outer = [(min(leads), max(leads)) for leads in ([end.lead for end in one.ends] for one in tried)]
    low, high = min(least for least, _ in outer), max(most for _, most in outer)
    room = ROOM * (high - low or 1)
    chart.update_xaxes(range=[min(low, 0) - room, max(high, 0) + room])
    chart.add_scatter(
        x=[end.lead for _, _, end in rows],
        y=[place for place, _, _ in rows],
        mode="markers+text",
        marker={
            "size": 9,
            "color": [colour if is_sure else look.paper for colour, is_sure in zip(colours, sure, strict=True)],
            "line": {"color": colours, "width": 2},
        },
        text=[f" {escape(end.value)} " if end.lead in outer[place] else "" for place, _, end in rows],
        textposition=[
            "top center" if len(one.ends) > 2 else "middle right" if end.lead == outer[place][1] else "middle left"
            for place, one, end in rows
        ],
        textfont={"color": look.ink, "size": 12},
        cliponaxis=False,
        customdata=[f"{escape(one.assumption)}: {escape(end.value)}<br>{_lead(end)}" for _, one, end in rows],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _lead(end: End) -> str:
    interval = "" if end.low is None else f"<br>95 % interval {end.low:+.3f} to {end.high:+.3f}"
    return f"simulated lead {end.lead:+.3f}{interval}".replace("-", "−")
