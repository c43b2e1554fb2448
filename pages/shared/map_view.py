"""Embeddings, the map: how it is drawn, what it shows, how far to trust it; the chosen points stand beside it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, choose
from pages.shared.chart import as_csv
from pages.shared.choose_person import choose_person
from pages.shared.embedded import Embedded, colours, embedded, offered_colours, quick_map
from pages.shared.frame import errors_as_sentences, look, plain
from pages.shared.map_chosen import chosen_view, neighbours_of
from pages.shared.map_hand import LARGE, hand
from recsys_core.data.findings import counted, duration
from recsys_core.embeddings.colouring import Colours, Labels
from recsys_core.embeddings.honesty import Honesty
from recsys_core.embeddings.maps import Map, find_projection, require_size
from recsys_core.embeddings.projection import PROJECTIONS, Projection
from recsys_core.figures.map import Groups, Mark, Points, Shade, map_chart
from recsys_core.figures.theme import Theme
from recsys_core.recommending import best, scores_for_user
from recsys_core.runs.cards import RunCard
from recsys_core.runs.map_files import MapSpec
from recsys_core.runs.maps import Standing
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home
from recsys_core.types import Int64

POLL_SECONDS = 1.0
WHOSE = {"items": "Items", "people": "People", "both": "Items and people"}
DIMENSIONS = {"2": "2-D", "3": "3-D"}
NOBODY, SOMEBODY = "Nobody", "Somebody"
MOST_FOUND, MOST_NAMED = 50, 8
LISTED = 12  # recommendations that are marked
CHART = "embeddings-map"
CHOSEN = "chosen-points"  # in the session: rows of items, and, below zero, of people
CONFIG = {
    "displaylogo": False,
    "displayModeBar": True,
    "scrollZoom": True,
    "modeBarButtonsToRemove": ["autoScale2d", "hoverClosestCartesian", "hoverCompareCartesian", "toggleSpikelines"],
    "toImageButtonOptions": {"format": "png", "filename": "map", "scale": 2},
}


def map_view(card: RunCard, run: LoadedRun, place: DeltaGenerator) -> None:
    """The section; how to draw is chosen at ``place``."""
    with place:
        spec = _choose_map(card)
    points = embedded(card.id, spec.whose)
    projection = find_projection(spec.method)
    require_size(projection, len(points.space))
    drawn = quick_map(spec) if projection.is_quick else cache.maps().ask(spec).map
    if drawn is None:
        _waiting(spec)
        spec = spec.model_copy(update={"method": "pca"})
        drawn = quick_map(spec)
    _shown(points, spec, drawn)


def _choose_map(card: RunCard) -> MapSpec:
    whose, method, dimensions = st.columns([3, 2, 2])
    known = {one.key: one for one in PROJECTIONS}
    with whose:
        of = choose.choose("Show", "whose", list(WHOSE), WHOSE.__getitem__)
    with method:
        how = choose.choose("Drawn by", "method", list(known), lambda key: known[key].title)
    with dimensions:
        deep = choose.choose("Dimensions", "dimensions", list(DIMENSIONS), DIMENSIONS.__getitem__)
    return MapSpec.model_validate({"run": card.id, "whose": of, "method": how, "dimensions": int(deep)})


def _waiting(spec: MapSpec) -> None:
    """How far a map is; the page is drawn anew as soon as it is there."""
    title = find_projection(spec.method).title

    @st.fragment(run_every=POLL_SECONDS)
    def poll() -> None:
        with errors_as_sentences():
            answer = cache.maps().ask(spec)
            if answer.standing is Standing.DRAWN:
                st.rerun()
            with st.container(border=True, horizontal=True, vertical_alignment="center", key="ft-map-waits"):
                if answer.standing in (Standing.DRAWING, Standing.WAITING):
                    so_far = (
                        f"{duration(max(1, round(answer.seconds)))} so far; 4,000 points take about a minute. "
                        if answer.standing is Standing.DRAWING
                        else "it waits for another map. "
                    )
                    st.markdown(plain(f"{title} is being drawn in the background: {so_far}Meanwhile you see PCA."))
                    st.button("Stop", key="stop-map", on_click=lambda: cache.maps().stop(spec))
                else:
                    stopped = answer.standing is Standing.STOPPED
                    words = f"{title} was stopped." if stopped else f"{title} could not be drawn. {answer.reason}"
                    st.markdown(plain(f"{words} You see PCA."))
                    st.button("Draw it", key="draw-map", on_click=lambda: cache.maps().want_again(spec))

    poll()


@st.fragment
def _shown(points: Embedded, spec: MapSpec, drawn: Map) -> None:
    """The map with what is chosen on it. Choosing draws nothing else of the page anew."""
    with errors_as_sentences():
        by, find, whom = st.columns(3)
        with by:
            colouring = _choose_colouring(points)
        found = _find(find, points)
        with whom:
            person = _person(points)
        chosen = _chosen(points)
        left, right = st.columns([5, 3], gap="large")
        with left:
            _draw(points, spec, drawn, colouring, found, chosen, person)
            _honesty(points, drawn, find_projection(spec.method))
            _save(points, spec, drawn)
        with right:
            chosen_view(points, chosen, _clear)


def _choose_colouring(points: Embedded) -> str:
    offered = offered_colours(points.id, points.whose)
    return choose.choose("Coloured by", f"colour-{points.whose}", list(offered), lambda one: offered[one].title)


def _find(place: DeltaGenerator, points: Embedded) -> Int64:
    """Points whose title or id holds a text; one of them can be looked at."""
    with place:
        wanted = st.text_input("Find", key="find-point", placeholder="Title or id", help="Marks what it finds.")
    if not wanted.strip():
        return np.empty(0, dtype=np.int64)
    small = wanted.strip().lower()
    found = [at for at, text in enumerate(points.small) if small in text]
    with place:
        if not found:
            st.caption(plain(f"Nothing here has {wanted.strip()!r} in its title or id."))
        elif len(found) > 1:
            st.selectbox(
                "Found",
                found[:MOST_FOUND],
                index=None,
                format_func=choose.told_apart(found[:MOST_FOUND], points.titles.__getitem__, points.identity),
                placeholder=f"{counted(len(found), 'hit')}: choose one",
                label_visibility="collapsed",
                key=f"found-{small}-{points.id}-{points.whose}",
                on_change=lambda: _look_at(points, f"found-{small}-{points.id}-{points.whose}"),
            )
        else:
            st.button(
                f"Look at {plain(points.titles[found[0]])}",
                key="look-at-found",
                type="tertiary",
                on_click=lambda: _choose(points, found),
            )
    return np.array(found[:MOST_FOUND], dtype=np.int64)


def _look_at(points: Embedded, widget: str) -> None:
    at = st.session_state.get(widget)
    if at is not None:
        _choose(points, [at])


@dataclass(frozen=True)
class _Person:
    """A person on the map: what they know, what they are shown, and, on a map of people, where they stand."""

    name: str
    known: Int64
    shown: Int64
    self: Int64


def _person(points: Embedded) -> _Person | None:
    who = st.segmented_control(
        "A person on the map",
        (NOBODY, SOMEBODY),
        default=NOBODY,
        required=True,
        key="person-on-map",
        help="Marks what somebody knows, and what the model shows them.",
        persist_state="session",
    )
    if who != SOMEBODY:
        return None
    run = points.run
    user = choose_person(run)
    known, _ = run.split.test.known.row(user)
    shown = best(scores_for_user(run.model, run.split, user), run.split.dataset.item_ids.hash_order, LISTED)
    return _Person(
        points.dataset.person(user),
        points.positions(known.astype(np.int64), True),
        points.positions(np.array([item for item, _ in shown], dtype=np.int64), True),
        points.positions(np.array([user]), False),
    )


def _draw(
    points: Embedded, spec: MapSpec, drawn: Map, colouring: str, found: Int64, chosen: Int64, person: _Person | None
) -> None:
    marks = [mark for mark in _marks(points, found, chosen, person) if len(mark.points)]
    is_flat = spec.dimensions == 2
    st.plotly_chart(
        _chart(points, spec, drawn, colouring, [] if is_flat else marks),
        theme=None,
        key=CHART,
        config=CONFIG | ({"plotGlPixelRatio": 1} if len(points.space) > LARGE else {}),
        on_select=lambda: _selected(points),
        selection_mode=("box", "lasso"),
    )
    if is_flat:
        has_area = len(chosen) > 1
        hand(CHART, _as_drawn(points, drawn), marks, has_area, lambda point: _choose(points, [point]))


def _marks(points: Embedded, found: Int64, chosen: Int64, person: _Person | None) -> Iterator[Mark]:
    colours_ = look()
    if person is not None:
        yield Mark(f"known to {person.name}", person.known, colours_.ink)
        yield Mark(f"shown to {person.name}", person.shown, colours_.hit, "diamond-open")
        yield Mark(person.name, person.self, colours_.ink, "star", is_named=True)
    if len(chosen) == 1:
        yield Mark("nearest", neighbours_of(points, int(chosen[0])).points, colours_.accent)
        yield Mark("chosen", chosen, colours_.accent, "star", is_named=True)
    yield Mark("found", found, colours_.ink, "square-open", is_named=len(found) <= MOST_NAMED)


def _as_drawn(points: Embedded, drawn: Map) -> Points:
    return Points(drawn.places, points.titles, points.hover, ~points.space.are_items)


def _chart(points: Embedded, spec: MapSpec, drawn: Map, colouring: str, marks: list[Mark]) -> go.Figure:
    """The map; without marks, which change oftener than it does, from the cache."""
    if marks:
        coloured = _coloured(colours(points.id, points.whose, colouring))
        return map_chart(_as_drawn(points, drawn), coloured, marks, look())
    return _bare_chart(default_home(), spec.name, colouring, look(), points, drawn)


@st.cache_resource(show_spinner=False, max_entries=8)
def _bare_chart(home: Path, spec: str, colouring: str, colours_: Theme, _here: Embedded, _drawn: Map) -> go.Figure:
    coloured = _coloured(colours(_here.id, _here.whose, colouring))
    return map_chart(_as_drawn(_here, _drawn), coloured, [], colours_)


def _coloured(colouring: Colours) -> Groups | Shade:
    if isinstance(colouring, Labels):
        return Groups(colouring.title, colouring.values, colouring.names)
    return Shade(colouring.title, colouring.values, colouring.is_log)


def _selected(points: Embedded) -> None:
    """An area was drawn around points, or was taken away; then a point that was clicked since stays chosen."""
    event = st.session_state.get(CHART)
    found = [] if event is None else [one.get("customdata") for one in event.selection.points]
    if found or len(_chosen(points)) > 1:
        numbers = {
            int(np.ravel(list(one.values()) if isinstance(one, dict) else one)[0]) for one in found if one is not None
        }
        _choose(points, sorted(numbers))


def _choose(points: Embedded, which: list[int]) -> None:
    """Remember points by what they stand for, since the same ones stand elsewhere on another map."""
    space = points.space
    st.session_state[CHOSEN] = (
        points.dataset.fingerprint,
        [int(space.rows[at]) if space.are_items[at] else -1 - int(space.rows[at]) for at in which],
    )


def _clear() -> None:
    st.session_state.pop(CHOSEN, None)


def _chosen(points: Embedded) -> Int64:
    """Int64[m], the points that were chosen and have a place on this map."""
    fingerprint, rows = st.session_state.get(CHOSEN, ("", []))
    if fingerprint != points.dataset.fingerprint:
        return np.empty(0, dtype=np.int64)
    items = np.array([row for row in rows if row >= 0], dtype=np.int64)
    people = np.array([-1 - row for row in rows if row < 0], dtype=np.int64)
    return np.concatenate([points.positions(items, True), points.positions(people, False)])


def _honesty(points: Embedded, drawn: Map, projection: Projection) -> None:
    """What a map cannot show, in figures and in words."""
    known = drawn.honesty
    diamonds = " Diamonds are people." if points.whose == "both" else ""
    st.caption(plain(f"{projection.title}. {projection.idea}{diamonds}"), help=plain(projection.paper))
    if known is None:
        st.caption("Too few points to say how far this map can be trusted.")
        return
    st.markdown(f"**How far to trust this map.** {plain(_in_words(known, projection.title))}")
    sample = f" Of a sample of {known.points:,} points." if known.points < len(points.space) else ""
    for place, label, value, help_ in zip(
        st.columns(3),
        ("Trustworthiness", "Continuity", "Neighbours kept"),
        (f"{known.trustworthiness:.2f}", f"{known.continuity:.2f}", f"{known.overlap:.0%}"),
        (
            f"1: whoever is near on the map is near in truth; false neighbours lower it. k = {known.k} "
            f"(Venna and Kaski, 2001).{sample}",
            f"1: whoever is near in truth is near on the map; torn-apart neighbours lower it. k = {known.k}.{sample}",
            f"How many of a point's {known.k} true neighbours are among the {known.k} nearest on the map.{sample}",
        ),
        strict=True,
    ):
        place.metric(label, value, help=help_)


def _in_words(known: Honesty, title: str) -> str:
    kept = f"Of a point's {known.k} true neighbours, {known.overlap * known.k:.1f} are among the {known.k} nearest here"
    if known.overlap >= 0.6:
        return f"{kept}: small distances on this map can be believed."
    if known.trustworthiness >= 0.9:
        return f"{kept}. Regions can be believed, single neighbours cannot: click a point for its true ones."
    return f"{kept}. {title} shows the large picture only: click a point for its true neighbours."


def _save(points: Embedded, spec: MapSpec, drawn: Map) -> None:
    def table() -> bytes:
        space = points.space
        ids = np.where(space.are_items, "item", "person")
        names = [points.identity(at) for at in range(len(space))]
        places = dict(zip("xyz", drawn.places.T, strict=False))
        return as_csv(pd.DataFrame({"kind": ids, "id": names, "title": points.titles, **places}))

    st.download_button(
        "Coordinates as CSV",
        table,
        f"map-{spec.whose}-{spec.method}.csv",
        "text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="save-map",
    )
