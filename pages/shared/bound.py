"""Widgets that show what a draft's recipe says, and change it: the recipe is the one truth, the widget its picture."""

from typing import Any

import streamlit as st

from pages.shared.draft import Draft
from pages.shared.frame import show_error
from recsys_core.errors import StudioError

REFUSED = "refused"


def bind(name: str, value: Any) -> str:
    """The key of a widget that is to show this value, whatever it showed before."""
    key = f"draft-{name}"
    st.session_state[key] = value
    return key


def decide(one: Draft, changes: dict[str, Any], leave_open: tuple[str, ...] = ()) -> None:
    """What a widget does when it is changed. A change that cannot be is said on the page, and not made."""
    try:
        one.decide(changes, leave_open)
    except StudioError as error:
        st.session_state[REFUSED] = error


def show_refused() -> None:
    """Why the latest change was not made."""
    error = st.session_state.pop(REFUSED, None)
    if error is not None:
        show_error(error)
