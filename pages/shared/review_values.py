"""What the values of a draft mean, what becomes of repeated rows, and how many events a person or item must have."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from pages.shared.bound import bind, decide
from pages.shared.draft import Draft
from pages.shared.frame import plain
from pages.shared.review_columns import Roles
from recsys_core.data.dataset import Scale
from recsys_core.data.findings import counted
from recsys_core.data.importing import Imported
from recsys_core.data.recipe import Repeats
from recsys_core.types import Feedback, Float64

RATINGS, LIKES = "Ratings on a scale", "Likes from a threshold on"
COUNTS, NOTHING = "Counts or weights", "To be left aside"
MEANINGS = {
    RATINGS: "How much somebody liked it. Models learn to foretell the ratings.",
    LIKES: "Only that somebody liked it: each rating from the threshold on is one event, the others are left out.",
    COUNTS: "How often or how much: every row is an event, and its number is its weight.",
    NOTHING: "Every row is an event, whatever its number.",
}
REPEATS = {
    None: "as guessed",
    Repeats.LAST: "keep the last",
    Repeats.FIRST: "keep the first",
    Repeats.MEAN: "keep the mean",
    Repeats.HIGHEST: "keep the highest",
    Repeats.SUM: "add them up",
}
MOST_STEPS = 101  # of a slider that stops at each rating there is
LIKED_FROM = 0.75  # of the way from the lowest rating to the highest


def meaning(one: Draft, roles: Roles, made: Imported | None) -> None:
    """What the numbers mean, and what follows from that."""
    if roles["event"] is not None:
        _weights(one, roles["event"], made)
    elif roles["rating"] is None:
        st.markdown("There are no ratings: each row says that somebody met something (implicit feedback).")
    else:
        _of_numbers(one, roles["rating"], made)


def _of_numbers(one: Draft, column: str, made: Imported | None) -> None:
    current = _current(one, made)
    key = bind("meaning", current)
    st.segmented_control(
        "The numbers in the rating column are", list(MEANINGS), key=key, on_change=_set_meaning, args=(one, column, key)
    )
    if current is None:
        return
    st.caption(MEANINGS[current])
    if current == LIKES:
        _threshold(one, column, made)
    elif current == RATINGS:
        _scale(one, None if made is None else made.dataset.scale)


def _current(one: Draft, made: Imported | None) -> str | None:
    if one.recipe.threshold is not None:
        return LIKES
    feedback = one.recipe.feedback if made is None else made.dataset.feedback
    if made is None and {one.recipe.low, one.recipe.high} != {None}:
        feedback = Feedback.EXPLICIT
    return None if feedback is None else RATINGS if feedback is Feedback.EXPLICIT else COUNTS


def _set_meaning(one: Draft, column: str, key: str) -> None:
    picked = st.session_state[key]
    open_again = ("feedback", "threshold", "repeats", "low", "high")
    if picked == LIKES:
        levels = _levels(one, column)
        from_here = levels[0] + LIKED_FROM * (levels[-1] - levels[0])
        threshold = float(levels[np.searchsorted(levels, from_here)])
        decide(one, {"feedback": Feedback.IMPLICIT.value, "threshold": threshold}, open_again)
    elif picked == NOTHING:
        one.apply("Ratings left aside", {"rating": None, "feedback": None, "threshold": None})
    elif picked is not None:
        feedback = Feedback.EXPLICIT if picked == RATINGS else Feedback.IMPLICIT
        decide(one, {"feedback": feedback.value}, open_again)


def _threshold(one: Draft, column: str, made: Imported | None) -> None:
    levels = _levels(one, column)
    assert one.recipe.threshold is not None

    def change() -> None:
        decide(one, {"threshold": float(st.session_state[key])})

    nearest = float(levels[np.abs(levels - one.recipe.threshold).argmin()])
    if len(levels) <= MOST_STEPS:
        key = bind("threshold-step", nearest)
        st.select_slider(
            "Liked from", levels.tolist(), format_func=lambda level: f"{level:g}", key=key, on_change=change
        )
    else:
        key = bind("threshold", float(one.recipe.threshold))
        st.slider("Liked from", float(levels[0]), float(levels[-1]), key=key, on_change=change)
    if made is not None:
        st.markdown(
            f"From **{one.recipe.threshold:g}** on, **{counted(made.kept, 'event')}** of {made.rows:,} rows stay "
            f"({made.kept / made.rows:.0%}), of {counted(made.dataset.n_users, 'person')} and "
            f"{counted(made.dataset.n_items, 'item')}."
        )


def _levels(one: Draft, column: str) -> Float64:
    """The distinct numbers of a column, ascending; 0 where there is none."""
    texts = pd.Series(one.table().column(column).texts.unique(), dtype="str").str.strip()
    numbers = pd.to_numeric(texts.str.replace(",", ".", regex=False), errors="coerce").to_numpy(np.float64)
    levels = np.unique(numbers[np.isfinite(numbers)])
    return levels if len(levels) else np.zeros(1)


def _scale(one: Draft, found: Scale | None) -> None:
    with st.container(horizontal=True):
        for field, label in (("low", "Lowest rating"), ("high", "Highest rating")):
            value = getattr(one.recipe if found is None else found, field)
            key = bind(f"scale-{field}", None if value is None else float(value))
            st.number_input(
                label, value=None, key=key, width=160, step=0.5, format="%g", on_change=_number(one, field, key)
            )


def _number(one: Draft, field: str, key: str) -> Callable[[], None]:
    return lambda: decide(one, {field: st.session_state[key]})


def _weights(one: Draft, column: str, made: Imported | None) -> None:
    """What each kind of event counts."""
    read = one.table().column(column)
    codes, kinds = pd.factorize(read.texts.str.strip())
    rows = np.bincount(read.spread(codes), minlength=len(kinds))
    known = (made.recipe.weights if made is not None else one.recipe.weights) or {}
    st.markdown(f"What each kind of event in {plain(column)} counts; 0 leaves it out.")
    with st.container(horizontal=True, height="content" if len(kinds) <= 12 else 320):
        for kind in rows.argsort(kind="stable")[::-1].tolist():
            name = str(kinds[kind])
            key = bind(f"weight-{name}", float(known.get(name, 1.0)))
            st.number_input(
                plain(name or "(empty)"),
                min_value=0.0,
                step=0.5,
                format="%g",
                key=key,
                width=160,
                help=counted(int(rows[kind]), "row"),
                on_change=_weigh(one, known, name, key),
            )


def _weigh(one: Draft, known: dict[str, float], kind: str, key: str) -> Callable[[], None]:
    return lambda: decide(one, {"weights": known | {kind: st.session_state[key]}})


def filters(one: Draft, made: Imported | None) -> None:
    """Repeated rows and minimum counts, with what they remove."""
    recipe = one.recipe
    with st.expander("Repeated rows and minimum counts", key="filters"):
        first, second, third = st.columns(3)
        repeats = bind("repeats", recipe.repeats)
        first.selectbox(
            "Several rows about one pair",
            list(REPEATS),
            format_func=lambda how: REPEATS[how],
            placeholder=REPEATS[None],
            key=repeats,
            on_change=lambda: decide(one, {"repeats": st.session_state[repeats]}),
        )
        for cell, field, noun in ((second, "fewest_per_person", "person"), (third, "fewest_per_item", "item")):
            key = bind(field, getattr(recipe, field))
            cell.number_input(
                f"Fewest events a{'n' if noun == 'item' else ''} {noun}",
                min_value=1,
                key=key,
                on_change=_number(one, field, key),
            )
        core = bind("core", recipe.core)
        st.toggle(
            "Repeat until both hold at once (k-core)",
            key=core,
            disabled=recipe.fewest_per_person == 1 and recipe.fewest_per_item == 1,
            on_change=lambda: decide(one, {"core": st.session_state[core]}),
        )
        if made is not None:
            left_out = [finding.message for finding in made.findings if finding.code in ("rare", "repeated-pairs")]
            st.caption(plain(" ".join(left_out)) if left_out else "Nothing is left out or merged for these.")
