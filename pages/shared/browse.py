"""The items and the people of a data set, to look through."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared import cache
from pages.shared.cards import Card, grid
from pages.shared.frame import plain
from recsys_core.data.findings import counted
from recsys_core.runs.store import DatasetCard
from recsys_core.types import Int64

MOST_ROWS = 200
MOST_PICTURES = 24


@dataclass(frozen=True)
class Shelf:
    """One side of a data set.

    Attributes:
        ids: Object[n], as people know them.
        names: Object[n], titles or names, "" where unknown.
        counts: Int64[n], events of each.
    """

    noun: Literal["item", "person"]
    table: pd.DataFrame
    ids: np.ndarray
    names: np.ndarray
    counts: Int64


def browse(card: DatasetCard) -> None:
    """Two lists, the ones with the most events first."""
    dataset = cache.dataset(card.id)
    events = dataset.interactions
    items = Shelf(
        "item",
        dataset.item_table.drop(columns="image"),
        dataset.item_ids.values,
        dataset.item_table["title"].to_numpy(dtype=object),
        events.item_counts(),
    )
    people = Shelf(
        "person",
        dataset.user_table,
        dataset.user_ids.values,
        dataset.user_table["name"].to_numpy(dtype=object),
        np.bincount(events.users, minlength=events.n_users),
    )
    with st.expander(f"Items ({dataset.n_items:,})", key=f"browse-items-{card.id}"):
        found = _search(items, card)
        if dataset.image_folder is not None and st.toggle("Pictures", key=f"pictures-{card.id}"):
            _caption(found, MOST_PICTURES)
            shown = found[:MOST_PICTURES].tolist()
            grid(dataset, [Card(item, note=counted(int(items.counts[item]), "event")) for item in shown])
        else:
            _table(items, found)
    with st.expander(f"People ({dataset.n_users:,})", key=f"browse-people-{card.id}"):
        _table(people, _search(people, card))


def _search(shelf: Shelf, card: DatasetCard) -> Int64:
    """Positions of those that fit what was asked for, the ones with the most events first."""
    wanted = st.text_input(
        f"Search {'items' if shelf.noun == 'item' else 'people'}",
        key=f"search-{shelf.noun}-{card.id}",
        placeholder="Part of a title or an id" if shelf.noun == "item" else "Part of a name or an id",
    )
    order = shelf.counts.argsort(kind="stable")[::-1]
    if wanted.strip():
        sought = wanted.strip().casefold()
        fits = np.array(
            [
                sought in str(name).casefold() or sought in str(key).casefold()
                for name, key in zip(shelf.names, shelf.ids, strict=True)
            ],
            dtype=bool,
        )
        order = order[fits[order]]
    if not len(order):
        st.markdown(f"Nothing fits {plain(wanted)}.")
    return order


def _caption(found: Int64, shown: int) -> None:
    if len(found) > shown:
        st.caption(f"The {shown} with the most events of {len(found):,}.")


def _table(shelf: Shelf, found: Int64) -> None:
    if not len(found):
        return
    _caption(found, MOST_ROWS)
    found = found[:MOST_ROWS]
    frame = pd.DataFrame({"id": shelf.ids[found], "events": shelf.counts[found]})
    known = shelf.table.iloc[found].reset_index(drop=True)
    for name in known:
        column = known[name].map(lambda cell: ", ".join(cell) if isinstance(cell, tuple) else cell)
        if column.notna().any() and not (column == "").all():
            frame[str(name) if str(name) not in frame else f"{name} (2)"] = column
    first = [name for name in ("id", "title", "name", "events") if name in frame]
    st.dataframe(
        frame[[*first, *(name for name in frame if name not in first)]],
        hide_index=True,
        column_config={name: name.capitalize() for name in ("id", "title", "name", "events", "genres", "year", "text")},
        alt=f"{'Items' if shelf.noun == 'item' else 'People'} and their number of events",
    )
