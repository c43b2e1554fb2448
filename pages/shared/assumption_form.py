"""The assumptions of a simulation as sliders, each with its unit and the reason for where it stands at first."""

from typing import Any

import streamlit as st

from pages.shared.frame import plain
from recsys_core.errors import StudioError
from recsys_core.simulating.assumptions import ASSUMPTIONS, CALLED, Assumption, Assumptions

CHANGED = "assume"  # in the address: name:value, for what is not as it comes


def assumption_form() -> Assumptions:
    """Draw them in groups; what is changed is in the address."""
    _begin()
    changed = st.container()
    for group in dict.fromkeys(one.group for one in ASSUMPTIONS):
        with st.expander(group):
            for one in ASSUMPTIONS:
                if one.group == group:
                    _widget(one)
    how = Assumptions(**{one.name: st.session_state[_key(one)] for one in ASSUMPTIONS})
    others = [one for one in ASSUMPTIONS if getattr(how, one.name) != one.default]
    with changed:
        _tell(others, how)
    if others:
        st.query_params[CHANGED] = ",".join(f"{one.name}:{getattr(how, one.name)}" for one in others)
    elif CHANGED in st.query_params:
        del st.query_params[CHANGED]
    return how


def _key(one: Assumption) -> str:
    return f"assume-{one.name}"


def _begin() -> None:
    """At first they stand as the address says, and as they come where it says nothing or nonsense."""
    if all(_key(one) in st.session_state for one in ASSUMPTIONS):
        return
    pairs = (pair.partition(":") for pair in st.query_params.get(CHANGED, "").split(",") if pair)
    try:
        how = Assumptions.parse({name: value for name, _, value in pairs})
    except StudioError:
        how = Assumptions()
    _set(how)


def _set(how: Assumptions) -> None:
    for one in ASSUMPTIONS:
        st.session_state[_key(one)] = getattr(how, one.name)


def _widget(one: Assumption) -> None:
    about: dict[str, Any] = {"key": _key(one), "help": plain(one.words), "persist_state": "session"}
    if not one.step:
        st.selectbox(one.title, one.ends, format_func=called, **about)
    else:
        kind = type(one.default)
        low, high = map(kind, one.ends)
        unit = f", {one.unit}" if one.unit else ""
        st.slider(f"{one.title}{unit}", low, high, step=kind(one.step), format="%d" if kind is int else "%.3g", **about)
    default = called(one.default) if not one.step else f"{one.default:g}"
    st.caption(plain(f"{default}: {one.reason}"))


def called(liking: Any) -> str:
    """What to call a choice."""
    words = CALLED[liking]
    return words[0].upper() + words[1:]


def _tell(others: list[Assumption], how: Assumptions) -> None:
    """What is not as it comes, and the way back."""
    if not others:
        st.caption("All assumptions stand as they come. Most are guesses: open them, read why, and change them.")
        return
    words = [
        f"{one.title.lower()} {called(value) if not one.step else f'{value:g} instead of {one.default:g}'}"
        for one in others
        for value in [getattr(how, one.name)]
    ]
    st.caption(plain(f"Changed: {', '.join(words)}."))
    st.button("Back to how they come", on_click=lambda: _set(Assumptions()), type="tertiary", icon=":material/undo:")
