"""Text from files made safe to lay out: no control or direction-turning characters, on one line, not too long."""

import unicodedata

import numpy as np
import pandas as pd

from recsys_core.types import Strings

LONGEST_TITLE = 300
LONGEST_TEXT = 20_000
_CLEAN = r"[!-~]*(?: [!-~]+)*"  # ASCII words with one blank between them
_UNSEEN = ("Cc", "Cs", "Co", "Cn")
_BIDI = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str, longest: int) -> str:
    """The text in at most ``longest`` characters."""
    if not text.isascii() or not text.isprintable():
        text = "".join(_seen(character) for character in text)
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def clean_column(texts: pd.Series, longest: int) -> Strings:
    """Object[n], each text cleaned; most texts are clean already, which is told for all of them at once."""
    cleaned = texts.to_numpy(dtype=object, copy=True)
    doubtful = np.flatnonzero(~(texts.str.fullmatch(_CLEAN) & (texts.str.len() <= longest)).to_numpy(dtype=bool))
    cleaned[doubtful] = [clean(text, longest) for text in cleaned[doubtful]]
    return cleaned


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    hidden = character in _BIDI or unicodedata.category(character) in _UNSEEN
    return "" if hidden else character
