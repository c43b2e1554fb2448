"""Report: a page to hand over."""

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.compare_choice import choose_group, choose_metric, choose_models
from pages.shared.compared import run_titles
from pages.shared.frame import errors_as_sentences
from pages.shared.report_made import card_downloads, report_view
from pages.shared.synthetic_mark import badge_and_words

CARD = "card"

choose.header(nav.REPORT)
runs = cache.workspace().runs()
if not runs:
    choose.empty("There is nothing to report yet.", "Train a model", nav.TRAIN)
else:
    left, right = st.columns([3, 2])
    with left:
        group = choose_group(runs)
    with right:
        metric = choose_metric(group)
    badge_and_words(group[0])
    models = choose_models(group, metric)
    if models:
        with errors_as_sentences():
            report_view([run for one in models for run in one.runs], metric)
        st.subheader("Model card", anchor=False)
        titles = run_titles(group)
        with st.columns([3, 2])[0]:
            run = choose.choose("Model", CARD, [one.id for one in models], titles.__getitem__)
        st.caption("What it is for, what it learned from, how good it is for whom, and what is to be feared.")
        card_downloads(run)
    else:
        st.caption("Choose the models to report on.")
