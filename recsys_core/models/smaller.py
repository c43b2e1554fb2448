"""Which settings make a model fit into memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError

from recsys_core.data.findings import gigabytes

MOST_HALVINGS = 12


@dataclass(frozen=True)
class Smaller:
    """Settings to change, and the bytes that the model needs then."""

    changes: dict[str, Any]
    needs: int

    @property
    def words(self) -> str:
        """The changes for people: "embedding size 32"."""
        return " and ".join(f"{name.replace('_', ' ')} {value}" for name, value in self.changes.items())

    @property
    def advice(self) -> str:
        """The changes as a sentence."""
        return f"Use {self.words}, which needs {gigabytes(self.needs)}."


def smaller(config: BaseModel, needs: Callable[[Any], int], free: int) -> Smaller | None:
    """The least change of settings that fits; None where none does.

    Numbers are halved, one of them or, where that does not suffice, all that memory depends on; choices are tried out.

    Args:
        config: what does not fit.
        needs: bytes that the model takes with other settings.
        free: bytes that there are.
    """
    for changes in _least_first(config, needs):
        changed = _changed(config, changes)
        if changed is not None and (needed := needs(changed)) <= free:
            return Smaller(changes, needed)
    return None


def _least_first(config: BaseModel, needs: Callable[[Any], int]) -> Iterator[dict[str, Any]]:
    choices = [{}, *_choices(config)]
    yield from choices[1:]

    def matters(name: str) -> bool:
        for choice in choices:
            whole = _changed(config, choice)
            half = _changed(config, choice | {name: getattr(config, name) // 2})
            if whole is not None and half is not None and needs(half) < needs(whole):
                return True
        return False

    names = [name for name, value in config if type(value) is int and matters(name)]
    for halvings in range(1, MOST_HALVINGS):
        halved = {name: value for name in names if (value := getattr(config, name) >> halvings)}
        for choice in choices:
            yield from (choice | {name: value} for name, value in halved.items())
            if len(halved) > 1:
                yield choice | halved


def _choices(config: BaseModel) -> list[dict[str, Any]]:
    """Each other choice of each setting that is one of several words."""
    return [
        {name: choice}
        for name, field in type(config).model_fields.items()
        if get_origin(field.annotation) is Literal
        for choice in get_args(field.annotation)
        if choice not in (getattr(config, name), "auto")
    ]


def _changed(config: BaseModel, changes: dict[str, Any]) -> BaseModel | None:
    try:
        return type(config).model_validate(config.model_dump() | changes)
    except ValidationError:
        return None
