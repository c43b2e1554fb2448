"""Embeddings, what was chosen on the map: a point with its true neighbours, or several beside all others."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import choose, nav
from pages.shared.cards import Card, grid
from pages.shared.chart import draw_chart
from pages.shared.embedded import Embedded, colours, offered_colours
from pages.shared.frame import look, plain
from recsys_core.data.findings import counted
from recsys_core.embeddings.colouring import Numbers
from recsys_core.embeddings.slices import Beside, beside, genre_mix
from recsys_core.embeddings.space import nearest
from recsys_core.figures.map_facts import Share, mix_chart
from recsys_core.types import Float32, Int64

NEAREST = 10
MOST_GENRES, MOST_ROWS = 8, 1000
MEASURED = ("popularity", "activity", "rating", "year", "found")  # of colourings, and all figures
HOW = """**Click a point** to see its true neighbours, or drag around several with **lasso** or **box** from the bar
above the map to see what they have in common. In three dimensions, choose by *Find*."""


@dataclass(frozen=True)
class Neighbours:
    """The points nearest to one in the model's own space, by cosine, best first."""

    points: Int64
    likeness: Float32


def neighbours_of(points: Embedded, point: int) -> Neighbours:
    """Among items and people alike."""
    vectors = points.space.vectors
    k = min(NEAREST + 1, len(vectors))
    found = nearest(vectors, k, vectors[[point]])[0]
    found = found[found != point][:NEAREST]
    return Neighbours(found, vectors[found] @ vectors[point])


def chosen_view(points: Embedded, chosen: Int64, clear: Callable[[], None]) -> None:
    """What was chosen, or how to choose."""
    if not len(chosen):
        with st.container(border=True):
            st.markdown(HOW)
        return
    if len(chosen) == 1:
        _one(points, int(chosen[0]))
    else:
        _several(points, chosen)
    st.button("Choose nothing", key="choose-nothing", on_click=clear, type="tertiary", icon=":material/close:")


def _one(points: Embedded, point: int) -> None:
    space = points.space
    st.subheader(plain(points.titles[point]), anchor=False)
    if space.are_items[point]:
        grid(points.dataset, [Card(int(space.rows[point]), note=points.counts(point))], compact=True)
    else:
        st.caption(plain(points.details[point]))
        st.page_link(
            nav.RECOMMENDATIONS.path,
            label="See the recommendations",
            icon=":material/arrow_forward:",
            width="content",
            query_params={
                choose.RUN: points.id,
                choose.PERSON: str(points.dataset.user_ids.values[space.rows[point]]),
            },
        )
    found = neighbours_of(points, point)
    st.markdown(
        "**Nearest in the model's own space**",
        help="By the cosine of the angle between vectors: 1 is the same direction, 0 nothing in common. The map may "
        "show others nearer: it has fewer dimensions.",
    )
    items = space.are_items[found.points]
    cards = [
        Card(
            int(space.rows[at]),
            rank,
            bar=float(likeness),
            bar_hint=f"cosine {likeness:.3f}",
            note=f"cosine {likeness:.2f}",
        )
        for rank, (at, likeness, is_item) in enumerate(zip(found.points, found.likeness, items, strict=True), start=1)
        if is_item
    ]
    if cards:
        grid(points.dataset, cards, compact=True)
    people = pd.DataFrame(
        {
            "person": [points.titles[at] for at in found.points[~items]],
            "about": [points.details[at] for at in found.points[~items]],
            "cosine": found.likeness[~items].astype(np.float64),
        }
    )
    if len(people):
        st.dataframe(people, hide_index=True, column_config={"cosine": st.column_config.NumberColumn(format="%.2f")})


def _several(points: Embedded, chosen: Int64) -> None:
    st.subheader(f"{counted(len(chosen), points.noun)} chosen", anchor=False)
    inside = np.zeros(len(points.space), dtype=np.bool_)
    inside[chosen] = True
    offered = offered_colours(points.id, points.whose)
    numbers = {
        key: one.values
        for key in offered
        if key in MEASURED or key.startswith("figure-")
        if isinstance(one := colours(points.id, points.whose, key), Numbers)
    }
    for key, values in numbers.items():
        told = beside(values, inside)
        if told is not None:
            st.markdown(_beside_in_words(offered[key].title, told, WRITTEN.get(key, _number)))
    _mix(points, chosen)
    order = chosen[:MOST_ROWS]
    table = pd.DataFrame(
        {
            "title": [points.titles[at] for at in order],
            **{offered[key].title.lower(): values[order] for key, values in numbers.items()},
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height=320,
        column_config={
            "title": st.column_config.TextColumn(width=180),
            "year": st.column_config.NumberColumn(format="%d"),
        },
    )
    if len(chosen) > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS:,} of {len(chosen):,}.")


def _beside_in_words(title: str, told: Beside, write: Callable[[float], str]) -> str:
    """A mean beside that of the others, and whether chance may explain it."""
    words = f"**{plain(title)}**: {write(told.inside)} on average, {write(told.outside)} elsewhere"
    if np.isnan(told.low):
        return f"{words}."
    if told.low <= 0 <= told.high:
        return f"{words}; chance may explain that."
    near, far = sorted((abs(told.low), abs(told.high)))
    return f"{words}; {'more' if told.low > 0 else 'less'} by {_number(near)} to {_number(far)}."


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


WRITTEN: dict[str, Callable[[float], str]] = {"year": "{:.0f}".format}


def _mix(points: Embedded, chosen: Int64) -> None:
    shares = genre_mix(points.space, chosen, points.dataset, points.run.split.test.known)
    if not shares:
        return
    shares = shares[:MOST_GENRES]
    most = max(shares, key=lambda share: share.chosen - share.everywhere)
    draw_chart(
        mix_chart([Share(one.name, one.chosen, one.everywhere) for one in shares], look()),
        "genre-mix",
        pd.DataFrame([vars(one) for one in shares]),
        finding=f"{most.name}: {most.chosen:.0%} of the chosen, {most.everywhere:.0%} of all",
    )
