"""How well a run serves somebody new by how much is known of them, measured once while the server runs."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import loaded
from recsys_core.runs.store import default_home

if TYPE_CHECKING:
    from recsys_core.comparing.thermometer import Newcomers
    from recsys_core.statistics.estimates import PerUser

ASKED, MOST_SECONDS = 20, 4.0


def newcomers_of(run: str) -> "Newcomers":
    """Who stands for somebody new in the split of a run.

    Raises:
        SplitError: there are too few people.
    """
    return _newcomers(default_home(), run)


def curve_of(run: str) -> "dict[str, list[PerUser]]":
    """Metric → figures of these people, one for each number of known events.

    Raises:
        SplitError: there are too few people.
        AbilityError: the model cannot be told of new people.
    """
    return _curve(default_home(), run)


def is_quick(run: str) -> bool:
    """Whether the curve of a run takes seconds only, from how long a few of the people take."""
    return _is_quick(default_home(), run)


@st.cache_data(show_spinner=False, max_entries=64)
def _newcomers(home: Path, run: str) -> "Newcomers":
    from recsys_core.comparing.thermometer import newcomers

    return newcomers(loaded.run(run).split)


@st.cache_data(show_spinner=False, max_entries=128)
def _curve(home: Path, run: str) -> "dict[str, list[PerUser]]":
    from recsys_core.comparing.thermometer import thermometer

    opened = loaded.run(run)
    return thermometer(opened.model, opened.split, _newcomers(home, run))


@st.cache_data(show_spinner=False, max_entries=128)
def _is_quick(home: Path, run: str) -> bool:
    opened, people = loaded.run(run), _newcomers(home, run)
    some = opened.split.test.known.take(people.users[:ASKED])
    opened.model.score_histories(some)  # what is prepared at the first question is not counted
    started = time.perf_counter()
    opened.model.score_histories(some)
    seconds = time.perf_counter() - started
    return seconds * len(people.known) * max(1.0, len(people.users) / ASKED) < MOST_SECONDS
