"""Embeddings: what a model learned about items and people, as a map, beside another model, and in directions."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, choose, loaded, nav
from pages.shared.frame import errors_as_sentences
from pages.shared.map_view import map_view
from pages.shared.meaning_view import meaning_view
from pages.shared.spaces_view import spaces_view
from recsys_core.models import WITH_VECTORS
from recsys_core.models.base import Ability
from recsys_core.runs.cards import RunCard
from recsys_core.runs.run_files import LoadedRun

# A new section is a function and a line here.
SECTIONS: dict[str, Callable[[RunCard, LoadedRun, DeltaGenerator], None]] = {
    "The map": map_view,
    "Beside another model": spaces_view,
    "What directions mean": meaning_view,
}

choose.header(nav.EMBEDDINGS)
runs = cache.workspace().runs()
if not runs:
    choose.empty("No model has been trained yet.", "Train one", nav.TRAIN)
else:
    choose.say_what_is_gone(runs)
    section = choose.switch("Section", "embedded", list(SECTIONS))
    which, beside = st.columns([2, 3])
    with which:
        card = choose.choose_run(sorted(runs, key=lambda card: card.model not in WITH_VECTORS))
    with errors_as_sentences():
        chosen = loaded.run(card.id)
        if Ability.VECTORS in chosen.model.abilities:
            SECTIONS[section](card, chosen, beside)
        else:
            choose.empty(
                f"{card.title} has no vectors, so there is no map of what it learned. Models that have them: "
                "implicit ALS, matrix factorisation, NeuMF, LightGCN and others whose card says so.",
                "Train one",
                nav.TRAIN,
            )
