"""What logs say about the lists of runs, worked out once: shared by Engagement, Compare and Transfer."""

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import cache, loaded
from recsys_core.errors import StudioError
from recsys_core.runs.cards import RunCard
from recsys_core.runs.impression_files import LogCard
from recsys_core.runs.store import default_home, open_workspace

if TYPE_CHECKING:  # brings torch
    from recsys_core.runs.policies import Judged


def runs_of(card: LogCard) -> list[RunCard]:
    """The finished runs that a log can judge, newest first."""
    runs = {run.id: run for run in cache.workspace().runs()}
    return [runs[one] for one in _runs_of(default_home(), card.id, tuple(runs)) if one in runs]


def log_of(run: RunCard) -> LogCard | None:
    """The newest log that can judge a run; None where there is none, or where it cannot be read."""
    for card in cache.workspace().logs():
        try:
            if run.id in {one.id for one in runs_of(card)}:
                return card
        except StudioError:
            continue
    return None


def judged_run(run: str, card: LogCard, spread: float) -> "Judged":
    """What the lists of a run would have been clicked.

    Raises:
        StudioError: the log cannot judge it, or something cannot be read.
    """
    return _judged_run(default_home(), run, card.id, spread)


def judged_log(other: LogCard, card: LogCard) -> "Judged":
    """The same of the lists of another log."""
    return _judged_log(default_home(), other.id, card.id)


@st.cache_data(show_spinner="Looking for models of these items", max_entries=64)
def _runs_of(home: Path, identifier: str, runs: tuple[str, ...]) -> list[str]:
    from recsys_core.runs.policies import runs_judged_by

    return [run.id for run in runs_judged_by(open_workspace(home), cache.log(identifier)) if run.id in runs]


@st.cache_resource(show_spinner=False, max_entries=512)
def _judged_run(home: Path, run: str, identifier: str, spread: float) -> "Judged":
    from recsys_core.runs.policies import judge_run

    return judge_run(loaded.run(run), cache.log(identifier), spread)


@st.cache_resource(show_spinner="Weighing the log", max_entries=64)
def _judged_log(home: Path, other: str, identifier: str) -> "Judged":
    from recsys_core.runs.policies import judge_log

    return judge_log(cache.log(other), cache.log(identifier))
