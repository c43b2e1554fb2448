"""Your taste: the visitor's side of a vote between two models."""

import streamlit as st

from pages.shared import nav, visitors
from pages.shared.vote_box import VOTE, box
from pages.shared.vote_guest import draw_guest

with st.container(key="ft-guest"):
    st.title(nav.GUEST.title, anchor=False)
    if VOTE in st.query_params:
        draw_guest(box().find(st.query_params[VOTE]), visitors.number())
    else:
        st.info("Scan the code on the host's screen, or open the link below it.")
