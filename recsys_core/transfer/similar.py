"""Titles that are written alike, or of which one is a part of the other."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from recsys_core.transfer.titles import LONG, UNKNOWN, Kind, words_in
from recsys_core.types import Bool

LEAST = 0.72  # likeness; what is below is another title
LEAST_WITHOUT_YEAR = 0.9
PART = 2  # words
CHUNK = 500  # names of the target at a time


def similar_titles(source: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    """Pairs of items whose titles are written alike, of years at most 1 apart, and with the same numbers in them.

    The likeness is the cosine of the TF-IDF weights of groups of three letters, the largest over what the items are
    called. Two names in brackets are never compared, since many films are a "(Director's Cut)". Where a year is
    unknown, both titles have to be long.

    Args:
        source, target: names of items, as from :func:`~recsys_core.transfer.titles.names_of`.

    Returns:
        target, source, likeness: a row for each pair with a likeness of at least 0.72, or 0.9 where a year is unknown.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    found = pd.DataFrame({"target": np.zeros(0, np.int64), "source": np.zeros(0, np.int64), "likeness": np.zeros(0)})
    source, target = (one[one["kind"] != Kind.PART] for one in (source, target))
    if source.empty or target.empty:
        return found
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True, dtype=np.float32)
    weights = csr_array(letters.fit_transform([*target["name"], *source["name"]]))
    both = pd.concat([target, source], ignore_index=True)
    both = both.assign(numbers=pd.factorize(both["name"].map(_numbers))[0], words=words_in(both["name"]))
    parts = _alike(both, np.arange(len(both)) < len(target), weights)
    best: pd.DataFrame = pd.concat([found, *parts]).groupby(["target", "source"])["likeness"].max().reset_index()
    return best


def _alike(names: pd.DataFrame, is_target: Bool, weights: csr_array) -> Iterator[pd.DataFrame]:
    """The pairs, a part of the target's names of one year at a time."""
    item, year = names["item"].to_numpy(), names["year"].to_numpy()
    for this, rows in names[is_target].groupby("year").indices.items():
        near = (np.abs(year - this) <= 1) | (year == UNKNOWN) | (this == UNKNOWN)
        columns = np.flatnonzero(near & ~is_target)
        theirs = weights[columns].T.tocsr()
        for start in range(0, len(rows), CHUNK):
            some = rows[start : start + CHUNK]
            products = (weights[some] @ theirs).tocoo()
            ours, other, likeness = some[products.coords[0]], columns[products.coords[1]], products.data
            kept = likeness >= LEAST
            ours, other, likeness = ours[kept], other[kept], likeness[kept]
            fits = _fit(names.iloc[ours], names.iloc[other], likeness)
            yield pd.DataFrame({"target": item[ours[fits]], "source": item[other[fits]], "likeness": likeness[fits]})


def _fit(ours: pd.DataFrame, theirs: pd.DataFrame, likeness: np.ndarray) -> Bool:
    """Which pairs of names may be those of one item."""
    pairs = {name: (ours[name].to_numpy(), theirs[name].to_numpy()) for name in ours}
    dated = (pairs["year"][0] != UNKNOWN) & (pairs["year"][1] != UNKNOWN)
    is_sure = (likeness >= LEAST_WITHOUT_YEAR) & (np.minimum(*pairs["words"]) >= LONG)
    fits: Bool = (
        (dated | is_sure) & (pairs["numbers"][0] == pairs["numbers"][1]) & (np.minimum(*pairs["kind"]) == Kind.MAIN)
    )
    return fits


def _numbers(name: str) -> str:
    """The numbers in a title: those of "Scream 2" and "Scream 3" tell them apart."""
    return " ".join(word for word in name.split() if word.isdigit())


def part_titles(source: pd.DataFrame, target: pd.DataFrame) -> pd.DataFrame:
    """Pairs of items of one year, of which the one is called by two words or more that are a part of the other's title,
    or both by a part of three words: "The Empire Strikes Back" is "Star Wars: Episode V - The Empire Strikes Back".

    Returns:
        target, source, likeness: by how much longer the longer title is.
    """
    long = [one.assign(length=_lengths(one))[(one["year"] != UNKNOWN).to_numpy()] for one in (source, target)]
    both = long[0].merge(long[1], on=["name", "year"], suffixes=("", "_ours"))
    parts, words = both[["kind", "kind_ours"]].to_numpy() == Kind.PART, words_in(both["name"])
    whole = both[["kind", "kind_ours"]].to_numpy() == Kind.MAIN
    fits = (parts.any(1) & whole.any(1) & (words >= PART)) | (parts.all(1) & (words >= LONG))
    found = both[fits]
    lengths = np.sort(found[["length", "length_ours"]].to_numpy(np.float64), axis=1)
    return pd.DataFrame(
        {
            "target": found["item_ours"].to_numpy(),
            "source": found["item"].to_numpy(),
            "likeness": lengths[:, 0] / lengths[:, 1],
        }
    )


def _lengths(names: pd.DataFrame) -> pd.Series:
    """Letters in the main title of whatever is called so."""
    main = names[names["kind"] == Kind.MAIN]
    return names["item"].map(pd.Series(main["name"].str.len().to_numpy(), index=main["item"].to_numpy()))
