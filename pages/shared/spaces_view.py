"""Embeddings, beside another model: two spaces turned onto each other, what moved, and neighbours gained and lost."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, choose, nav
from pages.shared.cards import Card, grid
from pages.shared.chart import as_csv
from pages.shared.embedded import Embedded, embedded
from pages.shared.frame import look, plain
from pages.shared.transfer_spaces import ids_of_both
from recsys_core.data.findings import counted
from recsys_core.embeddings.alignment import NEAREST, Alignment, align, gained_and_lost
from recsys_core.embeddings.pairing import Pair, chance_likeness, pair
from recsys_core.embeddings.projection import pca
from recsys_core.figures.map import Mark, Points, Shade, map_chart
from recsys_core.models import WITH_VECTORS
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home
from recsys_core.types import Float32, Int64

OTHER = "other"
MOST_MOVED, NAMED, OFFERED = 100, 5, 200
FEWEST_EVENTS, USUAL_EVENTS, FEWEST_LEFT = (1, 5, 10, 20, 50, 100), 10, 20
NOUNS = {"items": "items", "people": "people"}
CONFIG = {"displayModeBar": False, "scrollZoom": False}


def spaces_view(card: RunCard, run: LoadedRun, place: DeltaGenerator) -> None:
    """The section; the other model is chosen at ``place``."""
    which, whose = place.columns([3, 1])
    with whose:
        of = choose.choose("Of", "spaces-of", list(NOUNS), lambda key: NOUNS[key].capitalize())
    others = _others(card)
    if not others:
        choose.empty("There is no other model with vectors yet.", "Train one", nav.TRAIN)
        return
    with which:
        known = {other.id: other for other in others}
        other = known[choose.choose("Beside", OTHER, list(known), lambda one: _name(known[one], card))]
    first = embedded(card.id, of)  # type: ignore[arg-type]
    found = _compared(default_home(), card.id, other.id, of)
    titles = _titles(card, other)
    _verdict(found, titles, of)
    _side_by_side(found, first, titles)
    order = _moved(found, first, of)
    if of == "items":
        _neighbours(found, first, titles, order)


def _others(card: RunCard) -> list[RunCard]:
    """Models with vectors: first the one that this began with, or that began with this."""
    runs = [run for run in cache.workspace().runs() if run.id != card.id and run.model in WITH_VECTORS]
    return sorted(runs, key=lambda run: (not _is_kin(run, card), run.dataset != card.dataset, run.model == card.model))


def _is_kin(one: RunCard, other: RunCard) -> bool:
    return _begun_from(one) == other.id or _begun_from(other) == one.id


def _begun_from(run: RunCard) -> str:
    return str((run.about.get("fine_tune") or run.about.get("transfer") or {}).get("run", ""))


def _when(run: RunCard) -> tuple[str, str]:
    """What to call the two sides of how a run came about."""
    what = "transfer" if "transfer" in run.about else "fine-tuning"
    return f"before {what}", f"after {what}"


def _name(run: RunCard, card: RunCard) -> str:
    if _begun_from(card) == run.id:
        return f"{choose.run_name(run)} · {_when(card)[0]}"
    if _begun_from(run) == card.id:
        return f"{choose.run_name(run)} · {_when(run)[1]}"
    return choose.run_name(run)


def _titles(card: RunCard, other: RunCard) -> tuple[str, str]:
    """What tells the two apart: when they are of one name, which is the finer tuned, or when they were trained."""
    if _begun_from(card) == other.id:
        before, after = _when(card)
        return f"{card.title}, {after}", f"{other.title}, {before}"
    if _begun_from(other) == card.id:
        before, after = _when(other)
        return f"{card.title}, {before}", f"{other.title}, {after}"
    if card.title != other.title:
        return card.title, other.title
    return f"{card.title} of {choose.moment(card.created)}", f"{other.title} of {choose.moment(other.created)}"


@dataclass(frozen=True)
class Compared:
    """Two spaces side by side.

    Attributes:
        places: Float32[2, n, 2], both on the same axes.
        chance: the likeness of spaces that have nothing to do with each other.
    """

    pair: Pair
    alignment: Alignment
    places: Float32
    chance: float


@st.cache_resource(show_spinner="Turning one space onto the other", max_entries=8)
def _compared(home: Path, first: str, second: str, of: str) -> Compared:
    one, other = embedded(first, of), embedded(second, of)  # type: ignore[arg-type]
    ids = ids_of_both(one, other, of)
    found = pair(one.space, ids[0], other.space, ids[1], NOUNS[of])
    mine, theirs = found.first.vectors, found.second.vectors
    aligned = align(mine, theirs)
    wide = np.pad(mine, ((0, 0), (0, aligned.turned.shape[1] - mine.shape[1])))
    both = pca(np.concatenate([wide, aligned.turned]), 2)
    return Compared(found, aligned, both.reshape(2, -1, 2), chance_likeness(mine, theirs))


def _verdict(found: Compared, titles: tuple[str, str], of: str) -> None:
    n, aligned = len(found.pair.first), found.alignment
    shared, by_chance = float(aligned.shared.mean()), min(1.0, NEAREST / max(1, n - 1))
    agreed, expected = NEAREST * shared, NEAREST * by_chance
    words = f"Of the {NEAREST} nearest {NOUNS[of]}, the two models agree on {agreed:.1f}; by chance on {expected:.1f}"
    st.markdown(f"**{plain(words)}**")
    columns = st.columns(3)
    columns[0].metric(
        "Likeness of the spaces",
        f"{aligned.likeness:.2f}",
        help="Linear CKA (Kornblith and others, 2019): 1 where the spaces are the same but for turning and scale. "
        f"With the {NOUNS[of]} of one of them shuffled it is {found.chance:.2f}.",
    )
    columns[1].metric("The same, by chance", f"{found.chance:.2f}", help="The mean over all shufflings.")
    columns[2].metric("Neighbours shared", f"{shared:.0%}", help=f"Of the {NEAREST} nearest by cosine.")
    words = f"{counted(found.pair.common, 'point').replace('points', NOUNS[of])} in common"
    if found.pair.common > n:
        words += f", of which a sample of {n:,} is compared"
    lacking = [
        f"{number:,} only in {title}"
        for number, title in zip((found.pair.only_first, found.pair.only_second), titles, strict=True)
        if number
    ]
    st.caption(plain("; ".join([words, *lacking]) + "."))


def _side_by_side(found: Compared, first: Embedded, titles: tuple[str, str]) -> None:
    at = _in_first(found, first)
    names, hover = [first.titles[one] for one in at], [first.hover[one] for one in at]
    shade = Shade("moved", found.alignment.moved, span=(0, max(1.0, float(found.alignment.moved.max()))))
    far = np.argsort(-found.alignment.moved, kind="stable")[:NAMED]
    low, high = found.places.reshape(-1, 2).min(axis=0), found.places.reshape(-1, 2).max(axis=0)
    margin = 0.06 * (high - low) + 1e-6
    for place, places, title, name in zip(
        st.columns(2),
        found.places,
        (titles[0], f"{titles[1]}, turned onto it"),
        ("first", "second"),
        strict=True,
    ):
        chart = map_chart(
            Points(places, names, hover, ~found.pair.first.are_items),
            shade,
            [Mark("moved most", far, look().ink)],
            look(),
            height=420,
        )
        chart.update_xaxes(range=[low[0] - margin[0], high[0] + margin[0]])
        chart.update_yaxes(range=[low[1] - margin[1], high[1] + margin[1]])
        chart.update_layout(dragmode=False)
        with place:
            st.markdown(f"**{plain(title)}**")
            st.plotly_chart(chart, theme=None, key=f"space-{name}", config=CONFIG)
    st.caption(
        "Both on the same two axes, the strongest of both spaces together. The second space was turned as a whole so "
        "that the same points lie as near as can be (orthogonal Procrustes): what still differs has moved."
    )


def _in_first(found: Compared, first: Embedded) -> Int64:
    """The points of the pair among those of the first model."""
    are_items = bool(found.pair.first.are_items.all())
    return first.positions(found.pair.first.rows, are_items)


def _moved(found: Compared, first: Embedded, of: str) -> Int64:
    """The table; gives what it is made of, most moved first."""
    st.subheader("Who moved most" if of == "people" else "What moved most", anchor=False)
    at = _in_first(found, first)
    counts = _counts(first, at)
    offered = _least_offered(counts)
    least = st.segmented_control(
        "With at least so many events",
        offered,
        default=max(one for one in offered if one <= USUAL_EVENTS),
        required=True,
        help="Of what few events tell of, models know little, so it moves by chance.",
        key=f"least-events-{of}",
    )
    order = np.argsort(-found.alignment.moved, kind="stable")
    order = order[counts[order] >= (least or offered[0])]
    shown = order[:MOST_MOVED]
    at = at[shown]
    table = pd.DataFrame(
        {
            "title": [first.titles[one] for one in at],
            "about": [first.details[one] for one in at],
            "moved": found.alignment.moved[shown],
            "neighbours kept": 100 * found.alignment.shared[shown],
        }
    )
    st.dataframe(
        table,
        hide_index=True,
        height=300,
        column_config={
            "moved": st.column_config.NumberColumn(
                format="%.2f", help="1 − cosine between both places: 0 stayed, 1 at a right angle, 2 opposite."
            ),
            "neighbours kept": st.column_config.NumberColumn(
                format="%.0f %%", help=f"Of the {NEAREST} nearest, those that both models agree on."
            ),
        },
    )
    st.download_button(
        "All as CSV",
        lambda: as_csv(_all_moved(found, first)),
        f"moved-{of}.csv",
        "text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="save-moved",
    )
    return order


def _least_offered(counts: Int64) -> list[int]:
    """Numbers of events that leave enough to look at; 0 where most were met by nobody."""
    return [least for least in FEWEST_EVENTS if (counts >= least).sum() >= min(FEWEST_LEFT, len(counts))] or [0]


def _counts(first: Embedded, at: Int64) -> Int64:
    """How many events the first model may know of each."""
    known, rows = first.run.split.test.known, first.space.rows[at]
    if first.space.are_items[at].all():
        return np.bincount(known.items, minlength=first.dataset.n_items)[rows]
    return known.lengths()[rows]


def _all_moved(found: Compared, first: Embedded) -> pd.DataFrame:
    at = _in_first(found, first)
    return pd.DataFrame(
        {
            "title": [first.titles[one] for one in at],
            "moved": found.alignment.moved,
            "neighbours kept": found.alignment.shared,
        }
    )


def _neighbours(found: Compared, first: Embedded, titles: tuple[str, str], order: Int64) -> None:
    st.subheader("Neighbours gained and lost", anchor=False)
    dataset, rows = first.dataset, found.pair.first.rows
    ids = [str(dataset.item_ids.values[rows[at]]) for at in order[:OFFERED]]

    def name(identifier: str) -> str:
        item = dataset.item_ids.positions.get(identifier)
        return identifier if item is None else dataset.title(item)

    wanted = choose.choose(
        "Item, most moved first; any other id may be typed", "moved-item", ids, name, accept_new=True
    )
    place = np.flatnonzero(rows == dataset.item_ids.find(wanted, "item"))
    if not len(place):
        st.caption(plain(f"{name(wanted)} is not among the items that are compared."))
        return
    gained, lost = gained_and_lost(found.pair.first.vectors, found.pair.second.vectors, int(place[0]))
    for where, title, points in zip(
        st.columns(2, gap="large"),
        (f"Near only for {titles[0]}", f"Near only for {titles[1]}"),
        (lost, gained),
        strict=True,
    ):
        with where:
            st.markdown(f"**{plain(title)}**")
            if len(points):
                grid(dataset, [Card(int(rows[at])) for at in points], compact=True)
            else:
                st.caption(f"None: both agree on the {NEAREST} nearest.")
