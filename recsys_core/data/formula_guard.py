"""Text cells of a CSV file that no spreadsheet program takes for formulas, and the way back."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

# Spreadsheet programs run cells that begin so, some of them in full width as well (OWASP, "CSV Injection"). Texts that
# look guarded are guarded as well: no two texts are written alike, and each is found again.
_FORMULA = r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]"
_TO_GUARD = re.compile(f"'*{_FORMULA}")
_GUARDED = re.compile(f"'+{_FORMULA}")


def guard(texts: pd.Series) -> pd.Series:
    """The texts, with one ``'`` before each that begins as a formula does, or as a guarded one.

    No two texts become the same, and :func:`unguard` undoes it.

    Args:
        texts: str[n] with any index; missing cells stay missing. Categories come back as plain text.
    """
    return _each_distinct(texts, lambda text: f"'{text}" if _TO_GUARD.match(text) else text)


def unguard(texts: pd.Series) -> pd.Series:
    """What :func:`guard` was given: the texts, less the ``'`` that it put before them."""
    return _each_distinct(texts, lambda text: text[1:] if _GUARDED.match(text) else text)


def _each_distinct(texts: pd.Series, change: Callable[[str], str]) -> pd.Series:
    codes, distinct = pd.factorize(texts)
    changed = np.array([*map(change, distinct), None], dtype=object)  # the last for missing cells, whose code is -1
    kind = texts.dtype.categories.dtype if isinstance(texts.dtype, pd.CategoricalDtype) else texts.dtype
    return pd.Series(changed[codes], index=texts.index, name=texts.name, dtype=kind)


def is_guarded(texts: pd.Series) -> bool:
    """Whether these may come from one of our exports: they leave no text that begins as a formula does."""
    return not texts.str.contains(f"^{_FORMULA}").any()
