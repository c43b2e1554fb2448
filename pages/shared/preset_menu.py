"""Saving the settings of the form as a preset; passing presets on; taking in those of others."""

from typing import Any

import streamlit as st

from pages.shared import cache, choose
from pages.shared.frame import plain, show_error
from recsys_core.errors import StudioError
from recsys_core.models import Recommender
from recsys_core.runs.presets import LONGEST_NAME, Presets

SAID, TURN = "preset-said", "preset-file-turn"


def saved_presets() -> Presets:
    return Presets(cache.workspace().root)


def preset_menu(model: type[Recommender], settings: dict[str, Any]) -> None:
    """Below the settings: all that can be done with saved presets."""
    if SAID in st.session_state:
        st.toast(st.session_state.pop(SAID), icon=":material/bookmark:")
    key = model.info.key
    with st.expander("Presets", icon=":material/bookmark:", key=f"presets-{key}"):
        with st.form(f"save-preset-{key}", border=False, clear_on_submit=True):
            name = st.text_input(
                "Save these settings as", max_chars=LONGEST_NAME, placeholder="a name", key=f"preset-name-{key}"
            )
            if st.form_submit_button("Save as preset", width="stretch"):
                _save(key, name, settings)
        for saved in saved_presets().all(key):
            _saved(key, saved)
        turn = st.session_state.setdefault(TURN, 0)  # a new box for each file
        file = st.file_uploader("Preset from a file", "json", key=f"preset-file-{turn}", max_upload_size=1)
        if file is not None:
            st.session_state[TURN] = turn + 1
            _take_in(file.getvalue())


def _save(model: str, name: str, settings: dict[str, Any]) -> None:
    try:
        kept = saved_presets().save(model, name, settings)
    except StudioError as error:
        show_error(error)
        return
    _say(f"Saved as {kept}.")


def _saved(model: str, name: str) -> None:
    """A preset's name, and what can be done with it."""
    st.markdown(plain(name))
    with st.container(horizontal=True):
        st.download_button(
            "Download",
            saved_presets().export(model, name),
            f"preset-{model}.json",
            "application/json",
            key=f"download-preset-{model}-{name}",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
        if st.button("Delete", key=f"delete-preset-{model}-{name}", icon=":material/delete:", type="tertiary"):
            saved_presets().delete(model, name)
            _say(f"Deleted {name}.")


def _take_in(content: bytes) -> None:
    try:
        preset = saved_presets().take_in(content)
    except StudioError as error:
        show_error(error)
        return
    choose.remember(choose.MODEL, preset.model)
    st.session_state[f"settings-{preset.model}"] = preset.settings
    _say(f"{preset.name} is in the form.")


def _say(words: str) -> None:
    st.session_state[SAID] = plain(words)
    st.rerun()
