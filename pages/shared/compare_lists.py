"""Compare, lists: how alike the models' lists are, what one shows that another never does, how few items fill them."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import choose
from pages.shared.cards import Card, grid
from pages.shared.chart import draw_chart
from pages.shared.compared import Compared
from pages.shared.frame import look, plain
from recsys_core.comparing.overlap import Likeness, exposure, filled_places, items_for_half, likeness, only_in
from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted
from recsys_core.errors import StoreError
from recsys_core.figures.lists import Filling, filling_chart, likeness_chart
from recsys_core.runs.store import RunCard, default_home, open_workspace
from recsys_core.types import Int32, Int64

if TYPE_CHECKING:  # brings torch
    from recsys_core.evaluation import Lists

COMMON, RANKED = "Common items", "Rank-biased overlap"
CARDS = 6
USUAL = 10
SAME = 0.005  # smaller differences of likeness are not told


def lists_view(compared: Compared) -> None:
    """The section."""
    k = int(compared.metric.partition("@")[2] or USUAL)
    runs = _with_lists(compared)
    if not runs:
        return
    if len(runs) == 1:
        st.caption("There is only one model here whose lists were kept, so they are like no others.")
    else:
        _how_alike(compared, runs, k)
        _only_one(compared, runs, k)
    _how_few(compared, runs, k)


def _with_lists(compared: Compared) -> list[RunCard]:
    """The runs whose lists were kept, best first; says which have none, and which cannot be read."""
    runs, without = [], []
    for run in compared.best_first or compared.runs:
        try:
            _lists(default_home(), run.id)
            runs.append(run)
        except StoreError as error:
            if error.code == "no-lists":
                without.append(compared.titles[run.id])
            else:
                st.caption(plain(f"{compared.titles[run.id]} is not shown here. {error}"))
    if without:
        st.caption(plain(f"Made before lists were kept, so not shown here: {', '.join(without)}. Train them again."))
    return runs


@st.cache_resource(show_spinner=False, max_entries=64)
def _lists(home: Path, run: str) -> "Lists":
    return open_workspace(home).lists(run)


@st.cache_data(show_spinner="Comparing the lists", max_entries=32)
def _likeness(home: Path, runs: tuple[str, ...], k: int) -> Likeness:
    return likeness([_lists(home, run) for run in runs], k)


def _how_alike(compared: Compared, runs: list[RunCard], k: int) -> None:
    titles = [compared.titles[run.id] for run in runs]
    found = _likeness(default_home(), tuple(run.id for run in runs), k)
    if not found.people:
        st.caption("No person was judged on all of these models, so their lists cannot be compared.")
        return
    k = found.length  # fewer than asked for where the catalogue has no more
    which = choose.switch("Likeness", "likeness", [COMMON, RANKED])
    is_common = which == COMMON
    values = k * found.common if is_common else found.rank_biased
    draw_chart(
        likeness_chart(
            titles,
            values,
            "common items" if is_common else "overlap",
            digits=1 if is_common else 2,
            most=k if is_common else 1,
            look=look(),
        ),
        f"likeness-of-lists-{'common' if is_common else 'ranked'}",
        pd.DataFrame(values, index=pd.Index(titles, name="model"), columns=titles).reset_index(),
        finding=_most_and_least(titles, values, k, which),
        source=compared.source,
    )
    st.caption(
        f"Means over {found.people:,} people. Common items: how many of one model's {k} are among the other's. "
        "Rank-biased overlap (Webber, Moffat and Zobel 2010, p = 0.9) counts agreement near the top most: 1 is the "
        "same list in the same order, 0 nothing in common."
    )


def _most_and_least(titles: list[str], values: np.ndarray, k: int, which: str) -> str:
    """The pair that is most alike, and the one that is least."""
    one, other = np.triu_indices(len(titles), 1)
    pairs = values[one, other]
    most, least = int(np.argmax(pairs)), int(np.argmin(pairs))

    def words(pair: int) -> str:
        both = f"{titles[one[pair]]} and {titles[other[pair]]}"
        return f"{both}: {pairs[pair]:.1f} of {k} items" if which == COMMON else f"{both}: {pairs[pair]:.2f}"

    if len(pairs) > 1 and pairs[most] - pairs[least] < SAME:
        return f"Every two models are equally alike, as {words(most)}"
    if len(pairs) == 1:
        return f"In common have {words(0)}" if which == COMMON else f"Overlap of {words(0)}"
    return f"Most alike are {words(most)}; least {words(least)}"


def _only_one(compared: Compared, runs: list[RunCard], k: int) -> None:
    """What the first of two chosen models shows and the second never does, and the other way round."""
    from pages.shared import loaded

    st.subheader("What one shows and another never does", anchor=False)
    known = {run.id: run for run in runs}
    left, right = st.columns(2)
    one = left.selectbox("One model", list(known), 0, compared.titles.__getitem__, key="lists-one")
    others = [run for run in known if run != one]
    other = right.selectbox("The other", others, 0, compared.titles.__getitem__, key="lists-other")
    dataset = loaded.run(one).split.dataset
    mine, theirs, people = _over_the_same(one, other, k, dataset)
    for place, shown, hidden, first, second in ((left, mine, theirs, one, other), (right, theirs, mine, other, one)):
        with place:
            _missed(dataset, shown, hidden, people, compared.titles[first], compared.titles[second])


def _over_the_same(one: str, other: str, k: int, dataset: Dataset) -> tuple[Int64, Int64, int]:
    """The exposures of two runs over the people of both, and how many these are."""
    both = [_lists(default_home(), run) for run in (one, other)]
    users = np.intersect1d(both[0].users, both[1].users)
    shown: list[Int32] = [each.items[np.searchsorted(each.users, users), :k] for each in both]
    return exposure(shown[0], dataset.n_items), exposure(shown[1], dataset.n_items), len(users)


def _missed(dataset: Dataset, shown: Int64, hidden: Int64, people: int, first: str, second: str) -> None:
    items = only_in(shown, hidden)
    if not len(items):
        st.markdown(plain(f"{first} shows nothing that {second} does not show to somebody too."))
        return
    places = shown[items].sum() / shown.sum()
    st.markdown(
        plain(
            f"Of the {np.count_nonzero(shown):,} items that {first} shows, {second} shows {len(items):,} to nobody. "
            f"They fill {100 * places:.0f} % of the places."
        )
    )
    cards = [Card(int(item), note=_seen_by(int(shown[item]), people)) for item in items[:CARDS]]
    grid(dataset, cards, compact=True)


def _seen_by(number: int, people: int) -> str:
    share = 100 * number / people
    return f"shown to {number:,} {'person' if number == 1 else 'people'}" + (f", {share:.0f} %" if share >= 1 else "")


def _how_few(compared: Compared, runs: list[RunCard], k: int) -> None:
    """How few items fill the lists of each model."""
    st.subheader("How few items fill the lists", anchor=False)
    n_items = runs[0].about["passport"]["dataset"]["items"]
    fillings, rows, seen = [], [], dict.fromkeys((run.model for run in runs), 0)
    for run in runs:
        shown = exposure(_lists(default_home(), run.id).items[:, :k], n_items)
        distinct = int(np.count_nonzero(shown))
        at = np.unique(np.geomspace(1, max(1, distinct), 60).round().astype(int))
        shares = filled_places(shown)[at - 1]
        title = compared.titles[run.id]
        fillings.append(Filling(title, compared.colour(run), at.tolist(), shares.tolist(), seen[run.model]))
        rows.append((items_for_half(shown), title, distinct))
        seen[run.model] += 1
    few, many = min(rows), max(rows)
    finding = f"{few[1]} fills half of all places with {few[0]:,} {'item' if few[0] == 1 else 'items'}"
    if len(rows) > 1 and few[0] == many[0]:
        finding = f"Each of the models fills half of all places with {counted(few[0], 'item')}"
    elif len(rows) > 1:
        finding += f", {many[1]} with {many[0]:,}"
    draw_chart(
        filling_chart(fillings, look()),
        "exposure",
        pd.DataFrame(
            [(one.label, items, share) for one in fillings for items, share in zip(one.items, one.shares, strict=True)],
            columns=["model", "items", "share of places"],
        ),
        finding=f"{finding}, of {n_items:,} items in the catalogue",
        source=compared.source,
    )
