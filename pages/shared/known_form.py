"""A field for each thing that may be known about an item or a person, from the columns of a table."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

MOST_FIELDS = 24
MOST_OFFERED = 200  # values of a column of words, the commonest first


def known_form(table: pd.DataFrame, names: Sequence[str], key: str) -> dict[str, Any]:
    """Draw the fields two in a row; gives what was filled in, by column.

    Args:
        table: whose values are offered.
        names: its columns that are asked for; of many, the ones that are known most often.
        key: of the widgets.
    """
    filled = (table.notna() & (table != "")).sum()
    fullest = sorted(names, key=lambda name: -filled[name])[:MOST_FIELDS]
    known: dict[str, Any] = {}
    for place, name in enumerate(name for name in names if name in fullest):
        if place % 2 == 0:  # a row of its own, so that the order stays where columns come one below the other
            cells = st.columns(2)
        with cells[place % 2]:
            value = _field(table[name], name[:1].upper() + name[1:], f"{key}-{name}")
        if value is not None:
            known[name] = value
    return known


def _field(column: pd.Series, label: str, key: str) -> Any:
    if pd.api.types.is_datetime64_any_dtype(column):
        day = st.date_input(label, None, min_value="1800-01-01", max_value="2200-12-31", key=key)
        return None if day is None else pd.Timestamp(day)
    if pd.api.types.is_numeric_dtype(column):
        whole = bool((column.dropna() % 1 == 0).all())
        value = st.number_input(
            label, value=None, step=1.0 if whole else None, format="%.0f" if whole else None, key=key
        )
        return None if value is None else float(value)
    offered = column[column != ""].value_counts().index[:MOST_OFFERED].tolist()
    return st.selectbox(label, offered, None, key=key, accept_new_options=True, placeholder="Unknown") or None
