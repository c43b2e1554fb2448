"""What models that read content find in a data set."""

import streamlit as st

from pages.shared import cache
from pages.shared.config_form import chosen_settings
from pages.shared.frame import plain
from recsys_core.content.held import unfed
from recsys_core.errors import StudioError
from recsys_core.models import Recommender
from recsys_core.runs.cards import DatasetCard


def content_notice(model: type[Recommender], card: DatasetCard) -> None:
    """A line for each switch of a model, as it is set, that finds nothing to read in a data set."""
    try:
        config = model.Config.parse(chosen_settings(model))
    except StudioError:  # a setting that cannot be: Start says so
        return
    for sentence in unfed(config, cache.held(card.id)):
        st.caption(f":material/info: {plain(sentence)}")
