"""Guests: the host's side of a vote between two models."""

import streamlit as st

from pages.shared import choose, nav
from pages.shared.vote_box import VOTE, box
from pages.shared.vote_host import draw_vote
from pages.shared.vote_start import earlier, start_form

choose.header(nav.GUESTS)
code = st.query_params.get(VOTE)
if code:
    draw_vote(box().find(code))
else:
    start_form()
    earlier()
