"""Cells that hold several words: ``Drama|War``, ``Drama, War``, ``["Drama", "War"]``, ``['Drama', 'War']``."""

import json
import re
from collections.abc import Iterable

_LIST = re.compile(r"\s*\[.*\]\s*", re.DOTALL)
_QUOTED = r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\""""
_STRINGS = re.compile(_QUOTED, re.DOTALL)
_NAMES = re.compile(rf"""['"]name['"]\s*:\s*(?:{_QUOTED})""", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def separator_of(texts: Iterable[str]) -> str:
    """What stands between the words of these cells; a comma only where nothing else does."""
    marks = {mark for text in texts if not is_list(text) for mark in "|;," if mark in text}
    return next((mark for mark in "|;," if mark in marks), "|")


def is_list(text: str) -> bool:
    """Whether a cell is written as a list in brackets."""
    return text.startswith(("[", " ")) and _LIST.fullmatch(text) is not None


def words_of(text: str, separator: str) -> list[str]:
    """The words of a cell in their order; of a list of JSON objects, their names."""
    return list_words(text) if is_list(text) else text.split(separator)


def list_words(text: str) -> list[str]:
    """The words of a list in brackets, in the manner of JSON, Python or numpy."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return _python_words(text)
    parts = [part.get("name") if isinstance(part, dict) else part for part in found]
    return [str(part) for part in parts if isinstance(part, str | int | float)]


def _python_words(text: str) -> list[str]:
    quoted = (_NAMES if "{" in text else _STRINGS).findall(text)
    if quoted:
        return [_ESCAPED.sub(r"\1", single or double) for single, double in quoted]
    return [part.strip() for part in text.strip()[1:-1].split(",")]
