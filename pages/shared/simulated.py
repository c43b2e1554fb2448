"""Simulated courses of models, worked out once: shared by Engagement and Present."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from recsys_core.runs.store import default_home, open_workspace
from recsys_core.simulating.assumptions import Assumptions

if TYPE_CHECKING:  # these bring scipy and torch
    from recsys_core.simulating.outcome import Outcome
    from recsys_core.simulating.world import World

DAYS = 60  # unless somebody chooses


def world(runs: Sequence[str]) -> "World":
    """The people of these runs, by their ids, and what each model would show them."""
    return _world(default_home(), tuple(runs))


def outcome(runs: Sequence[str], how: Assumptions, days: int = DAYS) -> "Outcome":
    """What comes of their lists under these assumptions."""
    return _outcome(default_home(), tuple(runs), how.model_dump_json(), days)


@st.cache_resource(show_spinner="Asking the models for everybody's lists", max_entries=8)
def _world(home: Path, runs: tuple[str, ...]) -> "World":
    from recsys_core.runs.simulated import world_of

    workspace = open_workspace(home)
    return world_of(workspace, [workspace.find_run(run) for run in runs])


@st.cache_resource(show_spinner="Simulating", max_entries=64)
def _outcome(home: Path, runs: tuple[str, ...], how: str, days: int) -> "Outcome":
    from recsys_core.simulating.outcome import judge

    found, assumptions = _world(home, runs), Assumptions.model_validate_json(how)
    return judge({run: found.course(run, assumptions, days) for run in runs})
