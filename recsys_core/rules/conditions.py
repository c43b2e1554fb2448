"""Conditions on items as text: ``genre=Horror``, ``year<1960``, ``id=42``, or any attribute of the data set."""

import math
import operator
import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import BeforeValidator

from recsys_core.data.dataset import Dataset
from recsys_core.data.side.listed import separator_of, words_of
from recsys_core.errors import ConfigError
from recsys_core.types import Bool

MOST_SUGGESTED = 20  # values of a column
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_REST = re.compile(r"\s*(<=|>=|<|>|=)\s*(.*\S)\s*", re.DOTALL)


def _in_a_row(value: Any) -> Any:
    """A text as a shell gives it: conditions with commas between them."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Conditions = Annotated[tuple[str, ...], BeforeValidator(_in_a_row)]


def any_of(conditions: Iterable[str], dataset: Dataset) -> Bool:
    """Bool[I], the items for which at least one of the conditions holds.

    Raises:
        ConfigError: a condition means nothing for this data set.
    """
    found = np.zeros(dataset.n_items, dtype=bool)
    for condition in conditions:
        found |= holds(condition, dataset)
    return found


def holds(condition: str, dataset: Dataset) -> Bool:
    """Bool[I], the items for which a condition holds. What is unknown of an item fits no condition.

    Raises:
        ConfigError: says what cannot be understood, or that no item has the value.
    """
    name, sign, value = _parts(condition, dataset)
    found = _compare(name, sign, value, dataset)
    if sign == "=" and not found.any():
        known = ", ".join(_values(dataset, name)[:8])
        raise ConfigError(
            f"No item of {dataset.name!r} has the {name} {value!r}.",
            f"Known are, among others: {known}." if known else "Choose another condition.",
            "no-such-items",
        )
    return found


def suggestions(dataset: Dataset) -> list[str]:
    """Conditions that hold for many items: genres, and the most common values of attributes that are words."""
    return [f"{name}={value}" for name in _columns(dataset) if name != "id" for value in _values(dataset, name)]


def in_words(conditions: Iterable[str]) -> str:
    """As people say them: Horror and Thriller, year<1960."""
    return ", ".join(condition.removeprefix("genre=") for condition in conditions)


def _columns(dataset: Dataset) -> list[str]:
    return ["genre", "year", "id", *dataset.item_attributes]


def _parts(condition: str, dataset: Dataset) -> tuple[str, str, str]:
    """The column, the sign and the value."""
    text = condition.strip()
    for name in _columns(dataset):
        if text.casefold().startswith(name.casefold()) and (rest := _REST.fullmatch(text[len(name) :])):
            return name, rest[1], rest[2]
    raise ConfigError(
        f"The condition {condition!r} cannot be understood.",
        f"Write it as genre=Horror or year<1960. What can be asked for: {', '.join(_columns(dataset))}.",
        "bad-condition",
    )


def _compare(name: str, sign: str, value: str, dataset: Dataset) -> Bool:
    wanted = value.casefold()
    if name == "genre" and sign == "=":
        return np.array([wanted in map(str.casefold, genres) for genres in dataset.item_table["genres"]], dtype=bool)
    if name == "id" and sign == "=":
        return np.array(dataset.item_ids.values == value, dtype=bool)
    if name in ("genre", "id"):
        raise _unordered(name, sign)
    column = dataset.item_table[name]
    if pd.api.types.is_datetime64_any_dtype(column):
        moments, moment = column.to_numpy("datetime64[D]"), _moment(name, value)
        return np.array(_COMPARE[sign](moments, moment), dtype=bool)
    if pd.api.types.is_numeric_dtype(column):
        numbers = column.to_numpy(np.float64, na_value=np.nan)
        return np.array(_COMPARE[sign](numbers, _number(name, value)), dtype=bool)
    if sign != "=":
        raise _unordered(name, sign)
    separator = separator_of(column)
    return np.array([wanted in (text.casefold(), *_words(text, separator)) for text in column], dtype=bool)


def _words(text: str, separator: str) -> list[str]:
    return [word.strip().casefold() for word in words_of(text, separator)]


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise ConfigError(
            f"The {name} of an item is a number, and {value!r} is none.", f"Write {name}<1960.", "bad-condition"
        )
    return number


def _moment(name: str, value: str) -> np.datetime64:
    try:
        moment = np.datetime64(value, "D")
    except ValueError:
        moment = None
    if moment is None or np.isnat(moment):
        raise ConfigError(
            f"The {name} of an item is a date, and {value!r} is none.", f"Write {name}<1999-12-31.", "bad-condition"
        )
    return moment


def _unordered(name: str, sign: str) -> ConfigError:
    return ConfigError(f"The {name} of an item has no {sign!r}.", f"Write {name}=….", "bad-condition")


def _values(dataset: Dataset, name: str) -> list[str]:
    """The most common words of a column, none where it holds numbers or dates."""
    if name == "id":
        return [str(identifier) for identifier in dataset.item_ids.values[:MOST_SUGGESTED]]
    if name == "genre":
        counts = Counter(genre for genres in dataset.item_table["genres"] for genre in genres)
        return [genre for genre, _ in counts.most_common()]
    column = dataset.item_table[name]
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return []
    separator = separator_of(column)
    counts = Counter(word.strip() for text in column if text for word in words_of(text, separator))
    return [word for word, count in counts.most_common(MOST_SUGGESTED) if word and count > 1]
