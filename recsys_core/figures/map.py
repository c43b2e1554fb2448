"""A map of points in two or three dimensions, in the colours of something that is known about them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from recsys_core.figures.theme import CATEGORIES, LIGHT, Theme, escape, figure
from recsys_core.types import Bool, Float32, Float64, Int64

HEIGHT = 600
LONGEST = 72  # letters of a name in the legend
NAME_WIDTH, NAME_HEIGHT = 0.3, 0.05  # of a title on the map, as shares of the whole
MOST_BOLD = 30  # points that a mark is bold for
LONGEST_HOVER, LONGEST_NAME = 60, 26
UNKNOWN = "not known"
PEOPLE = "people"

# From little to much: the more, the further from the paper, in both looks, and in grey print as well.
RAMPS = {True: ("#E8C88F", "#D9823B", "#A33B2A", "#4A1730"), False: ("#5A3A66", "#B04A5A", "#F0875A", "#FFE3B0")}
HUES = tuple(CATEGORIES[at] for at in (0, 1, 2, 3, 5, 4, 6, 7, 9, 10, 11, 8))


@dataclass(frozen=True)
class Points:
    """What is on a map.

    Attributes:
        places: Float32[n, 2 or 3].
        titles: of each point.
        hover: of each point, HTML of :func:`hover_text`.
        are_people: Bool[n], drawn as diamonds where there are items too.
    """

    places: Float32
    titles: Sequence[str]
    hover: Sequence[str]
    are_people: Bool


@dataclass(frozen=True)
class Shade:
    """A number for each point, in colours from little to much.

    Attributes:
        values: Float64[n], NaN where unknown.
        is_log: values are compared by their ratio.
        span: the values of the first and the last colour; None: the lowest and the highest there are.
    """

    title: str
    values: Float64
    is_log: bool = False
    span: tuple[float, float] | None = None


@dataclass(frozen=True)
class Groups:
    """A group for each point: Int64[n], −1 where unknown; each in a colour of its own."""

    title: str
    values: Int64
    names: Sequence[str]


@dataclass(frozen=True)
class Mark:
    """Points that are marked with a ring above all others.

    Attributes:
        name: in the legend.
        points: Int64[m].
        colour: of the ring.
        symbol: of plotly.
        is_named: the titles stand beside, in two dimensions.
    """

    name: str
    points: Int64
    colour: str
    symbol: str = "circle-open"
    is_named: bool = False


def map_chart(
    points: Points, colours: Shade | Groups, marks: Sequence[Mark], look: Theme, *, height: int = HEIGHT
) -> go.Figure:
    """The map. The number of a point is its ``customdata``; the sentence about the map belongs above it.

    Axes have no ticks, since places mean nothing but by their distances, which are drawn to one scale.
    """
    chart = figure("", look, height)
    flat = points.places.shape[1] == 2
    named: set[str] = set()  # groups of items and people are one in the legend
    for name, who, marker in _layers(points, colours, look):
        _add(chart, points, who, marker, name, in_legend="colorbar" not in marker and name not in named)
        named.add(name)
    for mark in marks:
        few = len(mark.points) <= MOST_BOLD
        marker = {
            "size": point_size(len(points.titles)) + (7 if few else 3),
            "color": mark.colour,
            "symbol": mark.symbol,
            "opacity": 1,
            "line": {"width": 2.5 if few else 1, "color": mark.colour},
        }
        _add(chart, points, mark.points, marker, mark.name)
        if mark.is_named and flat:
            _name(chart, points, mark.points, look)
    chart.update_layout(
        margin={"l": 0, "r": 0, "t": 8, "b": 0},
        showlegend=isinstance(colours, Groups) or bool(marks) or len(chart.data) > 1,
        legend={
            "orientation": "h",
            "x": 0,
            "y": -0.01,
            "yanchor": "top",
            "font": {"color": look.ink, "size": 12},
            "itemsizing": "constant",
            "tracegroupgap": 0,
        },
        dragmode="pan" if flat else "orbit",
        hoverdistance=12,
        uirevision="map",
        selectionrevision=False,  # an area that the page takes away does not come back by itself
        modebar={"bgcolor": "rgba(0,0,0,0)", "color": look.quiet, "activecolor": look.accent},
    )
    bare = {"showgrid": False, "zeroline": False, "showline": False, "showticklabels": False, "ticks": "", "title": ""}
    if flat:
        chart.update_xaxes(**bare)
        chart.update_yaxes(**bare, scaleanchor="x", scaleratio=1)
    else:
        walls = {
            "title": "",
            "showticklabels": False,
            "showspikes": False,
            "showbackground": False,
            "gridcolor": look.line,
            "zerolinecolor": look.line,
        }
        chart.update_layout(scene={"xaxis": walls, "yaxis": walls, "zaxis": walls, "aspectmode": "data"})
    return chart


def _layers(points: Points, colours: Shade | Groups, look: Theme) -> Iterator[tuple[str, Int64, dict[str, object]]]:
    """Name, points and marker of each layer, what is not known at the bottom."""
    size, has_both = point_size(len(points.titles)), bool(points.are_people.any() and not points.are_people.all())
    plain = {"size": size, "color": look.popularity, "opacity": 0.45}
    if isinstance(colours, Groups):
        known = colours.values >= 0
        for group, name in enumerate(colours.names):
            inside = colours.values == group
            marker = {"size": size, "color": HUES[group % len(HUES)], "opacity": 0.8}
            for who, symbol in ((~points.are_people, "circle"), (points.are_people, "diamond")):
                found = np.flatnonzero(inside & (who | (not has_both)))
                if len(found) and (has_both or symbol == "circle"):
                    yield name, found, {**marker, "symbol": symbol}
    else:
        known = np.isfinite(colours.values)
        yield colours.title, np.flatnonzero(known), {"size": size, "opacity": 0.85, **_ramp(colours, known, look)}
    for who, name, symbol in (
        (points.are_people & has_both, PEOPLE, "diamond"),
        (~(points.are_people & has_both), UNKNOWN, "circle"),
    ):
        if (~known & who).any():
            yield name, np.flatnonzero(~known & who), {**plain, "symbol": symbol}


def _ramp(colours: Shade, known: Bool, look: Theme) -> dict[str, object]:
    values = colours.values[known]
    is_log = colours.is_log and bool((values > 0).all())
    shown = np.log10(values) if is_log else values
    low, high = colours.span or ((float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0))
    ramp = RAMPS[look == LIGHT]
    bar: dict[str, object] = {
        "title": {"text": escape(colours.title), "side": "right", "font": {"color": look.quiet, "size": 12}},
        "thickness": 10,
        "len": 0.6,
        "outlinewidth": 0,
        "tickfont": {"color": look.quiet, "size": 12},
        "x": 1,
    }
    if is_log:
        steps = [step for power in range(int(low), int(high) + 2) for step in (10**power, 3 * 10**power)]
        steps = [step for step in steps if low <= np.log10(step) <= high + 1e-9]
        bar |= {"tickvals": [float(np.log10(step)) for step in steps], "ticktext": [f"{step:,.0f}" for step in steps]}
    return {
        "color": shown,
        "cmin": low,
        "cmax": high if high > low else low + 1,
        "colorscale": [[at / (len(ramp) - 1), colour] for at, colour in enumerate(ramp)],
        "colorbar": bar,
    }


def _name(chart: go.Figure, points: Points, who: Int64, look: Theme) -> None:
    """Titles above points, one of those that would overlap. They are annotations: WebGL would draw points over text."""
    span = np.maximum(np.ptp(points.places, axis=0), 1e-9)
    named: list[Float32] = []
    for point in who.tolist():
        place = points.places[point] / span
        if any(abs(place[0] - other[0]) < NAME_WIDTH and abs(place[1] - other[1]) < NAME_HEIGHT for other in named):
            continue
        named.append(place)
        chart.add_annotation(
            x=float(points.places[point, 0]),
            y=float(points.places[point, 1]),
            text=escape(short_name(points.titles[point])),
            showarrow=False,
            yshift=16,
            bgcolor=look.paper,
            opacity=0.9,
            borderpad=1,
            font={"color": look.ink, "size": 12},
        )


def _add(
    chart: go.Figure, points: Points, who: Int64, marker: dict[str, object], name: str, *, in_legend: bool = True
) -> None:
    places = points.places[who].T
    texts = [points.hover[point] for point in who.tolist()]
    about: dict[str, object] = {
        "x": places[0],
        "y": places[1],
        "mode": "markers",
        "marker": marker,
        "name": escape(_short(name, LONGEST)),
        "showlegend": in_legend,
        "legendgroup": name,
        "customdata": who.astype(np.int32)[:, None],
        "hovertext": texts,
        "hovertemplate": "%{hovertext}<extra></extra>",
        "unselected": {"marker": {"opacity": 0.15}},
    }
    if len(places) == 2:
        chart.add_trace(go.Scattergl(about))
    else:
        about.pop("unselected")
        symbol = {"circle-open": "circle-open", "diamond": "diamond", "star": "diamond"}.get(str(marker.get("symbol")))
        size = float(str(marker["size"])) * 0.45
        solid = {**marker, "size": size, "symbol": symbol or "circle"}
        chart.add_trace(go.Scatter3d({**about, "z": places[2], "marker": solid}))


def hover_text(title: str, detail: str = "") -> str:
    """What is shown when hovering: a title, and a line below it."""
    bold = f"<b>{escape(_short(title, LONGEST_HOVER))}</b>"
    return f"{bold}<br>{escape(_short(detail, LONGEST_HOVER))}" if detail else bold


def short_name(title: str) -> str:
    """A title beside a marked point."""
    return _short(title, LONGEST_NAME)


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def point_size(points: int) -> float:
    """Pixels across: the more points, the smaller, so that they stay apart."""
    return float(np.clip(14 - 2.3 * np.log10(max(points, 1)), 2.5, 9))
