"""What the values of a column look like: titles, genres, years, prose or pictures."""

from collections.abc import Callable, Mapping

import pandas as pd

from recsys_core.data.side.listed import is_list, separator_of, words_of

_YEAR = r"(?:^|.*\D)(?:1[5-9]\d\d|20\d\d)(?:\D.*|$)"
_DATE_OR_YEAR = r"(?:1[5-9]\d\d|20\d\d)(?:\.0)?|\d{1,2}-\w{3}-\d{4}|\d{4}-\d\d-\d\d.*"
_ADDRESS = r"[\s\['\"]*https?://.*"
_PICTURE = r"(?i).*\.(?:jpe?g|png|webp|gif|bmp)(?:[?'\"\]].*)?"
_CODE = r"(?i)[0-9a-f-]{16,}"


def filled(texts: pd.Series) -> pd.Series:
    """The cells that say something."""
    return texts[texts != ""]


def variety(texts: pd.Series) -> float:
    """The share of different texts: 1 where none comes twice."""
    return texts.nunique() / max(1, len(texts))


def is_title(texts: pd.Series) -> bool:
    """Whether these are short words that seldom come twice, and no codes, file names, addresses or dates."""
    other = max(_share(texts, pattern) for pattern in (_CODE, _ADDRESS, _PICTURE, _DATE_OR_YEAR))
    return _worded(texts) and variety(texts) > 0.5 and other < 0.5 and bool(texts.str.len().mean() <= 120)


def is_prose(texts: pd.Series) -> bool:
    """Whether these are sentences."""
    wordy = bool(texts.str.len().mean() >= 100 and texts.str.count(" ").mean() >= 10)
    return wordy and texts.head(100).map(is_list).mean() < 0.5


def is_plain_year(texts: pd.Series) -> bool:
    """Whether most of these are years and nothing else."""
    return _share(filled(texts), r"\d{4}(?:\.0)?") > 0.5


def _share(texts: pd.Series, pattern: str) -> float:
    return float(texts.str.fullmatch(pattern).mean()) if len(texts) else 0.0


def _worded(texts: pd.Series) -> bool:
    """Whether most of these are words rather than numbers."""
    return len(texts) > 0 and float(texts.str.contains(r"\pL").mean()) > 0.5


def _comes_in_parts(texts: pd.Series) -> bool:
    """Whether cells hold several short words each, which come again and again."""
    if not _worded(texts):
        return False
    separator = separator_of(texts)
    several = texts.map(is_list) | texts.str.contains(separator, regex=False)
    words = pd.Series([word for text in texts for word in words_of(text, separator)], dtype="str")
    return bool(several.mean() >= 0.1 and words.str.len().mean() <= 30 and words.nunique() <= 0.5 * len(words))


# By role: what a column may look like whose name fits, and what one must look like that has no name.
VALUES: Mapping[str, Callable[[pd.Series], bool]] = {
    "title": _worded,
    "genres": _worded,
    "year": lambda texts: _share(texts, _YEAR) > 0.5,
    "text": _worded,
    "image": lambda texts: _share(texts, _PICTURE) + _share(texts, _ADDRESS) > 0.5,
}
SURE_VALUES: Mapping[str, Callable[[pd.Series], bool]] = {
    "genres": _comes_in_parts,
    "year": lambda texts: _share(texts, _DATE_OR_YEAR) > 0.9,
    "image": lambda texts: _share(texts, _PICTURE) > 0.9,
}
