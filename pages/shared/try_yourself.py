"""Rate a few items and see your own list, from the trained model as it is."""

import numpy as np
import streamlit as st

from pages.shared.cards import Card, grid, predicted
from pages.shared.frame import plain
from recsys_core.models.base import Ability
from recsys_core.recommending import best, is_choice, scores_for_history
from recsys_core.runs.run_files import LoadedRun

WANTED = 5
OFFERED = 10
SEARCHABLE = 5_000


def try_yourself(run: LoadedRun, k: int) -> None:
    """Pick and rate items on the left, the list on the right."""
    if Ability.HISTORY not in run.model.abilities:
        st.info(f"{plain(run.model.title)} only knows the people it met in training.")
        return
    picks = _picks(run)
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.subheader("What you know", anchor=False)
        _search(run, picks)
        _rate(run, picks)
    with right:
        st.subheader("What you would see", anchor=False)
        _list(run, picks, k)


def _picks(run: LoadedRun) -> dict[int, int]:
    """Item → stars (1 to 5), kept for the session and for each data set."""
    picks: dict[int, int] = st.session_state.setdefault(f"picks-{run.split.dataset.fingerprint}", {})
    return picks


def _search(run: LoadedRun, picks: dict[int, int]) -> None:
    dataset = run.split.dataset
    counts = run.split.train.interactions.item_counts()
    offered = [int(item) for item in np.argsort(-counts, kind="stable")[:SEARCHABLE]]

    def add() -> None:
        item = st.session_state["pick-search"]
        if item is not None:
            picks.setdefault(item, 5)
            st.session_state["pick-search"] = None
            st.toast(f"{plain(dataset.title(item))}: {picks[item]} of 5 stars")

    st.selectbox(
        "Add something you like",
        offered,
        index=None,
        format_func=dataset.title,
        placeholder="Type a title",
        filter_mode="contains",
        key="pick-search",
        on_change=add,
    )


def _rate(run: LoadedRun, picks: dict[int, int]) -> None:
    dataset = run.split.dataset
    turn = st.session_state.setdefault("pick-page", 0)
    suggestions = _well_known(run)
    start = turn * OFFERED % max(1, len(suggestions) - OFFERED)
    offered = suggestions[start : start + OFFERED]
    # What is on offer keeps its place when it is rated, so that nothing jumps under the pointer.
    for item in [*(item for item in picks if item not in offered), *offered]:
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            grid(dataset, [Card(item)], compact=True)
            _stars(run, item, picks)
    with st.container(horizontal=True):
        if st.button("Other suggestions", icon=":material/refresh:"):
            st.session_state["pick-page"] = turn + 1
            st.rerun()
        if picks and st.button("Start over"):
            for item in picks:
                st.session_state.pop(f"stars-{run.split.dataset.fingerprint[:8]}-{item}", None)
            picks.clear()
            st.rerun()


def _stars(run: LoadedRun, item: int, picks: dict[int, int]) -> None:
    key = f"stars-{run.split.dataset.fingerprint[:8]}-{item}"
    if key not in st.session_state and item in picks:
        st.session_state[key] = picks[item] - 1

    def note() -> None:
        value = st.session_state[key]
        if value is None:
            picks.pop(item, None)
        else:
            picks[item] = value + 1

    st.feedback("stars", key=key, on_change=note)


def _well_known(run: LoadedRun) -> list[int]:
    """Items that many people met, taken in turn from each genre, so that tastes can show."""
    counts = run.split.train.interactions.item_counts()
    genres: dict[str, list[int]] = {}
    for item in np.argsort(-counts, kind="stable")[:SEARCHABLE]:
        first = run.split.dataset.genres(item)[:1]
        genres.setdefault("".join(first), []).append(int(item))
    ordered: list[int] = []
    longest = max(len(items) for items in genres.values())
    for place in range(longest):
        ordered += [items[place] for items in genres.values() if place < len(items)]
    return ordered


def rating_of(stars: int, low: float, high: float) -> float:
    """One to five stars on a data set's own scale."""
    value = high * stars / 5 if low >= 0 else low + (high - low) * (stars - 1) / 4
    return min(high, max(low, value))


def _list(run: LoadedRun, picks: dict[int, int], k: int) -> None:
    dataset, model = run.split.dataset, run.model
    rates = Ability.RATING in model.abilities
    history = [(item, _value(run, stars)) for item, stars in picks.items()]
    used = sum(is_choice(model, dataset, value) for _, value in history)
    left_out = len(history) - used
    if not used:
        st.caption(f"Rate {WANTED} for a list of your own. Until then, this is what everybody would see.")
    elif used < WANTED:
        st.caption(f"A first guess. Rate {WANTED - used} more for a list of your own.")
    if left_out:
        st.caption(
            f"{plain(model.title)} learns from what people chose, not from how they rated it, so what you gave one or "
            f"two stars is left out ({left_out})."
        )
    found = best(scores_for_history(model, run.split, history), dataset.item_ids.hash_order, k)
    cards = [
        Card(item, rank, note=predicted(run, score) if rates else "")
        for rank, (item, score) in enumerate(found, start=1)
    ]
    grid(dataset, cards)


def _value(run: LoadedRun, stars: int) -> float:
    scale = run.split.dataset.scale
    return 1.0 if scale is None else rating_of(stars, scale.low, scale.high)
