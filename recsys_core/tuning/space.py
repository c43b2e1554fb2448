"""What may be tried of a model: read from its Config class."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from recsys_core.models.base import Recommender
from recsys_core.types import Json

BY_RATIO_FROM = 10  # a range this many times as high as low is searched by ratio: 1 to 10 as thoroughly as 10 to 100


@dataclass(frozen=True)
class Number:
    """A setting from ``low`` to ``high``, both of which are possible; ``by_ratio``: searched by its logarithm."""

    name: str
    low: float
    high: float
    is_whole: bool
    by_ratio: bool


@dataclass(frozen=True)
class Choice:
    """A setting that is one of some values, which are plain data."""

    name: str
    options: tuple[Any, ...]


Setting = Number | Choice


def space_of(model: type[Recommender]) -> tuple[Setting, ...]:
    """The settings of a model that are searched; none where there is nothing to tune."""
    return tuple(_setting(model, name) for name in model.Config.search)


def as_it_comes(model: type[Recommender]) -> Json:
    """The searched settings as they come, as plain data."""
    usual = model.Config().model_dump(mode="json")
    return {name: usual[name] for name in model.Config.search}


def fits(settings: Json, space: Sequence[Setting]) -> bool:
    """Whether settings lie in a space; those that were tried by another version may not."""
    return set(settings) == {setting.name for setting in space} and all(
        settings[setting.name] in setting.options
        if isinstance(setting, Choice)
        else setting.low <= settings[setting.name] <= setting.high
        for setting in space
    )


def _setting(model: type[Recommender], name: str) -> Setting:
    wanted, field = model.Config.search[name], model.Config.model_fields[name]
    if isinstance(wanted, list):
        return Choice(name, tuple(wanted))
    if get_origin(field.annotation) is Literal:
        return Choice(name, get_args(field.annotation))
    if field.annotation is bool:
        return Choice(name, (False, True))
    low, high = wanted or _bounds(field)
    by_ratio = low > 0 and high >= BY_RATIO_FROM * low
    return Number(name, low, high, field.annotation is int, by_ratio)


def _bounds(field: FieldInfo) -> tuple[float, float]:
    """The lowest and the highest value that a field allows; both must be allowed themselves."""
    lows = [rule.ge for rule in field.metadata if getattr(rule, "ge", None) is not None]
    highs = [rule.le for rule in field.metadata if getattr(rule, "le", None) is not None]
    return float(lows[0]), float(highs[0])
