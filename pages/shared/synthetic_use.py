"""Synthetic data, the last step: what can be done with generated people."""

import streamlit as st

from pages.shared import cache, choose, nav
from pages.shared.frame import plain, show_error
from pages.shared.impressions_view import LOG
from pages.shared.manage_dataset import download, removal
from pages.shared.synthetic_chosen import Sources, certain, choose_made
from pages.shared.synthetic_mark import alarms, badge_and_words, made_of
from recsys_core.data.findings import counted
from recsys_core.data.made import Made
from recsys_core.errors import StudioError
from recsys_core.runs.cards import DatasetCard
from recsys_core.runs.reproduce import generate_again
from recsys_core.splitting import SplitRecipe, find_splitter

SAID = "synthetic-said"


def use_step(sources: Sources, source: DatasetCard | None) -> None:
    """The step."""
    if SAID in st.session_state:
        st.toast(st.session_state.pop(SAID), icon=":material/check:")
    card = choose_made(sources, source)
    if card is None:
        return
    badge_and_words(card)
    alarms(card)
    left, right = st.columns(2, gap="large")
    with left:
        _train(card)
        _log(card)
        _take_away(card)
    with right:
        if source is not None:
            _add(source, card, certain(card))
        _again(card)
        _delete(card)


def _train(card: DatasetCard) -> None:
    with st.container(border=True):
        st.markdown("**Train on it**")
        st.caption(
            "It is a data set like any other: models learn from it, and are judged on what is held out of it. That "
            "tells how well they serve generated people, not real ones."
        )
        if st.button("Open on Train", type="primary", icon=":material/arrow_forward:"):
            st.switch_page(nav.TRAIN.path, query_params={choose.DATASET: card.id})


def _add(source: DatasetCard, card: DatasetCard, made: Made) -> None:
    """A new version of the real data set, and what that means for its split."""
    with st.container(border=True):
        st.markdown(f"**Add it to {plain(source.name)}**")
        st.caption(plain(_after_adding(source, card, made)))
        grown = _grown(source, card)
        if grown is not None:
            st.markdown(f":material/check: There is such a version: {plain(f'{grown.name}@{grown.version}')}")
            if st.button("Train on both", icon=":material/arrow_forward:"):
                st.switch_page(nav.TRAIN.path, query_params={choose.DATASET: grown.id})
        elif st.button("Add as a new version", icon=":material/group_add:"):
            _augment(source, card)


def _after_adding(source: DatasetCard, card: DatasetCard, made: Made) -> str:
    people, generated = (counted(int(one.about["users"]), "person") for one in (source, card))
    bound = ""
    if made.recipe is not None:
        title = find_splitter(SplitRecipe.model_validate(made.recipe).key).title.lower()
        bound = (
            f" What is held out stays what it is now, {title}, and wholly real: nobody generated ever judges a model. "
            "The split of that version cannot be changed, because the generator has learned from what another one "
            "would hold out."
        )
    return f"A new version of the data set: {people} who are real, and {generated} generated.{bound}"


def _grown(source: DatasetCard, card: DatasetCard) -> DatasetCard | None:
    """The version of the real data with just these people behind them, where it was made already."""
    wanted = int(source.about["users"]) + int(card.about["users"])
    mine = certain(card)
    for other in cache.workspace().datasets():
        made = made_of(other)
        if made is not None and made.is_augmented and int(other.about["users"]) == wanted:
            same = (made.generator, made.settings, made.knobs, made.seed, made.learned_from)
            if same == (mine.generator, mine.settings, mine.knobs, mine.seed, mine.learned_from):
                return other
    return None


def _augment(source: DatasetCard, card: DatasetCard) -> None:
    from recsys_core.runs.augmenting import augment

    try:
        grown = augment(cache.workspace(), source.id, card.id)
    except StudioError as error:
        show_error(error)
        return
    st.session_state[SAID] = plain(f"Kept as {grown.name}, version {grown.version}")
    st.rerun()


def _log(card: DatasetCard) -> None:
    """The impressions that came with it."""
    called_so = [log for log in cache.workspace().logs() if log.name == card.name]
    if not called_so:
        return
    log = min(called_so, key=lambda one: abs(one.created - card.created))  # both were kept at once
    with st.container(border=True):
        st.markdown("**What was shown to them**")
        st.caption(
            plain(
                f"{counted(int(log.about['impressions']), 'impression')} with clicks, and with the exact probability "
                "of each: good for methods that learn from what was shown, and for checking them."
            )
        )
        if st.button("Open the impression log", icon=":material/arrow_forward:"):
            st.switch_page(nav.DATA.path, query_params={choose.DATASET: card.id, LOG: log.id})


def _take_away(card: DatasetCard) -> None:
    with st.container(border=True):
        download(card)


def _again(card: DatasetCard) -> None:
    """The same in the shell."""
    with st.container(border=True):
        st.markdown("**The same in the shell**")
        try:
            st.code(generate_again(cache.workspace(), card), language="bash", wrap_lines=True)
        except StudioError as error:
            show_error(error)
            return
        same = "the same people" if certain(card).epsilon is None else "other people, since its noise is drawn anew"
        st.caption(f"Run it in the folder of Foretaste, with its environment active: it generates {same}.")


def _delete(card: DatasetCard) -> None:
    with st.container(border=True):
        removal(card)
