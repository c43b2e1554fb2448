"""Everybody's list as a file to take along."""

import io

import numpy as np
import streamlit as st

from pages.shared.frame import plain
from recsys_core.runs.list_export import write_lists
from recsys_core.runs.run_files import LoadedRun

FORMATS = {"csv": "CSV", "parquet": "Parquet"}


def export_lists(identifier: str, run: LoadedRun, k: int) -> None:
    """The top k of all people of the data set, made when it is asked for."""
    n_users = run.split.dataset.n_users
    with st.expander("Lists for everybody", icon=":material/download:"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            format = st.segmented_control(
                "Format",
                list(FORMATS),
                format_func=FORMATS.__getitem__,
                default="csv",
                required=True,
                key="lists-format",
            )
            st.download_button(
                f"Download the top {k} of {n_users:,} people",
                lambda: _file(run, k, format or "csv"),
                file_name=f"{identifier}-top-{k}.{format}",
                icon=":material/download:",
                on_click="ignore",
                key="lists-download",
            )
        st.caption(
            plain(
                f"A row for each place: user, rank, item, title, score ({run.model.score_meaning}). Left out is what a "
                "person is known to have met before the held-out events; what was held out may be recommended. In "
                "CSV, text that a spreadsheet would run as a formula begins with an apostrophe; Parquet is as it is."
            )
        )


def _file(run: LoadedRun, k: int, format: str) -> io.BytesIO:
    target = io.BytesIO()
    write_lists(run, np.arange(run.split.dataset.n_users), k, format, target)
    target.seek(0)
    return target
