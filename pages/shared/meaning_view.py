"""Embeddings, meaning: which items stand at the ends of a model's strongest directions, and what vectors tell."""

from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.cards import Card, grid
from pages.shared.chart import draw_chart
from pages.shared.embedded import Embedded, embedded
from pages.shared.frame import look, plain
from recsys_core.embeddings.probes import Direction, Probe, directions, probes
from recsys_core.figures.map_facts import Told, told_chart
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home
from recsys_core.types import Int64

DIRECTIONS, ENDS = 5, 6
BARELY = 0.02  # above chance


def meaning_view(card: RunCard, run: LoadedRun, place: DeltaGenerator) -> None:
    """The section."""
    points = embedded(card.id, "items")
    _ends(points)
    _told(points)


def _ends(points: Embedded) -> None:
    st.subheader("The strongest directions", anchor=False)
    st.caption(
        "Items differ most along these (principal components of the vectors). A direction has no name of its own: "
        "its ends tell what it is about. Which end is left means nothing."
    )
    found = _directions(default_home(), points.id)
    if not found:
        st.caption("There are too few items for a direction.")
        return
    labels = [f"{at} · {one.share:.0%}" for at, one in enumerate(found, start=1)]
    chosen = st.segmented_control(
        "Direction and its share of all differences",
        labels,
        default=labels[0],
        required=True,
        key=f"direction-{points.id}",
    )
    direction = found[labels.index(chosen)] if chosen in labels else found[0]
    for place, end, name in zip(
        st.columns(2, gap="large"), (direction.low, direction.high), ("One end", "The other end"), strict=True
    ):
        with place:
            st.markdown(f"**{name}**")
            grid(points.dataset, _cards(points, end), compact=True)


def _cards(points: Embedded, end: Int64) -> list[Card]:
    return [Card(int(points.space.rows[at]), note=points.counts(int(at))) for at in end]


@st.cache_resource(show_spinner=False, max_entries=16)
def _directions(home: Path, run: str) -> list[Direction]:
    return directions(embedded(run, "items").space.vectors, DIRECTIONS, ENDS)


def _told(points: Embedded) -> None:
    st.subheader("What vectors tell", anchor=False)
    st.caption(
        "Nobody told the model these things unless it reads content: whatever can be read off its vectors, it found in "
        "who met what. Each item is judged by a model that did not see it (five-fold cross-validation)."
    )
    found = _probes(default_home(), points.id)
    genres = sorted((one for one in found if one.is_label), key=lambda one: -one.value)
    numbers = sorted((one for one in found if not one.is_label), key=lambda one: -one.value)
    if not found:
        st.caption(
            "Too little is known about these items to read anything off their vectors: it takes 20 years, or 10 items "
            "of a genre."
        )
        return
    left, right = st.columns(2, gap="large")
    with left:
        _chart(
            genres,
            "genres-told",
            "AUC",
            0.5,
            "AUC: how often an item of the genre ranks before one without it. 0.5 is a coin, 1 never errs. A logistic "
            "regression tells each genre from all others.",
        )
    with right:
        _chart(
            numbers,
            "numbers-told",
            "R²",
            0.0,
            "R²: the share of the differences that vectors explain. 0 is no better than the mean, 1 exact. A ridge "
            "regression predicts each.",
        )


def _chart(found: list[Probe], name: str, axis: str, chance: float, words: str) -> None:
    if not found:
        return
    best, low = found[0], 0.4 if chance else -0.1
    finding = (
        f"{best.name} is told best: {best.value:.2f}"
        if best.value > chance + BARELY
        else "None of these can be read off the vectors"
    )
    draw_chart(
        told_chart([Told(one.name, one.value, one.points) for one in found], axis, chance, low, look()),
        name,
        pd.DataFrame([vars(one) for one in found]),
        finding=finding,
    )
    st.caption(plain(words))


@st.cache_resource(show_spinner="Reading things off the vectors", max_entries=16)
def _probes(home: Path, run: str) -> list[Probe]:
    points = embedded(run, "items")
    counts = np.bincount(points.run.split.test.known.items, minlength=points.dataset.n_items)
    return probes(points.space, points.dataset, counts)
