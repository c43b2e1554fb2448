"""A finished run as a command and as Python, to copy."""

import streamlit as st

from pages.shared import cache
from pages.shared.frame import plain, show_error
from recsys_core.errors import StudioError
from recsys_core.runs.store import RunCard


def reproduce_menu(run: RunCard) -> None:
    """A button that opens to both; each block has its own button to copy."""
    menu = st.popover("Copy", icon=":material/content_copy:", key=f"copy-{run.id}", on_change="rerun")
    if not menu.open:  # what is in it costs a look at the disk for each card
        return
    from recsys_core.runs.reproduce import reproduce

    with menu:
        try:
            found = reproduce(cache.workspace(), run)
        except StudioError as error:
            show_error(error)
            return
        command, python = st.tabs(["As command", "As Python"])
        with command:
            st.code(found.command, language="bash", wrap_lines=True)
        with python:
            st.code(found.python, language="python", wrap_lines=True, height=320)
        st.caption(
            plain(
                "Run it in the folder of Foretaste, with its environment active: it measures the same figures, to the "
                f"last digit, on this machine. {found.caveat}".strip()
            )
        )
