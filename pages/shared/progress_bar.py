"""How far a long piece of work is, as a bar that goes when the work is done."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import streamlit as st

from pages.shared.frame import plain

EVERY_SECONDS = 0.15  # more often is a load for the page, and short work needs no bar


@contextmanager
def progress_bar() -> Iterator[Callable[[float | None, str], None]]:
    """A callable that takes the share that is done, if anybody knows it, and what is being done."""
    slot = st.empty()
    last = time.monotonic()

    def tell(share: float | None, words: str) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY_SECONDS:
            last = now
            slot.progress(min(1.0, max(0.0, share or 0.0)), plain(words))

    try:
        yield tell
    finally:
        slot.empty()
