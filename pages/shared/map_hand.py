"""The hand on a map in two dimensions: what is marked on it, which point was clicked, and how a large map moves.

Marks are drawn by the browser above the chart (``assets/map_hand.js``). Were they a part of the chart, each click would
send all points anew, and the map would lose its place: Streamlit takes a chart with other data for another chart.
"""

from collections.abc import Callable, Sequence

import streamlit as st

from pages.shared.frame import ASSETS
from recsys_core.figures.map import MOST_BOLD, Mark, Points, point_size, short_name

LARGE = 10_000  # points that a browser without a GPU cannot draw anew for each step of the mouse
_STYLE = """
ul { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0; padding: 0; list-style: none; font-size: 0.875rem }
li { display: flex; align-items: center; gap: 0.25rem; color: var(--st-text-color) }
"""
_hand = st.components.v2.component(
    "map_hand", html="<ul></ul>", css=_STYLE, js=(ASSETS / "map_hand.js").read_text(encoding="utf-8")
)


def hand(chart: str, points: Points, marks: Sequence[Mark], has_area: bool, on_click: Callable[[int], None]) -> None:
    """Mark points on a chart that is on the page, say what the marks mean, and hear of clicks.

    Args:
        chart: its key.
        points: as they were drawn, in two dimensions.
        marks: above the points, the last on top.
        has_area: the points inside of a box or a lasso are chosen; without, one that is still drawn is taken away.
        on_click: gets the number of a point, before the page is drawn anew.
    """
    key = f"{chart}-hand"

    def clicked() -> None:
        point = st.session_state[key].point
        if point is not None:
            on_click(int(point))

    size = point_size(len(points.titles))
    told = [
        {
            "name": mark.name,
            "symbol": mark.symbol,
            "colour": mark.colour,
            "is_bold": (is_bold := len(mark.points) <= MOST_BOLD),
            "radius": (size + (7 if is_bold else 3)) / 2,
            "points": [
                (*points.places[at].tolist(), short_name(points.titles[at]) if mark.is_named else "")
                for at in mark.points.tolist()
            ],
        }
        for mark in marks
    ]
    _hand(
        key=key,
        data={"key": chart, "has_area": has_area, "is_large": len(points.titles) > LARGE, "marks": told},
        on_point_change=clicked,
    )
