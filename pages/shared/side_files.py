"""What is known besides the ratings of a draft: tables of items and of people, and pictures."""

from pathlib import Path

import streamlit as st

from pages.shared.bound import bind, decide
from pages.shared.draft import Draft, SideFile, keep_upload
from pages.shared.frame import plain, show_error
from pages.shared.manage_dataset import size
from pages.shared.ways_in import choose_on_server
from recsys_core.data.dataset import ITEM_COLUMNS, USER_COLUMNS
from recsys_core.data.side.columns import guess_item_columns, guess_people_columns
from recsys_core.data.sources import ServerFile, data_root, listing
from recsys_core.data.sources.server import find_file, offered_root
from recsys_core.errors import StudioError

ROLES = {
    "items": ("Item file", "Titles, genres, texts, years and whatever else is known, joined by the item's id."),
    "people": ("People file", "Names and whatever else is known, joined by the person's id."),
    "images": ("Pictures", "A zip of pictures, named as in the item file or by the item's id."),
}
COLUMNS = {"items": "item_columns", "people": "person_columns"}  # what is decided about them, in the recipe


def side_files(one: Draft) -> None:
    """One box each: the file that was given, or the ways to give one."""
    for cell, (role, (label, help)) in zip(st.columns(len(ROLES)), ROLES.items(), strict=True):
        with cell, st.container(key=f"side-{role}"):
            if role in one.sides:
                _given(one, role, label)
            else:
                _wanted(one, role, label, help)
    if "images" not in one.sides and one.has_picture_addresses():
        one.fetch_pictures = st.checkbox(
            "Fetch the pictures from the addresses in the item file",
            value=one.fetch_pictures,
            key=f"fetch-pictures-{one.folder.name}",
            help="At the import, up to 5,000 of them; addresses inside private networks are refused.",
        )


def _given(one: Draft, role: str, label: str) -> None:
    side = one.sides[role]
    with st.container(border=True):
        told = "folder" if side.path.is_dir() else size(side.path.stat().st_size)
        st.caption(label)
        st.markdown(f"**{plain(side.name)}** · {told}")
        with st.container(horizontal=True, gap="small"):
            if role in COLUMNS:
                with st.popover("Its columns", key=f"columns-{role}"):
                    _columns(one, role)
            st.button("Remove", key=f"remove-{role}", on_click=_remove, args=(one, role), help=f"Remove: {label}")


def _columns(one: Draft, role: str) -> None:
    """What the columns of a side file mean, as guessed or as chosen."""
    field = COLUMNS[role]
    chosen: dict[str, str | None] = getattr(one.recipe, field) or {}
    try:
        table = one.side_table(role)
        guess = guess_item_columns if role == "items" else guess_people_columns
        told = guess(table, roles=chosen)
    except StudioError:
        st.caption("They cannot be told; the reason stands below.")
        return
    st.caption("What is not chosen here becomes an attribute under its own name.")
    for meaning in ("id", *(ITEM_COLUMNS if role == "items" else USER_COLUMNS)):
        key = bind(f"{role}-{meaning}", getattr(told, meaning))
        st.selectbox(
            meaning.capitalize(),
            [*([] if meaning == "id" else [None]), *table.columns],
            format_func=lambda name: "none" if name is None else name,
            placeholder="none",
            key=key,
            on_change=_choose_column,
            args=(one, field, chosen, meaning, key),
        )


def _choose_column(one: Draft, field: str, chosen: dict[str, str | None], meaning: str, key: str) -> None:
    decide(one, {field: chosen | {meaning: st.session_state[key]}})


def _remove(one: Draft, role: str) -> None:
    one.sides.pop(role, None)
    if role in COLUMNS:
        one.decide({}, leave_open=(COLUMNS[role],))


def _wanted(one: Draft, role: str, label: str, help: str) -> None:
    turn = st.session_state.setdefault(f"{role}-turn", 0)
    file = st.file_uploader(label, key=f"{role}-file-{turn}", help=help)
    if file is not None:
        one.sides[role] = SideFile(file.name, keep_upload(file, one.folder))
        st.session_state[f"{role}-turn"] = turn + 1
        st.rerun()
    if data_root() is not None:
        _on_server(one, role)


def _on_server(one: Draft, role: str) -> None:
    with st.expander("From this server", key=f"server-{role}"):
        try:
            chosen = choose_on_server(role, "File or folder" if role == "images" else "File", folders=role == "images")
            if st.button("Use it", key=f"use-{role}", disabled=chosen is None):
                assert chosen is not None
                one.sides[role] = SideFile(chosen, _on_disk(chosen, role))
                st.rerun()
        except StudioError as error:
            show_error(error)


def _on_disk(path: str, role: str) -> Path:
    """A file below the folder that the server offers; for pictures also a folder."""
    root = offered_root()
    if role == "images" and (root / path).is_dir():
        listing(root, path)  # refuses what leads out of the root
        return (root / path).resolve()
    return find_file(ServerFile(path=path))
