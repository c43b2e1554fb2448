"""All generators side by side, to choose one from. All text is escaped."""

from html import escape

import streamlit as st

from pages.shared import choose
from pages.shared.synthetic_chosen import FROM, GENERATOR, NO_DATA, Sources
from recsys_core.runs.cards import DatasetCard
from recsys_core.synthetic import GENERATORS, Generator, Produces


def choose_generator(source: DatasetCard | None) -> type[Generator]:
    """One of those that learn where there is something to learn from, else one of those that need nothing."""
    fitting = {one.info.key: one for one in GENERATORS if one.info.learns is (source is not None)}
    return fitting[choose.choose("Generator", GENERATOR, list(fitting), lambda key: fitting[key].info.title)]


def gallery(sources: Sources, chosen: type[Generator]) -> None:
    """Cards of all generators; the whole card chooses it, and with it whether there are data to learn from."""
    with st.container(key="ft-gallery"):
        for one in GENERATORS:
            refusal = (
                "" if sources.real or not one.info.learns else "It needs data to learn from. Add a data set first."
            )
            _card(sources, one, refusal, one is chosen)


def _card(sources: Sources, generator: type[Generator], refusal: str, is_chosen: bool) -> None:
    info = generator.info
    with st.container(border=True, key=f"ft-{'chosen' if is_chosen else 'model'}-{info.key}"):
        st.html(card_html(generator, refusal))
        if not refusal:  # the stylesheet lays the button over the card
            label = f"{info.title} is chosen" if is_chosen else f"Choose {info.title}"
            st.button(label, key=f"choose-{info.key}", on_click=_choose, args=(sources, generator))


def card_html(generator: type[Generator], refusal: str) -> str:
    """What the gallery shows of a generator."""
    info = generator.info
    words = [one.value for one in Produces if one in info.produces]
    words += ["learns from data" if info.learns else "needs no data"]
    words += ["can be differentially private"] * info.can_be_private
    chips = "".join(f"<span>{escape(word)}</span>" for word in words)
    why = f'<p class="ft-refusal">{escape(refusal)}</p>' if refusal else ""
    paper = f'<p class="ft-paper">{escape(info.paper)}</p>' if info.paper else ""
    return (
        f'<article class="ft-model{" ft-muted" if refusal else ""}"><h4>{escape(info.title)}</h4>'
        f'<p>{escape(info.idea)}</p>{paper}<div class="ft-chips">{chips}</div>{why}</article>'
    )


def _choose(sources: Sources, generator: type[Generator]) -> None:
    """Choose it, and a source that suits it."""
    choose.remember(GENERATOR, generator.info.key)
    if not generator.info.learns:
        choose.remember(FROM, NO_DATA)
    elif st.session_state.get(f"kept-{FROM}") not in sources.real:
        choose.remember(FROM, next(iter(sources.real)))
