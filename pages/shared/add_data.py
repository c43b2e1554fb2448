"""Bring ratings in: a file of one's own, or a sample."""

import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, choose, nav
from pages.shared.frame import plain, show_error
from pages.shared.samples import add_sample
from recsys_core.data.dialect import DELIMITERS
from recsys_core.data.importing import Preview, import_ratings, preview
from recsys_core.data.roles import Columns
from recsys_core.data.samples import SAMPLES
from recsys_core.errors import StudioError

UPLOADS, IMPORTED = "uploads", "imported"
ROLES = {"user": "Person", "item": "Item", "rating": "Rating", "time": "Time"}


def add_data() -> None:
    """Two ways in."""
    upload, samples = st.tabs(["Upload a file", "Try a sample"])
    with upload:
        _upload()
    with samples:
        _samples()


def _samples() -> None:
    for sample in SAMPLES:
        words, button = st.columns([4, 1], vertical_alignment="center")
        words.markdown(f"**{sample.title}**")
        words.caption(f"{sample.description} {sample.licence}")
        if button.button("Add", key=f"sample-{sample.key}", width="stretch"):
            add_sample(sample.key, nav.DATA)


def _upload() -> None:
    st.caption(
        "One row says who met what, and how they rated it: CSV, TSV, or separated by ; or | or ::, with or without a "
        "header. Titles and genres are optional and joined by the item's id."
    )
    left, right = st.columns(2)
    turn = st.session_state.setdefault(UPLOADS, 0)  # an import empties both boxes for the next one
    ratings = left.file_uploader("Ratings", key=f"ratings-file-{turn}")
    items = right.file_uploader("Titles and genres (optional)", key=f"items-file-{turn}")
    if ratings is None:
        return
    with tempfile.TemporaryDirectory(prefix="foretaste-") as folder:
        try:
            path = _on_disk(ratings, Path(folder), "ratings")
            items_path = None if items is None else _on_disk(items, Path(folder), "items")
            _confirm(path, items_path, ratings.name)
        except StudioError as error:
            show_error(error)


def _on_disk(upload: Any, folder: Path, role: str) -> Path:
    """Copy an upload into a folder of ours, under its own name as far as that is harmless."""
    (folder / role).mkdir()
    path = folder / role / (re.sub(r"[^\w.-]", "_", Path(upload.name).name)[-80:].lstrip(".") or role)
    with path.open("wb") as file:
        upload.seek(0)
        shutil.copyfileobj(upload, file)
    return path


def _confirm(path: Path, items: Path | None, name: str) -> None:
    """Show the guess, let it be changed, and import."""
    st.markdown(f"**{plain(name)}** is read like this. Change what is wrong:")
    cells = st.columns(6)
    found = _dialect(path, cells, name)
    columns = _columns(found, cells, name)
    st.dataframe(found.frame, hide_index=True, height=240)
    title = st.text_input("Name of the data set", Path(name).stem[:80], key=f"name-{name}")
    if st.button("Import", type="primary", icon=":material/download_done:", disabled=columns is None):
        assert columns is not None
        with st.spinner("Reading and checking"):
            imported = import_ratings(
                path,
                title,
                dialect=found.dialect,
                columns=columns,
                implicit=columns.rating is None,
                items=items,
                origin=f"Uploaded from the file {name}.",
            )
            card = cache.workspace().save_dataset(imported.dataset, imported.summary())
        choose.remember(choose.DATASET, card.id)
        st.session_state[UPLOADS] += 1
        st.session_state[IMPORTED] = f"Imported {plain(card.name)}"
        st.switch_page(nav.DATA.path, query_params={choose.DATASET: card.id})


def _dialect(path: Path, cells: Sequence[DeltaGenerator], name: str) -> Preview:
    """The separator and the header as guessed or as changed, and the file read that way."""
    guess = preview(path)
    delimiters = list(DELIMITERS)
    delimiter = cells[0].selectbox(
        "Separator", delimiters, delimiters.index(guess.dialect.delimiter), _delimiter_name, key=f"separator-{name}"
    )
    header = cells[1].selectbox(
        "First row", [True, False], int(not guess.dialect.header), _header_name, key=f"header-{name}"
    )
    dialect = replace(guess.dialect, delimiter=delimiter, header=header)
    return guess if dialect == guess.dialect else preview(path, dialect)


def _delimiter_name(delimiter: str) -> str:
    return {"\t": "tab", " ": "space"}.get(delimiter, delimiter)


def _header_name(header: bool) -> str:
    return "column names" if header else "data"


def _columns(found: Preview, cells: Sequence[DeltaGenerator], name: str) -> Columns | None:
    """Who, what, how much and when, as guessed or as changed; None until who and what are chosen."""
    if found.problem is not None:
        show_error(found.problem)
    names = list(found.frame.columns)
    chosen = {}
    for cell, (role, label) in zip(cells[2:], ROLES.items(), strict=True):
        guess = None if found.columns is None else getattr(found.columns, role)
        options = [None, *names]
        chosen[role] = cell.selectbox(
            label,
            options,
            options.index(guess),
            format_func=lambda name: "none" if name is None else name,
            key=f"{role}-{name}-{found.dialect}",
        )
    user, item = chosen["user"], chosen["item"]
    return None if user is None or item is None else Columns(user, item, chosen["rating"], chosen["time"])
