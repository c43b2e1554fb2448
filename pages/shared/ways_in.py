"""The ways in: an upload, the server's disk, the web, a database, or a sample. Each but the last begins a draft."""

from pathlib import PurePosixPath

import streamlit as st

from pages.shared import draft, nav
from pages.shared.frame import plain, show_error
from pages.shared.manage_dataset import size
from pages.shared.progress_bar import progress_bar
from pages.shared.samples import add_sample
from recsys_core.data.recipe import UNDECIDED, Recipe
from recsys_core.data.samples import SAMPLES
from recsys_core.data.sources import (
    Entry,
    ServerFile,
    Source,
    connections,
    data_root,
    listing,
    parse_source,
)
from recsys_core.data.sources.server import offered_root
from recsys_core.errors import StudioError

UPLOADS = "uploads"
UP = ".."


def ways_in(recipe: Recipe = UNDECIDED) -> None:
    """Tabs, one for each way.

    Args:
        recipe: what is decided already about the file that comes.
    """
    upload, server, web, database, samples = st.tabs(
        ["Upload", "On this server", "Web address", "Database", "Samples"], key="ways-in"
    )
    with upload:
        _upload(recipe)
    with server:
        _server(recipe)
    with web:
        _web(recipe)
    with database:
        _database(recipe)
    with samples:
        _samples()


def fetch_draft(source: Source, recipe: Recipe, title: str = "") -> None:
    """Begin a draft of what a source holds now; a message where that fails."""
    try:
        with progress_bar() as tell:
            begun = draft.begin_source(source, tell)
    except StudioError as error:
        show_error(error)
        return
    begun.recipe, begun.title = recipe, title or begun.title
    st.rerun()


def _upload(recipe: Recipe) -> None:
    turn = st.session_state.setdefault(UPLOADS, 0)  # a new box for each file: the last one is on disk already
    file = st.file_uploader("Ratings file", key=f"ratings-file-{turn}")
    st.caption(
        "One row says who met what, how they rated it, and when; or one row a person and one column an item. "
        "CSV, TSV or any other separator, Excel, Parquet, JSON lines, also in zip or gzip. What the columns mean is "
        "guessed and shown to you. Titles, people and pictures can be added in the next step."
    )
    if file is not None:
        draft.begin_upload(file).recipe = recipe
        st.session_state[UPLOADS] = turn + 1
        st.rerun()


def _server(recipe: Recipe) -> None:
    try:
        chosen = choose_on_server("server", "File on the server")
    except StudioError as error:
        _not_offered(error)
        return
    if st.button("Read this file", key="read-server", disabled=chosen is None, type="primary"):
        assert chosen is not None
        fetch_draft(ServerFile(path=chosen), recipe)


def choose_on_server(key: str, label: str, folders: bool = False) -> str | None:
    """A file, or a folder, below the one that the server offers; None until one is chosen.

    Raises:
        DataError: none is offered, or it cannot be read.
    """
    root = offered_root()
    place = f"place-{key}"
    here: str = st.session_state.setdefault(place, "")
    entries = {entry.name: entry for entry in listing(root, here)}
    options = [*([UP] if here else []), *entries]

    def go() -> None:
        picked = st.session_state[f"entry-{key}-{here}"]
        if picked == UP:
            st.session_state[place] = _joined(str(PurePosixPath(here).parent), "")
        elif picked in entries and entries[picked].is_folder:
            st.session_state[place] = _joined(here, picked)

    if here:
        st.caption(plain(f"In the folder {here}"))
    picked = st.selectbox(
        label,
        options,
        index=None,
        format_func=lambda name: _entry(entries.get(name)),
        placeholder="Choose from the folder that the server offers" if options else "This folder is empty",
        key=f"entry-{key}-{here}",
        on_change=go,
    )
    if picked is not None and picked in entries and not entries[picked].is_folder:
        return _joined(here, picked)
    return here or None if folders else None


def _joined(folder: str, name: str) -> str:
    path = str(PurePosixPath(folder) / name)
    return "" if path == "." else path


def _entry(entry: Entry | None) -> str:
    if entry is None:
        return "↑ one folder up"
    return f"{entry.name}/" if entry.is_folder else f"{entry.name} · {size(entry.size)}"


def _web(recipe: Recipe) -> None:
    with st.form("web", border=False):
        address = st.text_input("Address", placeholder="https://example.org/ratings.csv", key="web-address")
        sent = st.form_submit_button("Fetch", type="primary")
    st.caption(
        "The server fetches it, up to 2 GB; addresses inside private networks are refused. The address is kept with "
        "the data set, so that next month's file can be fetched again."
    )
    if sent:
        _try_source({"kind": "web", "url": address}, recipe)


def _database(recipe: Recipe) -> None:
    try:
        names = connections()
    except StudioError as error:
        _not_offered(error)
        return
    if not names:
        st.markdown("No database is connected yet.")
        st.caption(
            "Whoever runs this server writes its address into `.streamlit/secrets.toml`, where it stays: "
            '`[connections.shop]` and below it `url = "postgresql+psycopg://…"`.'
        )
        return
    with st.form("database", border=False):
        name = st.selectbox("Database", names, key="database-name")
        query = st.text_area(
            "Query", placeholder="SELECT user_id, item_id, rating, created_at FROM ratings", key="database-query"
        )
        sent = st.form_submit_button("Run the query", type="primary")
    st.caption("One query that only reads. It is kept with the data set; the password is not.")
    if sent:
        _try_source({"kind": "sql", "connection": name, "query": query}, recipe)


def _try_source(filled_in: dict[str, str], recipe: Recipe) -> None:
    try:
        source = parse_source(filled_in)
    except StudioError as error:
        show_error(error)
        return
    fetch_draft(source, recipe)


def _not_offered(error: StudioError) -> None:
    """A way that the operator has not opened is no mistake of the visitor."""
    if data_root() is None and error.code == "server-files-off":
        st.markdown(plain(error.message))
        st.caption(plain(error.fix))
    else:
        show_error(error)


def _samples() -> None:
    for sample in SAMPLES:
        with st.container(horizontal=True, vertical_alignment="center", key=f"row-{sample.key}"):
            with st.container(gap=None):
                st.markdown(f"**{sample.title}**")
                st.caption(f"{sample.description} {sample.licence}")
            if st.button("Add", key=f"sample-{sample.key}", help=f"Add {sample.title}"):
                add_sample(sample.key, nav.DATA)
