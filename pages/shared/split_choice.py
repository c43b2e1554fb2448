"""What is held out to judge a model: chosen, and said before it is used."""

from typing import Any

import streamlit as st

from pages.shared import cache
from pages.shared.frame import plain, show_error
from pages.shared.split_summary import judged, show_split, show_warnings, split_summary
from recsys_core.errors import SplitError
from recsys_core.runs.store import DatasetCard
from recsys_core.splitting import SPLITTERS, SplitRecipe, Splitter, default_recipe

BOUND = (
    "The people who were added come from a generator that learned from the training events of this split. What it "
    "holds out stays real and unseen; another split would judge by events that the generator knew."
)


def choose_split(card: DatasetCard, title: str = "How it is judged") -> SplitRecipe:
    """What is held out to judge the model, and what that amounts to.

    Of real people with generated ones behind them it is what the generator kept to, and only what counts as relevant
    can be chosen: any other split would judge by events that the generator has seen.
    """
    dataset = cache.dataset(card.id)
    usual = default_recipe(dataset)
    is_bound = dataset.made is not None and dataset.made.is_augmented
    possible = {one.key: one for one in SPLITTERS if dataset.interactions.has_order or not one.needs_times}
    with st.expander(title):
        if is_bound:
            st.markdown(":material/lock: " + plain(BOUND))
        key = st.selectbox(
            "Held out",
            list(possible),
            list(possible).index(usual.key),
            lambda key: possible[key].title,
            key=f"split-{card.id}",
            disabled=is_bound,
            persist_state="session",
        )
        splitter = possible[key]
        st.caption(plain(splitter.idea))
        choices = usual.model_dump(exclude={"key"}) if is_bound else _split_settings(splitter)
        if dataset.scale is not None:
            levels = [None, *_levels(dataset.scale.low, dataset.scale.high, dataset.scale.step)]
            choices["threshold"] = st.selectbox(
                "A held-out item counts as relevant when rated",
                levels,
                format_func=lambda level: "anything" if level is None else f"{level:g} or more",
                key=f"threshold-{card.id}",
                persist_state="session",
            )
        if not is_bound:
            choices["seed"] = st.number_input(
                "Seed", 0, 2**32 - 1, 0, key="seed", help="Of the split and of the training.", persist_state="session"
            )
        recipe = SplitRecipe(key=key, **choices)
        try:
            summary = split_summary(card.id, recipe)
        except SplitError as error:
            show_error(error)
            return recipe
        show_split(summary)
    st.caption(plain(f"Held out to judge it: {splitter.title.lower()}, {judged(summary)}."))
    show_warnings(summary)
    return recipe


def _split_settings(splitter: Splitter) -> dict[str, Any]:
    """The fields of the recipe that mean something to this splitter."""
    choices: dict[str, Any] = {}
    if splitter.part:
        folds = st.number_input(
            f"Number of {splitter.part}s", 2, 20, 5, key=f"folds-{splitter.key}", persist_state="session"
        )
        fold = st.number_input(
            f"The {splitter.part} that judges",
            1,
            folds,
            folds,
            key=f"fold-{splitter.key}-{folds}",
            persist_state="session",
        )
        choices |= {"folds": folds, "fold": fold}
    if splitter.share:
        choices["test_share"] = st.slider(
            splitter.share, 0.05, 0.5, 0.2, 0.05, key=f"test-share-{splitter.share}", persist_state="session"
        )
    if splitter.asks_known:
        choices["known_events"] = st.number_input(
            "Events known of each of them, at most", 1, 100, 5, key="known-events", persist_state="session"
        )
    return choices


def _levels(low: float, high: float, step: float) -> list[float]:
    """Thresholds worth offering: the upper levels of the scale."""
    if step <= 0 or (high - low) / step > 20:
        return [low + (high - low) * share for share in (0.5, 0.6, 0.7, 0.8, 0.9)]
    count = round((high - low) / step)
    return [low + step * level for level in range(count // 2, count + 1)]
