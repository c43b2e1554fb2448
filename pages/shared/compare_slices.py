"""Compare, for whom: a model, or the switch from one to another, among slices of the people."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import choose
from pages.shared.chart import draw_chart
from pages.shared.compared import Compared
from pages.shared.frame import look, plain
from pages.shared.switch_view import switch_view
from recsys_core.figures.slices import Model, Slice, slice_chart
from recsys_core.metrics import about, metric_label
from recsys_core.runs.cards import RunCard
from recsys_core.runs.store import default_home, open_workspace
from recsys_core.statistics.estimates import Estimate, PerUser

if TYPE_CHECKING:  # brings scipy
    from recsys_core.comparing.cutting import Cut
    from recsys_core.comparing.slice_figures import SliceFigures
    from recsys_core.comparing.switching import Switch
    from recsys_core.comparing.worst_slice import WorstSlice

ALONE = "alone"
Ids = tuple[str, ...]  # of one run, or of two: from the first to the second


def for_whom(compared: Compared) -> None:
    """The section."""
    home, metric = default_home(), compared.metric
    runs = [run for run in compared.best_first if metric in _measured(home, run.id)]
    if not runs:
        st.info(plain(f"{about(metric).title} belongs to all lists together, not to people. Choose another metric."))
        return
    which = st.columns(min(len(runs), 2) + 1)
    chosen = _choose_runs(compared, runs, which[0], which[-2])
    ids = tuple(run.id for run in chosen)
    people = len(_parts(home, ids, metric)[0].users)
    if not people:
        st.info("These two models were not judged on the same people. Choose another pair.")
        return
    cuts = {cut.key: cut for cut in _cuts(home, ids, metric)}
    if cuts:
        with which[-1]:
            cut = choose.choose("Cut people by", "cut", list(cuts), lambda key: cuts[key].title)
        _slices(compared, chosen, cuts[cut])
    else:
        st.info(f"The {people:,} people who were judged are too few, or too alike, to be cut into slices.")
    if len(chosen) == 2:
        switch_view(compared, chosen[0], chosen[1], _switch(home, ids, metric))


def _choose_runs(
    compared: Compared,
    runs: list[RunCard],
    left: "st.delta_generator.DeltaGenerator",
    right: "st.delta_generator.DeltaGenerator",
) -> list[RunCard]:
    """The model that is looked at, behind the one whose place it would take, if there is one."""
    known = {run.id: run for run in runs}
    with left:
        to = choose.choose("Model", "to", list(known), compared.titles.__getitem__)
    others = [run for run in known if run != to]
    if not others:
        return [known[to]]
    with right:
        named = compared.titles | {ALONE: "None, this model alone"}
        instead_of = choose.choose("Instead of", "from", [*others, ALONE], named.__getitem__)
    return [known[run] for run in (instead_of, to) if run != ALONE]


def _slices(compared: Compared, runs: list[RunCard], cut: "Cut") -> None:
    """Chart and table of the slices of a cut, and the worst slice of all."""
    from recsys_core.comparing.slice_figures import spread_in_words
    from recsys_core.comparing.slices import FEWEST

    home, metric, label = default_home(), compared.metric, metric_label(compared.metric)
    ids = tuple(run.id for run in runs)
    titles = [compared.titles[run.id] for run in runs]
    figures = _figures(home, ids, metric, cut.key)
    models = [
        Model(title, compared.colour(run), part.value())
        for title, run, part in zip(titles, runs, _parts(home, ids, metric), strict=True)
    ]
    shown = [
        Slice(
            one.name, one.people, tuple((part.value, part.low, part.high) for part in one.values) if one.enough else ()
        )
        for one in figures
    ]
    axis = f"{label}, 95 % interval"
    draw_chart(
        slice_chart(shown, models, axis, look()),
        "slices-by-" + re.sub("[^a-z0-9]+", "-", cut.title.lower()).strip("-"),
        _as_table(figures, titles),
        finding=spread_in_words(figures, label, titles),
        source=compared.source,
    )
    st.caption(plain(f"{cut.meaning} Intervals are over people, each slice by itself. Dotted: everybody."))
    with st.expander("The figures of each slice"):
        st.dataframe(_as_table(figures, titles), hide_index=True, height="content")
        st.caption(
            f"Brackets hold 95 % intervals; that of a difference is paired person by person. Nothing is said about "
            f"slices of fewer than {FEWEST} people."
        )
    _worst_of_all(runs, titles, metric)


def _worst_of_all(runs: list[RunCard], titles: list[str], metric: str) -> None:
    """The worst slice of the switch, and of the model alone."""
    ids = tuple(run.id for run in runs)
    found = [
        (worst, titles[-len(which) :])
        for which in dict.fromkeys((ids, ids[-1:]))
        if (worst := _worst(default_home(), ids, which, metric)) is not None
    ]
    if not found:
        return
    st.subheader("Where it is worst", anchor=False)
    for worst, named in found:
        st.markdown(plain(worst.in_words(metric_label(metric), named)))
    st.caption(
        "The slices of every cut are looked at, and where that takes no time those of any two cuts together. Whoever "
        "looks at so many finds a bad one by chance. So a slice counts only where its gap is larger than the largest "
        "gap in 95 of 100 shufflings of the people."
    )


def _as_table(figures: "list[SliceFigures]", titles: list[str]) -> pd.DataFrame:
    rows = [
        {
            "Slice": one.name,
            "People": one.people,
            **{title: _words(part, one.enough) for title, part in zip(titles, one.values, strict=True)},
            **({} if one.difference is None else {"Difference": _words(one.difference, one.enough, "+")}),
        }
        for one in figures
    ]
    return pd.DataFrame(rows)


def _words(estimate: Estimate, enough: bool, sign: str = "") -> str:
    if not enough:
        return "too few to say"
    if estimate.low is None:
        return f"{estimate.value:{sign}.3f}".replace("-", "−")
    return f"{estimate.value:{sign}.3f} [{estimate.low:{sign}.3f}, {estimate.high:{sign}.3f}]".replace("-", "−")


@st.cache_data(show_spinner=False, max_entries=256)
def _measured(home: Path, run: str) -> set[str]:
    """The metrics of a run that are taken apart by person."""
    return set(open_workspace(home).per_user(run))


@st.cache_resource(show_spinner=False, max_entries=16)
def _parts(home: Path, runs: Ids, metric: str) -> tuple[PerUser, ...]:
    from recsys_core.comparing.slice_figures import same_people

    return same_people([open_workspace(home).per_user(run)[metric] for run in runs])


@st.cache_resource(show_spinner="Cutting people into slices", max_entries=16)
def _cuts(home: Path, runs: Ids, metric: str) -> "list[Cut]":
    from pages.shared import loaded
    from recsys_core.comparing.slices import cuts

    return cuts(loaded.run(runs[0]).split, _parts(home, runs, metric)[0].users)


@st.cache_data(show_spinner="Measuring each slice", max_entries=64)
def _figures(home: Path, runs: Ids, metric: str, key: str) -> "list[SliceFigures]":
    from recsys_core.comparing.slice_figures import figures_of

    cut = next(cut for cut in _cuts(home, runs, metric) if cut.key == key)
    return figures_of(cut, _parts(home, runs, metric))


@st.cache_data(show_spinner="Looking for the worst slice", max_entries=64)
def _worst(home: Path, runs: Ids, which: Ids, metric: str) -> "WorstSlice | None":
    """Of the last runs, among the people of all."""
    from recsys_core.comparing.worst_slice import worst_slice

    parts = _parts(home, runs, metric)[-len(which) :]
    return worst_slice(_cuts(home, runs, metric), parts, about(metric).higher_is_better)


@st.cache_data(show_spinner="Comparing person by person", max_entries=16)
def _switch(home: Path, runs: Ids, metric: str) -> "Switch":
    from recsys_core.comparing.switching import switching

    before, after = _parts(home, runs, metric)
    return switching(before, after, about(metric).higher_is_better)
