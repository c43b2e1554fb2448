"""Sample data at one click."""

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.frame import show_error
from recsys_core.errors import StudioError


def add_sample(key: str, then: nav.PageInfo) -> None:
    """Bring a sample into the workspace and go on with it; a message where that fails."""
    from recsys_core.data.samples import SAMPLES

    sample = next(sample for sample in SAMPLES if sample.key == key)
    try:
        with st.spinner(f"Reading {sample.title}"):
            imported = sample.load()
            card = cache.workspace().save_dataset(imported.dataset, imported.summary())
    except StudioError as error:
        show_error(error)
        return
    choose.remember(choose.DATASET, card.id)
    st.switch_page(then.path, query_params={choose.DATASET: card.id})
