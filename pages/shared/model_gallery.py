"""All models side by side, to choose one from."""

import streamlit as st

from pages.shared import cache, choose
from pages.shared.frame import scroll_to_top
from pages.shared.model_card import HINTS, model_card
from recsys_core.data.dataset import Dataset
from recsys_core.errors import StudioError
from recsys_core.models import Recommender
from recsys_core.models.catalogue import families

CHOSEN_HERE = "chosen-in-gallery"


def gallery(dataset: Dataset | None, chosen: str) -> None:
    """Cards of all models, family by family; the whole card chooses its model.

    Args:
        dataset: models that cannot learn from it are shown muted, with the reason.
        chosen: key of the model that the form shows.
    """
    if st.session_state.pop(CHOSEN_HERE, False):
        scroll_to_top(where_narrower_than=1000)  # there, the form is above the gallery, out of sight
    known = families()
    family = st.pills("Family", list(known), key="family", label_visibility="collapsed", wrap=True)
    shown = known[family] if family else [model for models in known.values() for model in models]
    st.caption(
        "New here? Train the standard line-up, then look at Compare. Or press a card to choose its model.",
        help="\n\n".join(f"**{word.capitalize()}**: {hint}" for word, hint in HINTS.items()),
    )
    measured = {} if dataset is None else _among_new_items(dataset)
    with st.container(key="ft-gallery"):
        for model in shown:
            key = model.info.key
            _card(model, refusal(model, dataset), measured.get(key, ""), is_chosen=key == chosen)


def _among_new_items(dataset: Dataset) -> dict[str, str]:
    """Key of a model → what its newest run on these data that was judged by new items came to."""
    from recsys_core.warm_and_cold import Side, sentence

    found: dict[str, str] = {}
    for run in cache.workspace().runs():
        apart = run.about.get("apart", {})
        if Side.NEW_ITEMS in apart and run.about["passport"]["dataset"]["fingerprint"] == dataset.fingerprint:
            found.setdefault(run.model, sentence(apart, Side.NEW_ITEMS))
    return found


def refusal(model: type[Recommender], dataset: Dataset | None) -> str:
    """Why a model cannot learn from a data set with its settings as they come, "" where it can."""
    try:
        if dataset is not None:
            model().check(dataset)
    except StudioError as error:
        return error.message
    return ""


def _card(model: type[Recommender], reason: str, measured: str, is_chosen: bool) -> None:
    key = model.info.key
    with st.container(border=True, key=f"ft-{'chosen' if is_chosen else 'model'}-{key}"):
        st.html(model_card(model, reason, measured))
        if not reason:  # the stylesheet lays the button over the card
            label = f"{model.info.title} is chosen" if is_chosen else f"Choose {model.info.title}"
            st.button(label, key=f"choose-{key}", on_click=_choose, args=(key,))


def _choose(key: str) -> None:
    choose.remember(choose.MODEL, key)
    st.session_state[CHOSEN_HERE] = True
