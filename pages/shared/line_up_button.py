"""One press queues the models that are worth trying on any data."""

import uuid

import streamlit as st

from pages.shared import cache
from pages.shared.frame import plain, show_error
from recsys_core.data.findings import counted
from recsys_core.errors import StudioError
from recsys_core.models import STANDARD_LINE_UP, find_model
from recsys_core.runs.jobs import Executor
from recsys_core.runs.line_up import LineUp, line_up
from recsys_core.runs.store import DatasetCard
from recsys_core.splitting import SplitRecipe
from recsys_core.training.devices import Device

SAID = "line-up-said"


def line_up_button(card: DatasetCard, recipe: SplitRecipe, executor: Executor, device: Device) -> bool:
    """The button, and what the last press came to; True where something was queued."""
    titles = [find_model(key).info.title for key in STANDARD_LINE_UP]
    pressed = st.button(
        "Train the standard line-up",
        width="stretch",
        icon=":material/playlist_play:",
        help=f"{', '.join(titles)}: balanced settings, the split and the seed chosen here, one after the other. "
        "Those that cannot learn from these data are left out.",
    )
    if not pressed:
        _show_said(card)
        return False
    try:
        found = line_up(cache.workspace(), cache.jobs(), card.id, recipe, executor, device)
    except StudioError as error:
        show_error(error)
        return False
    for spec in found.specs:
        cache.runner().submit(spec, uuid.uuid4().hex)
    st.session_state[SAID] = card.id, found
    return True


def _show_said(card: DatasetCard) -> None:
    """How many models the last press queued, and why others were left out."""
    dataset, found = st.session_state.get(SAID, ("", None))
    if dataset != card.id or not isinstance(found, LineUp):
        return
    if not found.specs:
        st.caption("Nothing new to train.")
    elif any(job.is_active for job in cache.jobs().all()):  # afterwards, their cards say what became of them
        st.caption(f"{counted(len(found.specs), 'model')} queued.")
    if found.left_out:
        with st.expander(f"{len(found.left_out)} left out"):
            for title, reason in found.left_out.items():
                st.caption(f"**{plain(title)}**: {plain(reason)}")
