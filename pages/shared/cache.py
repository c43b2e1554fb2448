"""The workspace, the job runner, and what is read from disk once.

Caches are keyed by ids whose content never changes, never by frames: Streamlit hashes large frames from a sample.
Cached objects are shared by all visitors: read them, never write to them.
"""

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recsys_core.data.dataset import Dataset
from recsys_core.runs.forecasts import Forecasts
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.pilots import Pilots
from recsys_core.runs.runner import JobRunner
from recsys_core.runs.store import Workspace, default_home, open_workspace

if TYPE_CHECKING:
    from recsys_core.content.held import Held
    from recsys_core.data.impressions.click_profile import ClickProfile
    from recsys_core.data.impressions.log import Impressions
    from recsys_core.data.profiling.profile import Profile
    from recsys_core.runs.maps import Maps


def workspace() -> Workspace:
    return open_workspace(default_home())


def runner() -> JobRunner:
    return _runner(default_home())


def jobs() -> Jobs:
    return runner().jobs


@lru_cache(maxsize=8)
def _runner(home: Path) -> JobRunner:
    return JobRunner(open_workspace(home))


def pilots() -> Pilots:
    return _pilots(default_home())


def forecasts() -> Forecasts:
    return Forecasts(workspace().database)


@lru_cache(maxsize=8)
def _pilots(home: Path) -> Pilots:
    return Pilots(open_workspace(home), Jobs(open_workspace(home).database))


def maps() -> "Maps":
    return _maps(default_home())


@lru_cache(maxsize=8)
def _maps(home: Path) -> "Maps":
    from recsys_core.runs.maps import Maps  # brings torch

    return Maps(open_workspace(home))


def dataset(identifier: str) -> Dataset:
    return _dataset(default_home(), identifier)


@st.cache_resource(show_spinner="Reading the data", max_entries=4)
def _dataset(home: Path, identifier: str) -> Dataset:
    return open_workspace(home).load_dataset(identifier)


def fingerprint(identifier: str) -> str:
    """Of a data set; the data are not read for it."""
    return _fingerprint(default_home(), identifier)


@st.cache_data(show_spinner=False, max_entries=256)
def _fingerprint(home: Path, identifier: str) -> str:
    return open_workspace(home).fingerprint(identifier)


def profile(identifier: str) -> "Profile":
    return _profile(default_home(), identifier)


@st.cache_resource(show_spinner=False, max_entries=16)
def _profile(home: Path, identifier: str) -> "Profile":
    from recsys_core.data.profiling.profile import profile as profile_of

    return profile_of(_dataset(home, identifier))


def held(identifier: str) -> "Held":
    """How much is known about the items of a data set."""
    return _held(default_home(), identifier)


@st.cache_data(show_spinner=False, max_entries=32)
def _held(home: Path, identifier: str) -> "Held":
    from recsys_core.content.held import Held

    return Held.by(_dataset(home, identifier))


def log(identifier: str) -> "Impressions":
    """An impression log."""
    return _log(default_home(), identifier)


@st.cache_resource(show_spinner="Reading the log", max_entries=4)
def _log(home: Path, identifier: str) -> "Impressions":
    return open_workspace(home).load_log(identifier)


def clicks(identifier: str, zone: str = "UTC") -> "ClickProfile":
    """The click-through rates of an impression log, with the days of a time zone."""
    return _clicks(default_home(), identifier, zone)


@st.cache_resource(show_spinner="Counting clicks", max_entries=16)
def _clicks(home: Path, identifier: str, zone: str) -> "ClickProfile":
    from recsys_core.data.impressions.click_profile import click_profile

    return click_profile(_log(home, identifier), zone)
