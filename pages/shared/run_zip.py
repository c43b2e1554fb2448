"""A model as a file: to take along, and to open one that was made elsewhere."""

import io
from pathlib import Path

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.frame import plain, show_error
from recsys_core.errors import StudioError
from recsys_core.runs.store import default_home, open_workspace

BROUGHT = "brought-run"  # what is said of the file that was opened last


def take_along(titles: dict[str, str]) -> None:
    """Between installations: a model of these goes out as a zip file, and one comes in.

    Args:
        titles: run id → what to call it; none where there is no model yet.
    """
    with st.expander("Take a model along, or open one from elsewhere", icon=":material/inventory_2:"):
        left, right = st.columns(2, gap="large")
        if titles:
            with left:
                _export(titles)
        with right if titles else left:
            _open()


def _export(titles: dict[str, str]) -> None:
    run = st.selectbox("Model to take along", list(titles), format_func=titles.__getitem__, key="take-run")
    home = default_home()
    st.download_button(
        "Download",
        lambda: packed(home, run),
        file_name=f"{run}.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        key="take-download",
    )
    st.caption(
        "Model, split, figures, curves, and all events and titles that it was trained and judged on: share it only "
        "with whom you may share these. Pictures of items stay here."
    )


def packed(home: Path, run: str) -> io.BytesIO:
    """The file, as it is sent."""
    from recsys_core.runs.run_zip import export_run

    target = io.BytesIO()
    export_run(open_workspace(home), run, target)
    target.seek(0)
    return target


def _open() -> None:
    file = st.file_uploader("Model from elsewhere", type="zip", key="bring-file")
    if st.button("Open", icon=":material/unarchive:", key="bring-run", disabled=file is None) and file is not None:
        _bring(file)
    if BROUGHT in st.session_state:
        words, run = st.session_state.pop(BROUGHT)
        st.success(plain(words), icon=":material/check:")
        st.page_link(
            nav.RECOMMENDATIONS.path,
            label="See what it recommends",
            icon=":material/arrow_forward:",
            query_params={choose.RUN: run},
        )


def _bring(file: io.BytesIO) -> None:
    from recsys_core.runs.run_zip import import_run

    try:
        with st.spinner("Looking at all that is in it"):
            opened = import_run(cache.workspace(), file)
    except StudioError as error:
        show_error(error)
        return
    run = opened.run
    words = "is here now" if opened.is_new else "was here already, with the same content"
    st.session_state[BROUGHT] = (f"{run.title} on {run.about['dataset_name']} {words}.", run.id)
    st.rerun()
