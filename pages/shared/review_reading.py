"""How the file of a draft is read: which part, which separator, which layout, and by whose recipe."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared import cache, draft
from pages.shared.bound import REFUSED, bind, decide
from pages.shared.draft import Draft
from pages.shared.frame import plain
from pages.shared.manage_dataset import size
from recsys_core.data.findings import counted
from recsys_core.data.importing import Preview
from recsys_core.data.reading.dialect import DELIMITERS, Dialect
from recsys_core.data.reading.excel_table import is_workbook
from recsys_core.data.recipe import Recipe
from recsys_core.errors import StudioError
from recsys_core.runs.store import names

ENCODINGS = ("utf-8", "cp1252", "latin-1", "utf-16", "cp1250", "cp1251", "shift_jis", "gb18030", "big5", "euc_kr")
DELIMITER_NAMES = {"\t": "tab", " ": "space", ",": "comma", ";": "semicolon", "|": "bar", "::": "two colons"}
LAYOUTS = {None: "as guessed", False: "one row an event", True: "one row a person, one column an item"}


def what_was_read(one: Draft, found: Preview | None) -> DeltaGenerator:
    """The file in a line, the way back, and everything that can be read another way; gives the place of the line."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(gap=None, width="content"):
            st.markdown(f"**{plain(one.name)}** · {size(one.bytes)}", width="content")
            line = st.empty()
            line.caption(how(found, None if found is None else found.rows), width="content")
        st.button("Start over", icon=":material/close:", on_click=draft.drop, help="Drop this file and choose another.")
    with st.expander("Read it another way", expanded=found is None, key="reading"):
        pickers = [*_parts(one, found), *_dialect(one, found), _layout(one)]
        for start in range(0, len(pickers), 4):
            for cell, picker in zip(st.columns(4), pickers[start : start + 4], strict=False):
                with cell:
                    picker()
        _earlier_recipes(one)
    return line


def how(found: Preview | None, rows: int | None) -> str:
    """How the file was read, in a line for places that read Markdown."""
    if found is None:
        return "It could not be read yet."
    parts = [
        "" if rows is None else counted(rows, "event" if found.wide else "row"),
        plain(found.part) if found.part else "",
        "one row a person" if found.wide else "",
    ]
    if found.dialect is not None:
        parts.append(f"separated by {plain(_delimiter(found.dialect.delimiter))}")
        parts.append("column names in the first row" if found.dialect.header else "no column names")
        parts.append(plain(found.dialect.encoding))
    return " · ".join(part for part in parts if part)


def _delimiter(delimiter: str) -> str:
    return DELIMITER_NAMES.get(delimiter, delimiter)


def _parts(one: Draft, found: Preview | None) -> list[Callable[[], None]]:
    names = one.parts()
    if len(names) < 2:
        return []
    shown = one.recipe.part or (found.part if found is not None else None)

    def draw() -> None:
        key = bind("part", shown if shown in names else None)
        leave = ("dialect", "wide", "user", "item", "rating", "time", "event")
        st.selectbox(
            "Part of the file",
            names,
            index=None,
            key=key,
            on_change=lambda: decide(one, {"part": st.session_state[key]}, leave),
        )

    return [draw]


def _dialect(one: Draft, found: Preview | None) -> list[Callable[[], None]]:
    """Separator, first row and encoding of a text file; of a workbook only the first row."""
    dialect = one.recipe.dialect or (found.dialect if found is not None else None)
    workbook = found is not None and is_workbook(one.file)
    if dialect is None:
        if not workbook:
            return []
        dialect = Dialect("utf-8", ",", True)

    def choice(label: str, field: str, options: list[Any], name: Callable[[Any], str]) -> Callable[[], None]:
        value = getattr(dialect, field)

        def draw() -> None:
            key = bind(f"dialect-{field}", value)
            st.selectbox(
                label,
                options if value in options else [value, *options],
                format_func=name,
                key=key,
                on_change=lambda: decide(one, {"dialect": replace(dialect, **{field: st.session_state[key]})}),
            )

        return draw

    header = choice("First row", "header", [True, False], lambda on: "column names" if on else "data")
    if workbook:
        return [header]
    return [
        choice("Separator", "delimiter", list(DELIMITERS), _delimiter),
        header,
        choice("Encoding", "encoding", list(ENCODINGS), str),
    ]


def _layout(one: Draft) -> Callable[[], None]:
    def draw() -> None:
        key = bind("wide", one.recipe.wide)
        columns = ("user", "item", "rating", "time", "event")
        st.selectbox(
            "Layout",
            list(LAYOUTS),
            format_func=lambda wide: LAYOUTS[wide],
            placeholder=LAYOUTS[None],
            key=key,
            on_change=lambda: decide(one, {"wide": st.session_state[key]}, columns),
        )

    return draw


def _earlier_recipes(one: Draft) -> None:
    """What was decided about an earlier file, for this one."""
    cards = {card.id: card for card in cache.workspace().datasets() if card.about.get("recipe")}
    if not cards:
        return
    called = names(cards.values())

    def use() -> None:
        card = cards.get(st.session_state.pop("recipe-of", None) or "")
        if card is not None:
            use_recipe(one, called[card.id], card.about["recipe"])

    st.selectbox(
        "Use the recipe of",
        list(cards),
        index=None,
        format_func=lambda identifier: called[identifier],
        placeholder="An earlier data set: the same columns, meaning and remedies",
        key="recipe-of",
        on_change=use,
    )


def use_recipe(one: Draft, name: str, recipe: dict[str, Any]) -> None:
    """Decide everything as it was decided about an earlier data set."""
    try:
        fields = Recipe.parse(recipe).model_dump(exclude_unset=True)
    except StudioError as error:  # of another version of this program
        st.session_state[REFUSED] = error
        return
    one.apply(f"The recipe of {name}", fields)
