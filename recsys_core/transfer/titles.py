"""Titles as they are compared: what they say, whichever way it was written."""

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd

from recsys_core.data.dataset import Dataset
from recsys_core.types import Int64

UNKNOWN = 0  # year
LONG = 3  # words: titles of so many tell which item it is without a year, "Crash" is what many are called
_YEAR = re.compile(r"\((1[5-9]\d\d|20\d\d)(?:[-\u2013]\s*\d*)?\)")
_BRACKETS = re.compile(r"(?<!\S)(?:\(([^()]*)\)|\[([^\[\]]*)\])(?=[\s,:]|$)")
_ALSO_KNOWN_AS = re.compile(r"^(?:a\.?\s?k\.?\s?a\.?|aka)\s+", re.IGNORECASE)
_LAST_ARTICLE = re.compile(
    r"^(.+), (the|an?|le|la|les|l'|il|lo|i|gli|el|los|las|une?|der|die|das|den|det|de|het|os?|as)$", re.IGNORECASE
)
_BETWEEN_PARTS = re.compile(r":\s|\s[-\u2013]\s")
_FIRST_ARTICLE = re.compile(r"^(?:the|an?) (?=.)")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "xi": "11", "xii": "12"}


class Kind(IntEnum):
    """What a name of an item is."""

    MAIN = 0  # the title, without what stands in brackets
    OTHER = 1  # what stands in brackets, and the title with it
    PART = 2  # what stands before or behind a colon or a dash


@dataclass(frozen=True)
class Title:
    """A title as it is compared.

    Attributes:
        names: what the item is called, as :func:`normal` writes it, the title itself first and none twice; nothing
            for "".
        year: that in brackets, 0 if there is none.
    """

    names: dict[str, Kind]
    year: int


def names_of(dataset: Dataset) -> pd.DataFrame:
    """What the items of a data set are called. The year in a title comes before the column ``year``, which may be that
    of another country or edition.

    Returns:
        item, name, kind, year: a row for each name of each item, by :func:`read_title`; the year is 0 where it is
        unknown.
    """
    read = [read_title(title) for title in dataset.item_table["title"]]
    names = pd.DataFrame(
        [(item, name, int(kind)) for item, title in enumerate(read) for name, kind in title.names.items()],
        columns=["item", "name", "kind"],
    ).astype({"item": np.int64, "name": object, "kind": np.int64})
    told = np.array([title.year for title in read], dtype=np.int64)
    years = dataset.item_table["year"].to_numpy(dtype=np.int64, na_value=UNKNOWN)
    return names.assign(year=np.where(told != UNKNOWN, told, years)[names["item"]])


def read_title(title: str) -> Title:
    """What an item is called and its year: "Postman, The (Postino, Il) (1994)" is "postman" and "il postino", of 1994,
    and a part of "Wallace & Gromit: A Close Shave" is "close shave"."""
    years = [found for found in _YEAR.finditer(title) if found.start()]
    told = title[: years[-1].start()] if years else title
    inside = [first or second for first, second in _BRACKETS.findall(told)]
    main = _BRACKETS.sub(" ", told)
    main = main if main.strip() else told
    called = [(normal(main), Kind.MAIN)]
    called += [(normal(_ALSO_KNOWN_AS.sub("", text.strip())), Kind.OTHER) for text in (*inside, told) if inside]
    called += [(normal(part), Kind.PART) for part in _BETWEEN_PARTS.split(main)]
    names: dict[str, Kind] = {}
    for name, kind in called:
        if name:
            names.setdefault(name, kind)
    return Title(names, int(years[-1][1]) if years else UNKNOWN)


def normal(title: str) -> str:
    """A title without case, accents, punctuation and a first English article, and with its last article in front:
    "Matrix, The" is "matrix", "Part II" is "part 2". One of signs alone stays as it is."""
    title = " ".join(title.split())
    title = _LAST_ARTICLE.sub(r"\2 \1", title)
    text = unicodedata.normalize("NFKD", title.casefold()).replace("&", " and ").replace("'", "").replace("\u2019", "")
    kept = "".join(c if c.isalnum() else " " for c in text if not unicodedata.combining(c))
    words = [_ROMAN.get(word, word) for word in kept.split()]
    return _FIRST_ARTICLE.sub("", " ".join(words)) or title


def words_in(names: pd.Series) -> Int64:
    """Int64[n], the numbers of words of normal names."""
    return np.array([name.count(" ") + 1 for name in names], dtype=np.int64)
