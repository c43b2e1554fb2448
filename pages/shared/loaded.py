"""Loaded runs. Apart from ``cache`` because models bring torch, which most pages open without."""

from pathlib import Path

import streamlit as st

from recsys_core.interview import Questions
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import default_home, open_workspace


def run(identifier: str) -> LoadedRun:
    return _run(default_home(), identifier)


@st.cache_resource(show_spinner="Opening the model", max_entries=4)
def _run(home: Path, identifier: str) -> LoadedRun:
    return open_workspace(home).load_run(identifier)


def questions(run: str) -> Questions:
    """What to ask somebody new, for the data of a run."""
    return _questions(default_home(), run)


@st.cache_resource(show_spinner="Choosing questions", max_entries=16)
def _questions(home: Path, identifier: str) -> Questions:
    return Questions.of(_run(home, identifier).split)
