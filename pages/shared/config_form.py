"""A form from a model's Config class: its fields, bounds and descriptions are the form."""

from typing import Any, Literal, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from recsys_core.models.base import Config


def config_form(config: type[Config], key: str) -> dict[str, Any]:
    """Draw the fields of a config and give the values as they are now, unchecked where they are text."""
    everyday = {name: field for name, field in config.model_fields.items() if not _extra(field).get("advanced")}
    rare = {name: field for name, field in config.model_fields.items() if name not in everyday}
    settings = _pairs(everyday, key)
    if rare and st.toggle("More settings", key=f"{key}-more", persist_state="session"):
        settings |= _pairs(rare, key)
    return settings


def _pairs(fields: dict[str, FieldInfo], key: str) -> dict[str, Any]:
    """Widgets two in a row."""
    settings = {}
    cells = st.columns(2)
    for place, (name, field) in enumerate(fields.items()):
        with cells[place % 2]:
            settings[name] = _widget(name, field, f"{key}-{name}")
    return settings


def _widget(name: str, field: FieldInfo, key: str) -> Any:
    label, default = name.replace("_", " ").capitalize(), field.get_default(call_default_factory=True)
    if get_origin(field.annotation) is Literal:
        options = list(get_args(field.annotation))
        index = options.index(default)
        return st.selectbox(label, options, index, key=key, help=field.description, persist_state="session")
    if isinstance(default, bool):
        return st.checkbox(label, default, key=key, help=field.description, persist_state="session")
    if isinstance(default, int):
        low, high = _bounds(field)
        return st.number_input(
            label,
            min_value=None if low is None else int(low),
            max_value=None if high is None else int(high),
            value=default,
            key=key,
            help=field.description,
            persist_state="session",
        )
    if isinstance(default, float):
        low, high = _bounds(field)
        log_scale = _extra(field).get("scale") == "log"
        return st.number_input(
            label,
            min_value=low,
            max_value=high,
            value=default,
            step=default / 2 if log_scale and default else 0.05,
            format="%g",
            key=key,
            help=field.description,
            persist_state="session",
        )
    text = ", ".join(str(part) for part in default)
    return f"[{st.text_input(label, text, key=key, help=field.description, persist_state='session')}]"


def _extra(field: FieldInfo) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """Lowest and highest value that a field allows, as far as number boxes can say it."""
    low = high = None
    for rule in field.metadata:
        low = getattr(rule, "ge", getattr(rule, "gt", low))
        high = getattr(rule, "le", getattr(rule, "lt", high))
    return None if low is None else float(low), None if high is None else float(high)
