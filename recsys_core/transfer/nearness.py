"""How near the items of two data sets are to each other, by what is written about them and by their pictures."""

from dataclasses import replace

import numpy as np
import pandas as pd

from recsys_core.content.around import Around
from recsys_core.content.items import ItemContent
from recsys_core.content.reader import Reader
from recsys_core.content.static_text import StaticText
from recsys_core.data.dataset import Dataset, blank_item_table
from recsys_core.errors import ContentError
from recsys_core.transfer.titles import read_title
from recsys_core.types import Float32

TEXTS = 500  # items of each data set that are looked at
PICTURES = 128
FEWEST = 20  # items of a data set; of fewer nothing is told
PICTURE_SECONDS = 10.0  # for the pictures of a data set that are not cached
SAME = 1e-6  # difference of cosines


def text_closeness(source: Dataset, target: Dataset, around: Around) -> float | None:
    """How well titles and texts mix, by :func:`mixing`, as :class:`StaticText` reads them.

    At most 500 items of each are looked at. None where fewer than 20 have a text, or the encoder is not installed.
    """
    return _closeness(_texts(source), _texts(target), StaticText, around)


def picture_closeness(source: Dataset, target: Dataset, around: Around) -> float | None:
    """How well pictures mix, by :func:`mixing`, as :class:`FrozenPictures` sees them.

    At most 128 pictures of each are looked at, and those that no cache knows for at most 10 seconds. None where fewer
    than 20 have one, or the encoder is not installed.
    """
    from recsys_core.content.efficientnet import FrozenPictures

    around = replace(around, at_most=PICTURE_SECONDS)
    return _closeness(_pictures(source), _pictures(target), FrozenPictures, around)


def mixing(some: Float32, others: Float32) -> float:
    """How well two kinds of vectors mix, 0 to 1; the same in both directions.

    For each vector it is asked of which kind the nearest other one is, by cosine, among as many of both kinds. If the
    kinds are of one distribution it is of the other kind half the time, which is 1; where it never is, they lie apart,
    which is 0. Schilling, Multivariate Two-Sample Tests Based on Nearest Neighbors, JASA 1986. Mean cosines would not
    tell: of some hundred texts of words dealt at random one is always about as near as the nearest real one.

    Args:
        some, others: Float32 (n, d), (m, d); of the longer only the first are taken.
    """
    half = min(len(some), len(others)) // 2
    first, second = (_of_length_1(one[:half]) for one in (some, others))
    rest = [_of_length_1(one[half : 2 * half]) for one in (some, others)]
    across = first @ second.T
    shares = [
        _share_nearer(across.max(axis=1), (first @ rest[0].T).max(axis=1)),
        _share_nearer(across.max(axis=0), (second @ rest[1].T).max(axis=1)),
    ]
    return min(1.0, sum(shares))


def _share_nearer(theirs: Float32, own: Float32) -> float:
    """How often the nearest of the other kind is nearer than that of the own; half of the times when both are equal."""
    difference = theirs - own
    return float(np.where(np.abs(difference) <= SAME, 0.5, difference > 0).mean())


def _closeness(source: ItemContent, target: ItemContent, reader: type[Reader], around: Around) -> float | None:
    if min(len(source), len(target)) < FEWEST:
        return None
    try:
        read = [reader.fit(content, around).read(content, around) for content in (source, target)]
    except ContentError:
        return None
    vectors = [one.values[one.known] for one in read]
    return mixing(*vectors) if min(map(len, vectors)) >= FEWEST else None


def _texts(dataset: Dataset) -> ItemContent:
    """Some items that have a title or a text; without years in titles, which say nothing about what they are about."""
    table = dataset.item_table.iloc[dataset.item_ids.hash_order]
    table = table[(table["title"] != "") | (table["text"] != "")][:TEXTS].reset_index(drop=True)
    titles = pd.Series([next(iter(read_title(title).names), "") for title in table["title"]], dtype=object)
    return ItemContent(table.assign(title=titles), (None,) * len(table))


def _pictures(dataset: Dataset) -> ItemContent:
    """Some items that have a picture."""
    all_of_them = (dataset.picture(int(item)) for item in dataset.item_ids.hash_order)
    known = tuple(picture for picture in all_of_them if picture is not None)[:PICTURES]
    return ItemContent(blank_item_table(len(known)), known)


def _of_length_1(vectors: Float32) -> Float32:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
