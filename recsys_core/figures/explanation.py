"""Why an item has its score: parts from the base to the score, what happens when they go, and where in a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.theme import CATEGORIES, Theme, escape, figure, legend_above, name_rows
from recsys_core.types import Float64, Int64

FOR, AGAINST = CATEGORIES[0], CATEGORIES[5]  # blue and vermilion, told apart by colour-blind people too
NAME_WIDTH, NAME_LINES = 22, 2
AXIS_WIDTH, SIDE_WIDTH = 48, 34  # letters in a line of the name of an axis
ROW = 38  # pixels
ROOM, ROOM_OUTSIDE = 0.16, 0.32  # of the range, for the numbers beside the bars, and beside the longest ones
FAR = 0.65  # of the range: where bars that end farther right have their number at the left
FINEST = 120  # squares along the longer side of a picture's map
MOST_INK = 0.62  # opacity of the strongest region


@dataclass(frozen=True)
class Share:
    """What a part contributes.

    Attributes:
        margin: half the width of its 95 % interval; 0 where nothing was drawn.
    """

    label: str
    value: float
    margin: float = 0.0


def waterfall_chart(
    shares: Sequence[Share], base: tuple[str, float], score: float, meaning: str, look: Theme
) -> go.Figure:
    """From the base to the score, part by part, with the interval of each at its end. The finding belongs above it.

    Args:
        shares: in the order in which they are added.
        base: what the value of nobody is called, and that value. score: the value of everybody.
        meaning: of the value, the name of the axis.
        look: light or dark.
    """
    name, start = base
    starts = start + np.concatenate([[0.0], np.cumsum([share.value for share in shares])])
    labels = [_name(name), *(_name(share.label) for share in shares), "Score"]
    chart = figure("", look, height=76 + ROW * len(labels))
    reach = [start, score, *(end for share, at in zip(shares, starts, strict=False) for end in _reach(share, at))]
    digits, ends = _digits(shares[0].value if shares else score), (min(reach), max(reach))
    for place, value in ((0, start), (len(labels) - 1, score)):
        chart.add_scatter(
            x=[value],
            y=[place],
            mode="markers+text",
            marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": look.ink}},
            text=[f"  <b>{_number(value, digits)}</b>  "],
            textposition="middle left" if _is_far(value, ends) else "middle right",
            hovertemplate=f"{labels[place].replace('<br>', ' ')}<br>%{{x:.4g}}<extra></extra>",
            cliponaxis=False,
        )
    room = ROOM
    for place, (share, at) in enumerate(zip(shares, starts, strict=False), start=1):
        is_outside = _add_bar(chart, place, share, float(at), digits, ends, look)
        room = ROOM_OUTSIDE if is_outside else room
    for place, at in enumerate(starts):  # each part begins where the one above it ended
        chart.add_shape(
            type="line",
            **{"x0": at, "x1": at, "y0": place, "y1": place + 1},
            line={"color": look.quiet, "width": 1, "dash": "dot"},
            layer="below",
        )
    _finish(chart, labels, reach, room, meaning, look)
    return chart


def bars_chart(shares: Sequence[Share], meaning: str, look: Theme) -> go.Figure:
    """Parts of a method whose parts do not add up, each from zero. The finding belongs above it.

    Args:
        shares: strongest first.
        meaning: of the value, the name of the axis.
        look: light or dark.
    """
    chart = figure("", look, height=76 + ROW * len(shares))
    digits = _digits(shares[0].value if shares else 0.0)
    for place, share in enumerate(shares):
        _add_bar(chart, place, share, 0.0, digits, None, look)
    chart.add_vline(x=0, line={"color": look.quiet, "width": 1})
    reach = [0.0, *(end for share in shares for end in _reach(share, 0.0))]
    _finish(chart, [_name(share.label) for share in shares], reach, ROOM, meaning, look)
    return chart


def _digits(first: float) -> int:
    """Decimals that all numbers of a chart are written with: three figures of the first, which is the strongest."""
    return max(0, 2 - int(np.floor(np.log10(abs(first))))) if first else 2


def _number(value: float, digits: int, sign: str = "") -> str:
    return f"{value:{sign}.{digits}f}".replace("-", "−") if value else "0"


def _is_far(value: float, ends: tuple[float, float]) -> bool:
    low, high = ends
    return value > low + FAR * (high - low)


def _add_bar(
    chart: go.Figure,
    place: int,
    share: Share,
    start: float,
    digits: int,
    ends: tuple[float, float] | None,
    look: Theme,
) -> bool:
    """The bar of a part, with its interval and its number; whether that stands at the right although the bar ends far
    to the right.

    Args:
        ends: of all bars; numbers of those that end far to the right stand at the left, where there is room for them.
            None: they stand at the right.
    """
    drawn = share.margin if np.isfinite(share.margin) else 0.0
    interval = f"<br>95 % interval ± {share.margin:.2g}" if drawn else ""
    chart.add_bar(
        orientation="h",
        y=[place],
        x=[share.value],
        base=[start],
        width=0.62,
        marker={"color": FOR if share.value >= 0 else AGAINST, "line": {"width": 0}},
        error_x={"type": "data", "array": [drawn], "color": look.ink, "thickness": 1.2, "width": 3} if drawn else None,
        hovertemplate=f"{escape(share.label)}<br>{share.value:+.4g}{interval}<extra></extra>",
    )
    left, right = _reach(share, start)
    is_far = ends is not None and _is_far(right, ends)
    at_left = ends is not None and is_far and left - ends[0] > ROOM * (ends[1] - ends[0])
    chart.add_annotation(
        x=left if at_left else right,
        y=place,
        text=_number(share.value, digits, "+"),
        showarrow=False,
        xanchor="right" if at_left else "left",
        xshift=-5 if at_left else 5,
        font={"size": 12, "color": look.ink},
    )
    return is_far and not at_left


def _reach(share: Share, start: float) -> tuple[float, float]:
    """The leftmost and rightmost point that is drawn of a part."""
    end = start + share.value
    margin = share.margin if np.isfinite(share.margin) else 0.0
    return min(start, end - margin), max(start, end + margin)


def _finish(chart: go.Figure, labels: list[str], reach: list[float], share: float, meaning: str, look: Theme) -> None:
    low, high = min(reach), max(reach)
    room = (high - low or max(abs(high), 1.0)) * share
    chart.update_xaxes(
        title_text="<br>".join(map(escape, wrap(meaning, AXIS_WIDTH))),
        range=[low - room / 4, high + room],
        nticks=6,
        zeroline=False,
        showgrid=True,
    )
    chart.update_layout(margin_t=8, bargap=0.3)
    name_rows(chart, labels, -0.6, look)


def _name(label: str) -> str:
    """In two lines at most, so that long titles leave the chart its width."""
    lines = wrap(label, NAME_WIDTH, max_lines=NAME_LINES, placeholder=" …", break_long_words=True)
    return "<br>".join(map(escape, lines))


def removal_chart(shares: Float64, own: Float64, random: Float64, moved: str, meaning: str, look: Theme) -> go.Figure:
    """The value while parts go, or come, strongest first, beside random orders. The finding belongs above it.

    Args:
        shares: Float64[S + 1], of the parts, 0 to 1.
        own: Float64[S + 1], values in the order that is judged.
        random: Float64[R, S + 1], in orders without meaning.
        moved: what the horizontal axis counts, such as "parts taken away".
        meaning: of the value, the name of the vertical axis.
        look: light or dark.
    """
    chart = figure("", look, height=300)
    percent = 100 * shares
    low, high = random.min(0), random.max(0)
    chart.add_scatter(
        x=[*percent, *percent[::-1]],
        y=[*high, *low[::-1]],
        mode="lines",
        fill="toself",
        fillcolor=look.popularity,
        opacity=0.2,
        line={"width": 0, "color": look.popularity},
        hoverinfo="skip",
        showlegend=False,
    )
    lines = (
        ("random orders, their mean", random.mean(0), look.popularity, "dash"),
        ("this explanation", own, FOR, "solid"),
    )
    for name, values, colour, dash in lines:
        chart.add_scatter(
            x=percent,
            y=values,
            name=name,
            mode="lines",
            line={"color": colour, "width": 2.5, "dash": dash},
            hovertemplate=f"{name}<br>%{{x:.0f}} % of the parts: %{{y:.4g}}<extra></extra>",
        )
    chart.update_xaxes(title_text=escape(moved), ticksuffix=" %", range=[0, 100], nticks=6, zeroline=False)
    chart.update_yaxes(title_text="<br>".join(map(escape, wrap(meaning, SIDE_WIDTH))), nticks=5, zeroline=False)
    legend_above(chart, look)
    return chart


def picture_chart(picture: str, segments: Int64, shares: Sequence[Share], look: Theme) -> go.Figure:
    """A picture under what its regions contribute, the more colour the more. The finding belongs above it.

    Args:
        picture: as an address that a browser can draw.
        segments: Int64[height, width], the region of each pixel.
        shares: of the regions, by their number.
        look: light or dark.
    """
    height, width = segments.shape
    step = max(1, max(height, width) // FINEST)
    coarse = segments[::step, ::step]
    values = np.array([share.value for share in shares])
    most = float(np.abs(values).max(initial=0.0)) or 1.0
    shown = 420
    chart = figure("", look, height=shown)
    chart.add_layout_image(
        source=picture, xref="x", yref="y", x=0, y=0, sizex=width, sizey=height, sizing="stretch", layer="below"
    )
    chart.add_heatmap(
        z=values[coarse],
        x0=step / 2,
        dx=step,
        y0=step / 2,
        dy=step,
        zmin=-most,
        zmax=most,
        colorscale=[[0, _ink(AGAINST, MOST_INK)], [0.5, _ink(look.paper, 0.0)], [1, _ink(FOR, MOST_INK)]],
        showscale=False,
        customdata=np.array([escape(share.label) for share in shares], dtype=object)[coarse],
        hovertemplate="%{customdata}<br>%{z:+.4g}<extra></extra>",
    )
    bare = {"showgrid": False, "zeroline": False, "visible": False}
    chart.update_xaxes(range=[0, width], constrain="domain", **bare)
    chart.update_yaxes(range=[height, 0], scaleanchor="x", constrain="domain", **bare)
    chart.update_layout(margin={"l": 0, "r": 0, "t": 4, "b": 4})
    return chart


def _ink(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {opacity})"
