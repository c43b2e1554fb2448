"""Columns that tell how popular something became or what others thought of it, which nobody knows of a new item."""

import re

import numpy as np
import pandas as pd

from recsys_core.types import Int64

CLOSE = 0.6  # rank correlation with the numbers of events from which a column tells them (MovieLens: length 0.36)
FEWEST = 30  # rows that show a correlation
_NAME = re.compile(
    r"\b(?:imdb|tmdb|num|nr|no|avg|mean|average|total|user|critic|play|view|meta)*"
    r"(?:vote|member|popularity|favou?rite|like|rating|score|review|rank|ranking|download|view|play|listener|listen"
    r"|sale|sold|revenue|gross|boxoffice|box office|follower|subscriber|watcher|purchase|click|owner|star|scored)s?"
    r"(?:count|num|avg|average|mean|total|number)?\b"
)
_NUMBER = re.compile(r"[\s$€£#]*(\d{1,20}(?:\.\d{1,20})?)")
_OF_AGES = re.compile(r"\b(?:age|content|maturity|parental|mpaa|esrb|pegi|fsk)")  # for whom something is meant


def leaking_columns(table: pd.DataFrame, counts: Int64 | None = None) -> dict[str, str]:
    """The columns that give away what a new item or person cannot have yet, and why, to follow the column's name.

    Numbers go by their name (votes, members, ratings, popularity, revenue and the like) and by their rank correlation
    with the numbers of events. Years and dates stay: they are known from the first day.

    Args:
        table: attributes of n items or people.
        counts: Int64[n], training events of each; those without any are not looked at.
    """
    found = {}
    for name in table:
        numbers = _numbers(table[name])
        if numbers is None:
            continue
        if _named_so(str(name)):
            found[str(name)] = "by its name tells popularity or what others thought"
        elif counts is not None and name != "year":
            correlation = _rank_correlation(numbers, counts)
            if abs(correlation) >= CLOSE:
                found[str(name)] = f"goes with the number of events (rank correlation {correlation:.2f})"
    return found


def _numbers(column: pd.Series) -> pd.Series | None:
    """A column of numbers, also of text such as "1,234 votes"; None where it holds something else."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return None
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(np.float64)
    texts = [cell if isinstance(cell, str) else "" for cell in column]
    starts = [_NUMBER.match(text.replace(",", "")) for text in texts]
    if sum(start is not None for start in starts) <= 0.5 * sum(text != "" for text in texts):
        return None
    return pd.Series([np.nan if start is None else float(start[1]) for start in starts], index=column.index)


def _named_so(name: str) -> bool:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[\W_]+", " ", name).lower()
    return _NAME.search(words) is not None and _OF_AGES.search(words) is None


def _rank_correlation(numbers: pd.Series, counts: Int64) -> float:
    """Spearman's, over what is known and has events; 0 where that is too little or all the same."""
    seen = numbers.notna().to_numpy() & (counts > 0)
    left, right = numbers[seen].rank(), pd.Series(counts[seen]).rank()
    if len(left) < FEWEST or left.nunique() < 2 or right.nunique() < 2:
        return 0.0
    return float(np.corrcoef(left, right)[0, 1])
