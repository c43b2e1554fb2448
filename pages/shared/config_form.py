"""A form from a Config class: its fields, bounds and descriptions are the form.

What was set is kept apart from the widgets, which only show it: so a preset sets fields that are not drawn, too, and
each model keeps its own settings. Models keep theirs under their key; whatever else has a form needs a key of its own.
"""

from types import NoneType
from typing import Any, Literal, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from pages.shared.frame import plain
from pages.shared.preset_menu import saved_presets
from recsys_core.errors import StudioError
from recsys_core.evaluation import early_stopping_metrics
from recsys_core.metrics import metric_label
from recsys_core.models import Recommender
from recsys_core.models.base import Config

OWN = "own"
HINTS = {
    "quick": "A first impression in a fraction of the time.",
    "balanced": "As the model comes: good on most data.",
    "paper": "As in the paper, or in the run that reproduces a published figure.",
    OWN: "As changed below.",
}


def chosen_settings(model: type[Recommender]) -> dict[str, Any]:
    """What was set for a model in this session, unchecked where it is text; the rest is as it comes."""
    return settings_under(model.info.key)


def settings_under(key: str) -> dict[str, Any]:
    """What was set in the form with this key."""
    settings: dict[str, Any] = st.session_state.setdefault(f"settings-{key}", {})
    return settings


def choose_preset(model: type[Recommender]) -> None:
    """Quick, balanced, paper or a saved one; a last choice shows that the settings are nobody's but one's own."""
    own = model.Config.presets()
    presets = own | saved_presets().all(model.info.key)
    current = _current(model.Config, presets, chosen_settings(model))
    options = [*presets, *([OWN] if current == OWN else [])]
    if len(options) == 1:
        return
    key = f"preset-{model.info.key}"
    st.session_state[key] = current

    def take() -> None:
        name = st.session_state[key]
        if name in presets:
            st.session_state[f"settings-{model.info.key}"] = dict(presets[name])

    st.segmented_control(
        "Preset",
        options,
        key=key,
        required=True,
        format_func=lambda name: name.capitalize() if name in HINTS else plain(name),
        on_change=take,
        help=" ".join(f"**{name.capitalize()}**: {HINTS[name]}" for name in (*own, OWN)),
    )


def choose_stopping(model: type[Recommender]) -> str | None:
    """The figure that chooses the best epoch of a model that learns in epochs; None for what suits the model."""
    if "patience" not in model.Config.model_fields:
        return None
    try:
        choices = early_stopping_metrics(model(model.Config.parse(chosen_settings(model))))
    except StudioError:  # a setting that cannot be: Start says so
        return None
    chosen = st.selectbox(
        "Best epoch by",
        choices,
        format_func=metric_label,
        key=f"stop-on-{model.info.key}",
        help="Measured on the validation events after each epoch. Training stops when it no longer gets better, and "
        "the best epoch is kept.",
        persist_state="session",
    )
    return None if chosen == choices[0] else chosen


def _current(config: type[Config], presets: dict[str, dict[str, Any]], settings: dict[str, Any]) -> str:
    """The preset that says the same as the settings."""
    try:
        now = config.parse(settings)
    except StudioError:
        return OWN
    return next((name for name, preset in presets.items() if config.parse(preset) == now), OWN)


def config_form(model: type[Recommender]) -> None:
    """Draw the fields of a model's config; what is changed goes to :func:`chosen_settings`."""
    form(model.Config, model.info.key)


def form(config: type[Config], key: str) -> None:
    """Draw the fields of a config; what is changed goes to :func:`settings_under` this key."""
    fields = config.model_fields
    rare = {name: field for name, field in fields.items() if _extra(field).get("advanced")}
    _pairs(key, {name: field for name, field in fields.items() if name not in rare})
    if rare and st.toggle("More settings", key=f"more-{key}", persist_state="session"):
        _pairs(key, rare)


def _pairs(key: str, fields: dict[str, FieldInfo]) -> None:
    """Widgets two in a row."""
    for place, (name, field) in enumerate(fields.items()):
        if place % 2 == 0:  # a row of its own, so that the order stays where columns come one below the other
            cells = st.columns(2)
        with cells[place % 2]:
            _widget(key, name, field)


def _widget(owner: str, name: str, field: FieldInfo) -> None:
    """The widget of a field, which shows what is set."""
    settings, default = settings_under(owner), field.get_default(call_default_factory=True)
    key, value = f"config-{owner}-{name}", settings.get(name, default)
    is_row = isinstance(default, tuple)

    def take() -> None:
        shown = st.session_state[key]
        settings[name] = f"[{shown}]" if is_row else shown

    label = name.replace("_", " ").capitalize()
    about: dict[str, Any] = {"key": key, "help": field.description, "on_change": take}
    kinds = set(get_args(field.annotation)) or {field.annotation}
    if is_row:
        st.session_state[key] = value.strip("[]") if isinstance(value, str) else ", ".join(map(str, value))
        st.text_input(label, **about)
    elif get_origin(field.annotation) is Literal:
        st.session_state[key] = value
        st.selectbox(label, list(get_args(field.annotation)), **about)
    elif bool in kinds:
        st.session_state[key] = value
        st.checkbox(label, **about)
    else:
        number: type[int] | type[float] = float if float in kinds else int
        st.session_state[key] = None if value is None else number(value)
        by_ratio = _extra(field).get("scale") == "log" and default
        low, high = _bounds(field)
        limits: dict[str, Any] = {
            "min_value": None if low is None else number(low),
            "max_value": None if high is None else number(high),
            "value": None if NoneType in kinds else "min",
            "placeholder": _extra(field).get("empty"),
            "step": 1 if number is int else default / 2 if by_ratio else 0.05,
        }
        st.number_input(label, format="%d" if number is int else "%g", **limits, **about)


def _extra(field: FieldInfo) -> dict[str, Any]:
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def _bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """Lowest and highest value that a field allows, as far as number boxes can say it."""
    low = high = None
    for rule in field.metadata:
        low = getattr(rule, "ge", getattr(rule, "gt", low))
        high = getattr(rule, "le", getattr(rule, "lt", high))
    return None if low is None else float(low), None if high is None else float(high)
