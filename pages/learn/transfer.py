"""Transfer: start from what was learned on other data, and know whether it helps."""

import streamlit as st

from pages.shared import choose, nav
from pages.shared.frame import errors_as_sentences, plain
from pages.shared.synthetic_mark import name_of_data
from pages.shared.transfer_chosen import EVIDENCE, FIND, STEP, STEPS, Chosen, chosen_source, no_source
from pages.shared.transfer_evidence import evidence_step
from pages.shared.transfer_plan_step import plan_step
from pages.shared.transfer_source import source_step
from recsys_core.runs.cards import DatasetCard


def step_of(card: DatasetCard) -> None:
    """The step that was chosen; the first one while there is no source."""
    step = choose.switch("Step", STEP, STEPS)
    run = chosen_source(card)
    if step == FIND:
        source_step(card, run)
    elif step == EVIDENCE:
        evidence_step(card, run)
    elif run is None:
        no_source()
    else:
        st.caption(plain(f"From {choose.run_name(run)} to {name_of_data(card)}."))
        plan_step(Chosen(card, run))


choose.header(nav.TRANSFER)
chosen = choose.choose_dataset("Data set to serve")
if chosen is not None:
    with errors_as_sentences():
        step_of(chosen)
