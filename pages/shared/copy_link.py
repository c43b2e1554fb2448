"""A button that copies the address of the page, with all that is chosen on it."""

import streamlit as st

from pages.shared.frame import ASSETS

_STYLE = """
button { min-height: 2.5rem; padding: 0 0.75rem; font: inherit; color: var(--st-text-color); white-space: nowrap;
  background: none; border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); cursor: pointer }
button:hover, button:focus-visible { color: var(--st-primary-color); border-color: var(--st-primary-color) }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px }
"""
_button = st.components.v2.component(
    "copy_link",
    html='<button type="button"><span aria-live="polite">Copy link</span></button>',
    css=_STYLE,
    js=(ASSETS / "copy_link.js").read_text(encoding="utf-8"),
)


def copy_link() -> None:
    """The button."""
    _button(key="copy-link", width="content")
