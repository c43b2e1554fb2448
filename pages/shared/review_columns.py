"""Which column of a draft says who, what, how much and when, above the first rows."""

import streamlit as st

from pages.shared.bound import bind, decide
from pages.shared.draft import Draft
from pages.shared.frame import plain, show_error
from recsys_core.data.checking.roles import NO_RATINGS, guess_columns, guessed_by_values
from recsys_core.data.importing import Preview
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.recipe import ROLES
from recsys_core.errors import DataError, StudioError

LABELS = {"user": "Person", "item": "Item", "rating": "Rating", "time": "Time", "event": "Kind of event"}
MOST_COLUMNS = 40  # that are drawn; all can be chosen
OF_THE_RATINGS = ("feedback", "threshold", "not_ratings", "low", "high", "repeats")

Roles = dict[str, str | None]


def columns(one: Draft, found: Preview) -> Roles:
    """Pickers for the roles, and the first rows below them; gives the roles as they are."""
    roles = _roles(one, found)
    named = list(found.frame.columns)
    grid = st.container(horizontal=True, key="ft-roles")
    for role, label in LABELS.items():
        with grid.container(gap="xsmall"):
            key = bind(f"role-{role}", roles[role] if roles[role] in named else None)
            st.selectbox(
                label,
                [None, *named],
                format_func=lambda name: "none" if name is None else name,
                placeholder="none",
                key=key,
                on_change=_set_role,
                args=(one, found, roles, role, key),
            )
            st.caption(_why(one, found, role, roles[role]))
    if found.problem is not None:
        problem(one, found.problem)
    _first_rows(found, roles)
    return roles


def problem(one: Draft, error: StudioError) -> None:
    """Why the file cannot be used as it is, with the remedy that fits most often."""
    show_error(error)
    if NO_RATINGS in error.fix:
        st.button(
            "There are no ratings", on_click=lambda: one.apply("There are no ratings", {"rating": None}), type="primary"
        )


def _roles(one: Draft, found: Preview) -> Roles:
    if found.recipe is not None:
        return {role: getattr(found.recipe, role) for role in ROLES}
    chosen = one.recipe.chosen_columns()
    try:  # as far as can be told from the rows that are shown
        guess = guess_columns(RawTable.of(one.name, found.frame), {"rating": None} | chosen)
    except DataError:
        return dict.fromkeys(ROLES) | chosen
    return {role: getattr(guess, role) for role in ROLES}


def _why(one: Draft, found: Preview, role: str, name: str | None) -> str:
    if role in one.recipe.chosen_columns():
        return "as decided"
    if name is None:
        return "to be chosen" if role in ("user", "item") else "no column found"
    by_values = found.recipe is not None and name in guessed_by_values(found.recipe)
    return "guessed from its values" if by_values else "guessed from its name"


def _set_role(one: Draft, found: Preview, roles: Roles, role: str, key: str) -> None:
    """Give a column a role. The others keep theirs; the one that had this column gets the other's in exchange."""
    picked = st.session_state[key]
    others = {
        other: roles[role] if picked is not None and name == picked else name
        for other, name in roles.items()
        if other != role
    }
    if found.recipe is None:  # what is not known yet is left to be guessed
        others = {other: name for other, name in others.items() if name is not None}
    touched = role == "rating" or others.get("rating", roles["rating"]) != roles["rating"]
    decide(one, others | {role: picked}, OF_THE_RATINGS if touched else ())


def _first_rows(found: Preview, roles: Roles) -> None:
    told = {name: role for role, name in roles.items() if name is not None}
    shown = list(found.frame.columns[:MOST_COLUMNS])
    st.dataframe(
        found.frame[shown],
        hide_index=True,
        height=260,
        column_config={name: f"{LABELS[told[name]]}: {name}" for name in shown if name in told},
        alt=f"The first {len(found.frame)} rows of the file",
    )
    hidden = len(found.frame.columns) - len(shown)
    more = f" {hidden:,} more columns are not drawn." if hidden else ""
    what = " as events" if found.wide else ""
    st.caption(plain(f"The first {len(found.frame)} rows{what}, as text, exactly as the file has them.{more}"))
