"""Transfer, what is the same: which people and items are in both data sets, reviewed and put right by hand."""

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from pages.shared import choose
from pages.shared.chart import as_csv
from pages.shared.frame import plain
from pages.shared.transfer_chosen import Chosen
from recsys_core.data.dataset import Dataset

if TYPE_CHECKING:
    from recsys_core.transfer.match import Match

ROWS = 25
PEOPLE = {None: "what the ids look like", True: "the same person", False: "different people"}


def match_view(chosen: Chosen) -> "Match":
    """What both data sets share, as figures and as a table that can be changed.

    Raises:
        DataError: what was said by hand cannot be.
    """
    st.subheader("What is the same", anchor=False)
    place = st.container()
    st.selectbox(
        "Equal ids of people mean",
        list(PEOPLE),
        format_func=PEOPLE.__getitem__,
        key=f"same-people-{chosen.key}",
        help="Ids that are plain numbers, such as 1, 2, 3, seldom mean the same person in two data sets.",
        persist_state="session",
    )
    match, source, target = chosen.match(), chosen.source.data, chosen.target
    with place:
        _figures(match, target)
    _review(chosen, match)
    with st.expander("Say it by hand", key=f"hand-{chosen.key}", on_change="rerun") as hand:
        if hand.open:
            _by_hand(chosen, source, target)
    return match


def _figures(match: "Match", target: Dataset) -> None:
    events, people, items = target.interactions, match.people >= 0, match.items >= 0
    left, right = st.columns(2)
    left.metric("Items in both", f"{match.n_items:,}", help=f"Of {target.n_items:,} of {plain(target.name)}.")
    right.metric("People in both", f"{match.n_people:,}", help=f"Of {target.n_users:,} of {plain(target.name)}.")
    if not len(events):
        return
    shares = [
        f"{100 * known.mean():.0f} % of the events are {words}"
        for known, words in ((items[events.items], "on items in both"), (people[events.users], "of people in both"))
        if known.any()
    ]
    ways = Counter(str(how) for how, known in zip(match.how, items, strict=True) if known)
    told = [f"{number:,} by {way.removeprefix('by ')}" for way, number in ways.most_common()]
    sentences = [f"{'; '.join(shares)}."] if shares else []
    sentences += [f"Items were found: {', '.join(told)}."] if told else []
    st.caption(plain(" ".join(sentences) or "Nothing is the same: only what items are about can be carried over."))


def _review(chosen: Chosen, match: "Match") -> None:
    """The items that were found, the least certain first; unticking one says that it is none."""
    whole = match.review(chosen.source.data, chosen.target)
    if whole.empty:
        st.caption("No item was found in both. Below you can say which ones are the same.")
        return
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    wanted = left.text_input(
        "Find a title", key=f"find-{chosen.key}", placeholder="Part of a title", icon=":material/search:"
    )
    titles = whole["title"].astype(str) + "\n" + whole["source_title"].astype(str)
    shown = whole[titles.str.contains(wanted.strip(), case=False, regex=False)]
    pages = max(1, -(-len(shown) // ROWS))
    page = right.number_input(f"Page of {pages:,}", 1, pages, 1, key=f"page-{chosen.key}-{wanted}")
    part = shown.iloc[(page - 1) * ROWS : page * ROWS].reset_index(drop=True)
    _editor(chosen, part)
    st.caption("The least certain come first. Untick what is not the same.")
    with st.container(horizontal=True):
        st.download_button(
            "All as CSV",
            lambda: as_csv(whole),
            "matches.csv",
            "text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key=f"save-{chosen.key}",
        )
        if chosen.pairs and st.button(f"Undo all {len(chosen.pairs):,} by hand", type="tertiary"):
            chosen.pairs.clear()
            st.rerun()


def _editor(chosen: Chosen, part: pd.DataFrame) -> None:
    """Rows with a tick; the key changes with what was said, so that the table begins anew with it."""
    same = part["source_id"] != ""
    table = pd.DataFrame(
        {
            "same": same,
            "here": _titled(part["title"], part["id"]),
            "year": part["year"],
            "there": _titled(part["source_title"], part["source_id"]),
            "year there": part["source_year"],
            "found by": part["how"].map(str),
            "likeness": part["likeness"],
        }
    )
    edited = st.data_editor(
        table,
        hide_index=True,
        disabled=[str(name) for name in table if name != "same"],
        column_config={
            "same": st.column_config.CheckboxColumn("Same?", width="small"),
            "here": st.column_config.TextColumn(chosen.target.name, width="medium"),
            "year": st.column_config.NumberColumn("Year", format="%d"),
            "there": st.column_config.TextColumn(chosen.source.data.name, width="medium"),
            "year there": st.column_config.NumberColumn("Year", format="%d"),
            "found by": st.column_config.TextColumn("Found by"),
            "likeness": st.column_config.ProgressColumn("Likeness", min_value=0.0, max_value=1.0, format="%.2f"),
        },
        placeholder="–",
        key=f"same-items-{chosen.key}-{hash(tuple(part['id']))}-{hash(tuple(chosen.pairs.items()))}",
    )
    changed = edited["same"].to_numpy() != same.to_numpy()
    for identifier, is_same in zip(part["id"][changed], edited["same"][changed], strict=True):
        if is_same:
            chosen.pairs.pop(str(identifier), None)
        else:
            chosen.pairs[str(identifier)] = ""
    if changed.any():
        st.rerun()


def _titled(titles: pd.Series, ids: pd.Series) -> pd.Series:
    return titles.astype(str).where(titles.astype(str) != "", ids.astype(str))


def _by_hand(chosen: Chosen, source: Dataset, target: Dataset) -> None:
    """Two boxes, and a press that says that what they hold is the same."""
    ours = choose.find_item(plain(target.name), range(target.n_items), target, f"ours-{chosen.key}")
    theirs = choose.find_item(plain(source.name), range(source.n_items), source, f"theirs-{chosen.key}")
    if st.button("These are the same", disabled=ours is None or theirs is None, key=f"pair-{chosen.key}"):
        assert ours is not None
        assert theirs is not None
        there = str(source.item_ids.values[theirs])
        for other in [one for one, said in chosen.pairs.items() if said == there]:
            del chosen.pairs[other]  # the last word counts
        chosen.pairs[str(target.item_ids.values[ours])] = there
        st.rerun()
