"""The form of a business rule: its fields, bounds and descriptions, as its class has them."""

from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from pages.shared.frame import plain
from recsys_core.data.dataset import Dataset

if TYPE_CHECKING:  # brings torch
    from recsys_core.rules import Rule


def rule_form(kind: "type[Rule]", dataset: Dataset) -> "Rule":
    """Draw it; what is set stays while the session lasts.

    Raises:
        ConfigError: a setting cannot be.
    """
    settings: dict[str, Any] = {}
    with st.container(border=True, key=f"ft-rule-{kind.key}"):
        st.markdown(f"**{kind.title}** · {plain(kind.idea)}")
        cells = st.columns(2)
        drawn = 0
        for name, field in kind.model_fields.items():
            if _counts(field, settings):
                with cells[drawn % 2]:
                    settings[name] = _widget(kind, name, field, dataset)
                drawn += 1
    return kind.parse(settings)


def _counts(field: FieldInfo, settings: dict[str, Any]) -> bool:
    """Whether a field means anything with what the fields above it say."""
    only_if = _extra(field).get("only_if")
    return only_if is None or settings[only_if[0]] == only_if[1]


def _widget(kind: "type[Rule]", name: str, field: FieldInfo, dataset: Dataset) -> Any:
    label = field.title or name.replace("_", " ").capitalize()
    about: dict[str, Any] = {
        "key": f"rule-{kind.key}-{name}",
        "help": field.description,
        "persist_state": "session",
    }
    if _extra(field).get("of") == "items":
        from recsys_core.rules.conditions import suggestions

        hint = "genre=…, year<…, id=…"
        return st.multiselect(label, suggestions(dataset), accept_new_options=True, placeholder=hint, **about)
    if get_origin(field.annotation) is Literal:
        options = list(get_args(field.annotation))
        return st.selectbox(label, options, options.index(field.default), str.capitalize, **about)
    if field.annotation is float:
        return st.slider(
            label, 0.0 if _bound(field, "ge") is not None else 0.05, 1.0, float(field.default), 0.05, **about
        )
    least, most = _bound(field, "ge"), _bound(field, "le")
    return st.number_input(label, least, most, field.default, 1, **about)


def _extra(field: FieldInfo) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _bound(field: FieldInfo, which: str) -> int | None:
    return next((getattr(rule, which) for rule in field.metadata if hasattr(rule, which)), None)
