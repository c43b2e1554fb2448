"""What happens when the server starts, before anybody looks."""

import os
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from pages.shared import cache, first_start
from recsys_core.runs.store import default_home, is_new

BROWSER_DELAY_SECONDS = 1.0


@asynccontextmanager
async def serving(_: "st.App") -> AsyncIterator[None]:
    """Go on with the queue, tell which jobs a crash interrupted, and open a browser where there is a screen.

    On the very first start, the demo and a small model are made in the background.
    """
    # Streamlit takes any folder called pages/ for its older kind of app until navigation has been drawn once, and
    # would greet a first visitor who follows a link to a page with "Page not found".
    PagesManager.uses_pages_directory = False
    nothing_yet = is_new(default_home())
    cache.runner()
    if nothing_yet:
        first_start.begin()
    if not st.get_option("server.headless") and _has_screen():
        url = f"http://localhost:{st.get_option('server.port')}"
        threading.Timer(BROWSER_DELAY_SECONDS, webbrowser.open, [url]).start()
    yield


def _has_screen() -> bool:
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
