"""Loaded runs. Apart from ``cache`` because models bring torch, which most pages open without."""

from pathlib import Path

import streamlit as st

from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home, open_workspace


def run(identifier: str) -> LoadedRun:
    return _run(default_home(), identifier)


@st.cache_resource(show_spinner="Opening the model", max_entries=4)
def _run(home: Path, identifier: str) -> LoadedRun:
    return open_workspace(home).load_run(identifier)
