"""What the curves of a training say, with the setting to try next at one press."""

from typing import Any

import streamlit as st

from pages.shared import choose
from pages.shared.fine_tune_form import put_start_into_form
from pages.shared.frame import plain
from recsys_core.errors import StudioError
from recsys_core.models import find_model
from recsys_core.runs.jobs import TrainSpec
from recsys_core.training.context import EpochEnded
from recsys_core.training.diagnosis import Finding, diagnose

ICONS = {"fine": ":material/check_circle:"}
OTHER_ICON = ":material/lightbulb:"


def findings(spec: TrainSpec, history: list[EpochEnded], ended: bool) -> list[Finding]:
    """What there is to say; nothing of settings that were refused."""
    try:
        return diagnose(history, find_model(spec.model).Config.parse(spec.settings), ended)
    except StudioError:
        return []


def show_findings(found: list[Finding], spec: TrainSpec, key: str, with_buttons: bool = True) -> None:
    """Sentences, and what to press.

    Args:
        found: what is said.
        spec: of the training; a suggestion changes its settings.
        key: tells these buttons from those of other trainings.
        with_buttons: a press draws the whole page anew, which cannot be done from within a part that polls.
    """
    for finding in found:
        with st.container(horizontal=True, vertical_alignment="center", key=f"ft-finding-{finding.key}-{key}"):
            st.markdown(f"{ICONS.get(finding.key, OTHER_ICON)} {plain(finding.sentence)}", width="stretch")
            if finding.changes and with_buttons:
                st.button(
                    finding.advice,
                    key=f"try-{finding.key}-{key}",
                    help="Puts the settings of this training, with this change, into the form.",
                    on_click=_put_into_form,
                    args=(spec, finding.changes, finding.advice),
                )


def _put_into_form(spec: TrainSpec, changes: dict[str, Any], advice: str) -> None:
    choose.remember(choose.DATASET, spec.dataset)
    choose.remember(choose.MODEL, spec.model)
    st.session_state[f"settings-{spec.model}"] = dict(spec.settings) | dict(changes)
    put_start_into_form(spec)
    st.toast(
        f"{advice.removeprefix('Try ').capitalize()} is in the form: press Start training.", icon=":material/tune:"
    )
