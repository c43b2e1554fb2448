"""The frame around every page: configuration, logo, navigation. Start it with ``make run``."""

import streamlit as st

from pages.shared import cache, frame, nav

st.set_page_config(page_title="Foretaste", page_icon=str(frame.ASSETS / "icon.png"), layout="wide")
frame.draw_logo()
frame.draw_style()
with frame.errors_as_sentences():
    cache.runner()  # goes on with the queue as soon as anybody looks
    nav.current_page().run()
