"""What would change a recommendation: crossing things out, the smallest change that removes it, and what would bring
something else in."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from pages.shared import choose, loaded
from pages.shared.asked import Asked
from pages.shared.cards import Card, grid, listed
from pages.shared.frame import errors_as_sentences, plain
from pages.shared.progress_bar import progress_bar
from recsys_core.data.dataset import Dataset
from recsys_core.data.findings import counted
from recsys_core.explain.counterfactual import (
    Addition,
    Move,
    Removal,
    everything,
    likely_additions,
    lists_without,
    moves,
    pace,
    path_into_list,
    ranks_without,
    smallest_removal,
)
from recsys_core.explain.game import HistoryGame, Question
from recsys_core.explain.person import ask
from recsys_core.explain.sentence import in_a_row, ordinal
from recsys_core.explain.single_players import leave_one_out
from recsys_core.models.base import Ability
from recsys_core.recommending import recommend_to_user
from recsys_core.runs.store import default_home
from recsys_core.types import Int32, Int64

K = 10  # of the lists
SHOWN, NAMED = 12, 3  # events at once, and in a sentence
SEARCHABLE = 5_000
WORTH_WAITING = 3.0  # seconds of asking the model, in each way of a search
MOST_TRIES, FEWEST_TRIES = 5_000, 150  # sets of events
MOST_ADDED, FEWEST_ADDED = 1_000, 60  # items that might bring another one in
IMPORTANT, LATEST, RATED = "What carries it most first", "Latest first", "Best rated first"


def change(asked: Asked) -> None:
    """The section."""
    model, history = asked.run.model, asked.question.history
    if Ability.HISTORY not in model.abilities:
        st.info(
            f"{plain(model.title)} only knows the people it met in training: it cannot be asked what it would show "
            "somebody with another history. Choose another model above, such as EASE or Mult\\-VAE."
        )
        return
    if not len(history.items):
        st.info(
            "The model was told nothing of this person, so there is nothing to cross out. Choose somebody with a "
            "history above, or see below what one liked item would change."
        )
    else:
        _crossing_out(asked)
        _removal(asked)
    _addition(asked)


def _key(asked: Asked, what: str) -> str:
    """Of something that is kept for the session, for each run and person."""
    return f"{what}-{asked.card.id}-{asked.user}"


def _crossed(asked: Asked) -> list[int]:
    """Places in the history that are crossed out, the latest last."""
    crossed: list[int] = st.session_state.setdefault(_key(asked, "crossed"), [])
    return crossed


def _order(asked: Asked) -> Int64:
    return asked.run.split.dataset.item_ids.hash_order


@st.cache_resource(show_spinner=False, max_entries=256)
def _pace(home: Path, run: str, user: int, _asked: Asked) -> float:
    """Seconds that the model takes for one other history of this person."""
    return pace(_asked.run.model, _asked.question)


def _tries(asked: Asked, fewest: int, most: int) -> int:
    """How many other histories there is time for."""
    seconds = _pace(default_home(), asked.card.id, asked.user, asked)
    return int(np.clip(WORTH_WAITING / max(seconds, 1e-9), fewest, most))


# Crossing out


@st.fragment
def _crossing_out(asked: Asked) -> None:
    """The history on the left, the list on the right; it moves with each click."""
    with errors_as_sentences():
        crossed = _crossed(asked)
        whole = _list_without(default_home(), asked.card.id, asked.user, (), asked)
        found = moves(whole, _list_without(default_home(), asked.card.id, asked.user, tuple(sorted(crossed)), asked))
        left, right = st.columns([1, 1], gap="large")
        with right:  # first, since this is what somebody who clicks waits for
            st.subheader("What the model would show", anchor=False)
            _moved(asked, found, is_changed=bool(crossed))
        with left:
            st.subheader("What the person did", anchor=False)
            st.caption("Cross something out, and the list is what the model would show without it.")
            _pick(asked, crossed, outcome(asked, found, crossed))


@st.cache_resource(show_spinner=False, max_entries=1024)
def _list_without(home: Path, run: str, user: int, crossed: tuple[int, ...], _asked: Asked) -> Int32:
    """Int32[K], what the model would show without some events; those of the whole history come again at each click."""
    kept = everything(_asked.question)
    kept[0, list(crossed)] = False
    return lists_without(_asked.run.model, _asked.question, kept, K, _order(_asked))[0]


def _toggle(crossed: list[int], event: int) -> None:
    if event in crossed:
        crossed.remove(event)
    else:
        crossed.append(event)


def _pick(asked: Asked, crossed: list[int], said: str) -> None:
    """Events as cards that are crossed out by a click; of many, a search."""
    dataset, history = asked.run.split.dataset, asked.question.history
    with st.container(horizontal=True, vertical_alignment="center", key="ft-undo"):
        st.button("Undo", icon=":material/undo:", disabled=not crossed, on_click=_undo, args=(crossed,))
        st.button("Reset", icon=":material/restart_alt:", disabled=not crossed, on_click=crossed.clear)
        st.caption(f"{len(crossed):,} of {counted(len(history.items), 'event')} crossed out", width="content")
    st.markdown(plain(said))
    is_long = len(history.items) > SHOWN
    first, second = st.columns([1, 1]) if is_long else (st.container(), None)
    with first:
        order = _sorted(asked)
    if second is not None:
        with second:
            wanted = st.text_input(
                "Search what the person did",
                placeholder="Search by title",
                key=_key(asked, "search-event"),
                label_visibility="collapsed",
            )
        sought = wanted.strip().casefold()
        order = [event for event in order if sought in dataset.title(int(history.items[event])).casefold()]
        if not order:
            st.caption(f"Nothing in the history fits {plain(wanted)}.")
    pages = -(-len(order) // SHOWN)
    page = 0
    if pages > 1:
        page = st.session_state.get(_key(asked, "page"), 0) % pages
    with st.container(key="ft-history"):
        for event in order[page * SHOWN : (page + 1) * SHOWN]:
            _event(asked, crossed, event)
    if pages > 1:
        with st.container(horizontal=True, vertical_alignment="center", key="ft-pages"):
            st.button(
                "",
                icon=":material/chevron_left:",
                key="events-before",
                help="Earlier ones",
                on_click=_turn,
                args=(asked, page - 1),
            )
            st.caption(f"{page + 1} of {pages}", width="content")
            st.button(
                "",
                icon=":material/chevron_right:",
                key="events-after",
                help="More",
                on_click=_turn,
                args=(asked, page + 1),
            )


def _undo(crossed: list[int]) -> None:
    crossed.pop()


def _turn(asked: Asked, page: int) -> None:
    st.session_state[_key(asked, "page")] = page


def _event(asked: Asked, crossed: list[int], event: int) -> None:
    """A card that is a button."""
    dataset, history = asked.run.split.dataset, asked.question.history
    item, is_crossed = int(history.items[event]), event in crossed
    title = dataset.title(item)
    note = f"★ {history.values[event]:g}" if dataset.scale is not None else ""
    with st.container(key=f"ft-{'crossed' if is_crossed else 'event'}-{event}"):
        grid(dataset, [Card(item, note=note)], compact=True)
        st.button(
            f"{'Put back' if is_crossed else 'Cross out'} {plain(title)}",
            key=f"cross-{asked.card.id}-{asked.user}-{event}",
            on_click=_toggle,
            args=(crossed, event),
        )


def _sorted(asked: Asked) -> list[int]:
    """Places in the history in the order that somebody wants to see them."""
    history = asked.question.history
    ways = [LATEST, *([RATED] if asked.run.split.dataset.scale is not None else [])]
    is_quick = _pace(default_home(), asked.card.id, asked.user, asked) * len(history.items) <= WORTH_WAITING / 2
    ways = [IMPORTANT, *ways] if is_quick else [*ways, IMPORTANT]
    way = st.selectbox("Order", ways, key=f"events-order-{is_quick}", label_visibility="collapsed")
    events = np.arange(len(history.items))
    if way == IMPORTANT:
        with st.spinner("Asking the model about each event"):
            weigh = _weighs(default_home(), asked.card.id, asked.user, asked.item, asked)
        return [int(event) for event in np.lexsort((-events, -weigh))]
    if way == RATED:
        return [int(event) for event in np.lexsort((-events, -history.values))]
    return [int(event) for event in events[::-1]]


@st.cache_resource(show_spinner=False, max_entries=64)
def _weighs(home: Path, run: str, user: int, item: int, _asked: Asked) -> np.ndarray:
    """Float64[E], how far the score of the item falls without each event."""
    weigh = np.zeros(len(_asked.question.history.items))
    game = HistoryGame(_asked.run.model, _asked.question)
    weigh[game.events] = leave_one_out(game).values
    return weigh


def _moved(asked: Asked, found: Sequence[Move], is_changed: bool) -> None:
    """The list with what moved, and what left it."""
    dataset = asked.run.split.dataset
    rows = "".join(moved_row(dataset, move, asked.item, is_changed) for move in found if move.after is not None)
    left = [move for move in found if move.after is None]
    st.html(f'<div class="ft-moves">{rows}</div>')
    if left:
        st.caption("Left the list")
        gone = "".join(moved_row(dataset, move, asked.item, True) for move in left)
        st.html(f'<div class="ft-moves ft-left">{gone}</div>')


def outcome(asked: Asked, found: Sequence[Move], crossed: Sequence[int]) -> str:
    """What the crossings come to, in a sentence."""
    dataset = asked.run.split.dataset
    if not crossed:
        return _before(asked, {move.item for move in found})
    came = sum(move.before is None for move in found)
    own = next((move for move in found if move.item == asked.item), None)
    title = dataset.title(asked.item)
    if own is None:
        words = f"{title} is in neither list."
    elif own.after is None and own.before is not None:
        words = f"{title} leaves the top {K}; it was {ordinal(own.before)}."
    elif own.before is None:
        words = f"{title} comes in."
    elif own.before == own.after:
        words = f"{title} stays {ordinal(own.before)}."
    else:
        words = f"{title} goes from {ordinal(own.before)} to {ordinal(own.after or 0)}."
    return f"{words} {counted(came, 'item')} of {K} {'is' if came == 1 else 'are'} new."


def _before(asked: Asked, here: set[int]) -> str:
    """How the list here stands to that on Recommendations, which may rest on a vector learned in training."""
    shown = {item for item, _ in recommend_to_user(asked.run.model, asked.run.split, asked.user, K)}
    if here == shown:
        return "Nothing is crossed out: this is the list as it is."
    return (
        f"Nothing is crossed out. {len(here & shown)} of these {len(here)} stand in the list on Recommendations too: "
        "there the person is as the model learned them, here they are told to it anew, as crossing out demands."
    )


def moved_row(dataset: Dataset, move: Move, own: int, is_changed: bool) -> str:
    """A place of the list as HTML, escaped; ``own`` is the item that the page is about."""
    rank = "" if move.after is None else str(move.after)
    if move.after is None:
        kind, words = "gone", f"was {ordinal(move.before or 0)}"
    elif move.before is None:
        kind, words = "new", "new"
    elif move.before == move.after:
        kind, words = "same", "=" if is_changed else ""
    else:
        up = move.before > move.after
        kind, words = ("up", f"▲ {move.before - move.after}") if up else ("down", f"▼ {move.after - move.before}")
    mark = f'<span class="ft-move ft-{kind}" title="{escape(_hint(move))}">{words}</span>'
    return listed(dataset, move.item, rank, mark, move.item == own)


def _hint(move: Move) -> str:
    before = "not in the list" if move.before is None else ordinal(move.before)
    after = "not in the list" if move.after is None else ordinal(move.after)
    return f"before: {before}; now: {after}"


# The smallest change


@st.fragment
def _removal(asked: Asked) -> None:
    """The fewest events without which the item is not recommended."""
    with errors_as_sentences():
        dataset = asked.run.split.dataset
        title = dataset.title(asked.item)
        st.subheader("The smallest change that removes this recommendation", anchor=False)
        st.caption(
            plain(
                f"The fewest things that the person would have to not have done, for {title} not to be in the top {K}. "
                "Every try asks the model itself about what is left."
            )
        )
        rank = int(ranks_without(asked.run.model, asked.question, everything(asked.question), _order(asked))[0])
        if rank > K:
            st.markdown(plain(f"{title} is {ordinal(rank)}, not in the top {K}: there is nothing to remove."))
            return
        found_key = f"removal-{asked.card.id}-{asked.user}-{asked.item}"
        if found_key not in st.session_state:
            slot = st.empty()
            if not slot.button("Find it", icon=":material/content_cut:", key="find-removal"):
                return
            with slot.container(), progress_bar() as tell:
                st.session_state[found_key] = smallest_removal(
                    asked.run.model,
                    asked.question,
                    K,
                    _order(asked),
                    _tries(asked, FEWEST_TRIES, MOST_TRIES),
                    lambda so_far: tell(None, f"{so_far:,} other histories asked about"),
                )
        _removed(asked, st.session_state[found_key], rank)


def _removed(asked: Asked, found: Removal | None, rank: int) -> None:
    dataset, history = asked.run.split.dataset, asked.question.history
    title = dataset.title(asked.item)
    if found is None:
        st.markdown(
            f"**{plain(title)} stays in the top {K} whatever is taken away**, as far as was tried: the model would "
            "recommend it to somebody of whom little or nothing is known, too."
        )
        return
    items = [int(history.items[event]) for event in found.events]
    fall = f"{title} falls from {ordinal(rank)} to {ordinal(found.rank)}"
    if len(items) <= NAMED:
        words = f"Without {in_a_row([dataset.title(item) for item in items])}, {fall}."
    else:
        words = f"It takes {len(items)} of {len(history.items):,} events: without them, {fall}."
    st.markdown(f"**{plain(words)}**")
    if found.is_smallest:
        proof = "One is the fewest there can be." if len(items) == 1 else "No smaller set does it: all were tried."
    else:
        proof = "Each of them is needed. A smaller set may exist: there are too many to try them all."
    st.caption(proof)
    explicit = dataset.scale is not None
    grid(
        dataset,
        [
            Card(item, note=f"★ {history.values[event]:g}" if explicit else "")
            for item, event in list(zip(items, found.events, strict=True))[:SHOWN]
        ],
    )
    if len(items) > SHOWN:
        with st.expander(f"{len(items) - SHOWN} more"):
            st.markdown(plain(", ".join(dataset.title(item) for item in items[SHOWN:])))

    def cross_out() -> None:
        _crossed(asked)[:] = [int(event) for event in found.events]

    if st.button("Cross these out above", icon=":material/strikethrough_s:", key="cross-found", on_click=cross_out):
        st.rerun()


# What would bring something in


@st.fragment
def _addition(asked: Asked) -> None:
    """What else the person would have to like, for any item to be in the list."""
    with errors_as_sentences():
        dataset, split = asked.run.split.dataset, asked.run.split
        st.subheader(f"What would bring something into the top {K}?", anchor=False)
        st.caption("Pick any item: which further thing would the person have to like, for the model to recommend it?")
        counts = split.train.interactions.item_counts()
        known = {int(item) for item in split.test.known.row(asked.user)[0]}
        offered = [int(item) for item in np.argsort(-counts, kind="stable")[:SEARCHABLE] if int(item) not in known]
        wanted = choose.find_item("Item to bring in", offered, dataset, _key(asked, "bring-in"))
        if wanted is None:
            return
        question = _about(asked, int(wanted))
        rank = int(ranks_without(asked.run.model, question, everything(question), _order(asked))[0])
        title = dataset.title(int(wanted))
        if rank <= K:
            st.markdown(plain(f"{title} is {ordinal(rank)} already."))
            return
        tried = _tries(asked, FEWEST_ADDED, MOST_ADDED)
        with st.spinner(f"Asking about {tried:,} further items"):
            path = _path(default_home(), asked.card.id, asked.user, int(wanted), tried, asked)
        _brought(asked, title, rank, path, tried)


def _about(asked: Asked, item: int) -> Question:
    return ask(asked.run.split, asked.user, item)


@st.cache_resource(show_spinner=False, max_entries=64)
def _path(home: Path, run: str, user: int, item: int, tried: int, _asked: Asked) -> list[Addition]:
    opened = loaded.run(run)
    dataset = opened.split.dataset
    question = _about(_asked, item)
    candidates = likely_additions(opened.split.train.interactions, item, tried)
    candidates = candidates[~np.isin(candidates, question.hidden)]
    liked = 1.0 if dataset.scale is None else dataset.scale.high
    return path_into_list(opened.model, question, candidates, liked, dataset.item_ids.hash_order, K)


def _brought(asked: Asked, title: str, rank: int, path: Sequence[Addition], tried: int) -> None:
    dataset = asked.run.split.dataset
    scope = f"the {tried:,} items tried, those that people who met {title} met most"
    if not path:
        st.markdown(f"**None of {plain(scope)}, would lift it.** It stands {ordinal(rank)} now.")
        return
    names = in_a_row([dataset.title(one.item) for one in path])
    reached = path[-1].rank
    words = f"If the person liked {names} as well, {title} would rise from {ordinal(rank)} to {ordinal(reached)}"
    if reached > K:
        words += f": not yet into the top {K}, and these are the ones that lift it most"
    st.markdown(f"**{plain(words)}.**")
    st.caption(plain(f"Chosen one after the other, each the one that lifts it most, from {scope}."))
    grid(dataset, [Card(one.item, note=f"then {ordinal(one.rank)}") for one in path])
