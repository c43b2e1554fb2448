"""Why? on a card: the explanation in place, and the way to all about it."""

from dataclasses import replace

import streamlit as st

from pages.shared import choose, nav
from pages.shared.explain_parts import draw, follow, head
from pages.shared.explained import Wish, affordable, answers, beside_own_list, methods_of, reasons_of
from pages.shared.frame import errors_as_sentences, plain
from recsys_core.errors import AbilityError
from recsys_core.runs.run_files import LoadedRun

SECONDS, SHOWN = 1.0, 6  # that an answer may take, and parts on its chart


@st.dialog("Why this?", width="large")
def why_dialog(run: LoadedRun, wish: Wish, person: str | None = None) -> None:
    """The sentence and the strongest parts, by the method that suits the model best.

    Args:
        person: id of somebody in the data set, about whom more can be read; None for a guest.
    """
    with errors_as_sentences():
        _answer(run, wish)
        if person is not None:
            own_list = beside_own_list(run, wish, run.split.dataset.user_ids.positions[person])
            if own_list:
                st.caption(plain(own_list))
    if person is not None:
        item = str(run.split.dataset.item_ids.values[wish.question.item])
        link = {choose.RUN: wish.run, choose.PERSON: person, choose.ITEM: item}
        st.page_link(nav.EXPLANATIONS.path, label="All about this", icon=":material/arrow_forward:", query_params=link)


def _answer(run: LoadedRun, wish: Wish) -> None:
    kinds = reasons_of(run.model)
    if not kinds:
        raise AbilityError(
            f"{run.model.title} only knows the people it met in training, so its scores cannot be shared out.",
            "Choose another model.",
            "cannot-explain",
        )
    players = kinds[0]
    explainer = methods_of(run.model, players)[0]
    budget = affordable(run, wish, players, SECONDS)
    wish = replace(wish, method=f"{explainer.about.key}-{players.key}", budget=budget)
    top, place = st.empty(), st.empty()
    answer = follow(answers(wish), top, place, lambda one: head(run, wish, one), "why-here", SHOWN)
    with place.container():
        draw(answer, "why-here", run.model.title, SHOWN)
