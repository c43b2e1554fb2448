"""Choices that last: across pages, in the session, and in the address, so that a view can be sent to somebody."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, nav
from pages.shared.frame import plain
from pages.shared.synthetic_mark import badge, badge_and_words, marked, name_of_data
from recsys_core.data.dataset import Dataset
from recsys_core.runs.cards import DatasetCard, RunCard, names

DATASET, MODEL, RUN, PERSON, ITEM, SEARCH, VIEW = "data", "model", "run", "person", "item", "search", "view"
VIEW_OF_PERSON = "A person of the data set"

T = TypeVar("T")


def remember(key: str, value: str) -> None:
    """Set a choice from elsewhere, before its widget is drawn."""
    st.session_state[f"kept-{key}"] = value
    st.session_state.pop(f"pick-{key}", None)
    st.query_params.pop(key, None)


def forget_unless_of(key: str, owner: str) -> None:
    """Drop a choice that was made for another owner, such as the id of a person in another data set.

    Whoever comes by an address has chosen for what the address names.
    """
    if st.session_state.setdefault(f"{key}-of", owner) != owner:
        st.session_state[f"{key}-of"] = owner
        entered = f"pick-{key}" not in st.session_state
        remember(key, st.query_params.get(key, "") if entered else "")


def told_apart(
    options: Sequence[T], name: Callable[[T], str], identity: Callable[[T], object] = str
) -> Callable[[T], str]:
    """What to call options: by name, and by id as well where several are called alike.

    A browser says what was chosen by what it is called, so of two that are called alike only one could be chosen.
    """
    called = {one: name(one) for one in options}
    times = Counter(called.values())

    def call(one: T) -> str:
        words = called[one] if one in called else name(one)
        return f"{words} ({identity(one)})" if times[words] > 1 else words

    return call


def choose(
    label: str,
    key: str,
    options: Sequence[str],
    name: Callable[[str], str],
    *,
    default: str = "",
    accept_new: bool = False,
) -> str:
    """A select box whose choice is in the address under ``key`` and is found again on other pages.

    It begins with ``default``, else with the first option.
    """
    widget = f"pick-{key}"
    if widget not in st.session_state or (not accept_new and st.session_state[widget] not in options):
        wanted = st.query_params.get(key) or st.session_state.get(f"kept-{key}")
        st.session_state[widget] = wanted if wanted in options or (accept_new and wanted) else default or options[0]
    if st.session_state[widget] not in options:
        options = [*options, st.session_state[widget]]  # else the browser would answer with its name, which is no id
    value = st.selectbox(
        label, options, format_func=told_apart(options, name), key=widget, accept_new_options=accept_new
    )
    value = str(value) if value is not None else options[0]
    st.session_state[f"kept-{key}"] = value
    if st.query_params.get(key) != value:
        st.query_params[key] = value
    return value


def choose_many(
    label: str,
    key: str,
    options: Sequence[str],
    name: Callable[[str], str],
    default: list[str],
    *,
    most: int,
    help: str,
) -> list[str]:
    """A choice of several. It follows ``default`` until somebody chooses, then it is in the address under ``key``."""
    widget, begun = f"pick-{key}", f"pick-{key}-from"
    if st.session_state.get(begun) != default or not set(st.session_state.get(widget, [""])) <= set(options):
        kept = st.query_params.get(key) or st.session_state.get(f"kept-{key}") or ""
        wanted = [one for one in dict.fromkeys(kept.split(",")) if one in options][:most]
        st.session_state[widget], st.session_state[begun] = wanted or default, default
    chosen = st.multiselect(
        label,
        options,
        format_func=told_apart(options, name),
        key=widget,
        max_selections=most,
        help=help,
        persist_state="session",
    )
    own = ",".join(chosen) if set(chosen) != set(default) else ""
    st.session_state[f"kept-{key}"] = own
    if own:
        st.query_params[key] = own
    elif key in st.query_params:
        del st.query_params[key]
    return chosen


def say_what_is_gone(runs: Sequence[RunCard]) -> None:
    """Say it where the address asks for a run that is not there, so that nobody takes another one for it."""
    if st.query_params.get(RUN, runs[0].id) not in {card.id for card in runs}:
        st.info("The model that was asked for is not here any more. This is about another one.")


def switch(label: str, key: str, options: Sequence[str]) -> str:
    """A row of buttons, one of which is chosen; the choice is in the address under ``key``."""
    widget = f"pick-{key}"
    if st.session_state.get(widget) not in options:
        wanted = st.query_params.get(key) or st.session_state.get(f"kept-{key}")
        st.session_state[widget] = wanted if wanted in options else options[0]
    value = st.segmented_control(label, options, key=widget, label_visibility="collapsed", required=True)
    value = value or options[0]
    st.session_state[f"kept-{key}"] = value
    if st.query_params.get(key) != value:
        st.query_params[key] = value
    return value


def choose_dataset(label: str = "Data set", below: DeltaGenerator | None = None) -> DatasetCard | None:
    """The data set to work on; None, and the way out, where there is none yet.

    Args:
        below: where the mark of data stands that are not wholly real; below the box unless said otherwise.
    """
    cards = {card.id: card for card in cache.workspace().datasets()}
    if not cards:
        empty("There is no data set yet.", "Add a data set", nav.DATA)
        return None
    chosen = cards[choose(label, DATASET, list(cards), dataset_names(list(cards.values())).__getitem__)]
    with below or st.container():
        badge_and_words(chosen)
    return chosen


def dataset_names(cards: Sequence[DatasetCard]) -> dict[str, str]:
    """How to call each data set where it is chosen, by id: no two alike, and marked where it is not wholly real."""
    called = names(cards)
    return {card.id: marked(called[card.id], card) for card in cards}


def choose_run(cards: list[RunCard], label: str = "Model") -> RunCard:
    """One of these runs."""
    known = {card.id: card for card in cards}
    chosen = known[choose(label, RUN, list(known), lambda identifier: run_name(known[identifier]))]
    badge(chosen)
    return chosen


def run_name(card: RunCard) -> str:
    return f"{card.title} · {name_of_data(card)} · {moment(card.created)}"


def moment(seconds: float) -> str:
    """A moment as a person says it, in the visitor's time zone where the browser told it."""
    zone = st.context.timezone
    try:
        from zoneinfo import ZoneInfo

        when = datetime.fromtimestamp(seconds, ZoneInfo(zone) if zone else None)
    except (KeyError, ValueError):
        when = datetime.fromtimestamp(seconds)
    return f"{when.day} {when:%b %H:%M}"


def empty(sentence: str, step: str, page: nav.PageInfo) -> None:
    """Nothing to show yet: say so, and link to the next step."""
    with st.container(border=True):
        st.markdown(plain(sentence))
        st.page_link(page.path, label=step, icon=":material/arrow_forward:")


def header(page: nav.PageInfo) -> None:
    """Title and the question that the page answers."""
    st.title(page.title, anchor=False)
    st.caption(page.question)


def find_item(
    label: str, offered: Sequence[int], dataset: Dataset, key: str, on_change: Callable[[], None] | None = None
) -> int | None:
    """A box in which one of these items is found by a part of its title; None until one is chosen."""
    return st.selectbox(
        label,
        offered,
        index=None,
        format_func=told_apart(offered, dataset.title, dataset.item_ids.values.__getitem__),
        placeholder="Type a title",
        filter_mode="contains",
        key=key,
        on_change=on_change,
    )
