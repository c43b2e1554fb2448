"""The first start of all: the demo and a small model come by themselves, in the background."""

import logging
import threading

import streamlit as st

from pages.shared import cache
from recsys_core.errors import StudioError

log = logging.getLogger(__name__)

POLL_SECONDS = 0.5
_furnishing = threading.Thread(name="first start")  # replaced where there is one


def begin() -> None:
    """Furnish the workspace without keeping the server waiting."""
    global _furnishing
    _furnishing = threading.Thread(target=_furnish, name="first start", daemon=True)
    _furnishing.start()


def _furnish() -> None:
    from recsys_core.runs.first_start import furnish

    try:
        furnish(cache.workspace(), cache.jobs())
    except StudioError as error:
        log.warning("The first start goes on without the demo: %s", error)
    except Exception:
        log.exception("The first start met a bug and goes on without the demo")


def underway() -> bool:
    """Whether data will soon appear by themselves."""
    return _furnishing.is_alive()


def wait_visibly() -> None:
    """One line while it lasts; the page is drawn anew as soon as there is something to show."""
    if not underway():
        return

    @st.fragment(run_every=POLL_SECONDS)
    def draw() -> None:
        st.caption(":material/hourglass_top: A small demo is on its way: a moment, and a model learns from it.")
        if not underway():
            st.rerun()

    draw()
