"""From picture files to pixels to whatever an encoder makes of them, safely: what is broken is named, not fatal."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recsys_core.content.around import Around
from recsys_core.content.items import Picture
from recsys_core.content.reader import Read
from recsys_core.content.vector_cache import Batch, content_key, encode_once
from recsys_core.data.side.picture_files import LARGEST_PICTURE
from recsys_core.data.side.pictures import upright
from recsys_core.errors import DataError
from recsys_core.types import Int64

UPLOADED = "the uploaded picture"
BATCH = 16  # pictures
DECODERS = min(4, os.cpu_count() or 1)  # threads; decoding leaves Python
Pixels = NDArray[np.uint8]


def pixels(content: bytes, side: int) -> Pixels:
    """A picture in square, UInt8 (3, side, side) in red, green and blue: all of it, stretched, on white.

    Raises:
        DataError: it is no picture, in no known format, broken, or too large.
    """
    from PIL import Image

    if len(content) > LARGEST_PICTURE:
        raise DataError(f"has more than {LARGEST_PICTURE // 1_000_000} MB", "Shrink it.", "picture-too-large")
    picture = upright(content, side)
    if picture.mode == "RGBA":
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture).convert("RGB")
    square = picture.resize((side, side), Image.Resampling.BILINEAR)
    return np.ascontiguousarray(np.asarray(square).transpose(2, 0, 1))


def read_pictures(
    pictures: Sequence[Picture],
    side: int,
    encoder: str,
    encode: Callable[[Pixels], np.ndarray],
    like: np.ndarray,
    around: Around,
) -> Read:
    """What an encoder makes of N pictures, from the cache where it is known.

    Args:
        pictures: N of them; equal ones are encoded once.
        side: pixels of the squares that the encoder takes in.
        encoder: as :func:`encode_once`; the side is a part of the name already.
        encode: is given pixels (n, 3, side, side) and gives (n, ...).
        like: of the shape and the kind of numbers of what one picture comes to.
        around: where the cache is, who is told, and who may stop it.

    Raises:
        Cancelled: somebody asked to stop.
    """
    keys: dict[int, bytes] = {}
    broken: set[int] = set()  # rows
    for row, picture in enumerate(pictures):
        if picture is not None:
            try:
                keys[row] = content_key(_content(picture))
            except (DataError, OSError):
                broken.add(row)
    rows = np.fromiter(keys, dtype=np.int64, count=len(keys))
    undrawn: set[bytes] = set()  # what is no picture

    def batches(missing: Int64) -> Iterator[Batch]:
        with ThreadPoolExecutor(DECODERS) as pool:
            for start in range(0, len(missing), BATCH):
                some = missing[start : start + BATCH]
                decoded = list(pool.map(lambda one: _decoded(pictures[int(rows[one])], side), some))
                undrawn.update(keys[rows[one]] for one, made in zip(some, decoded, strict=True) if made is None)
                good = [made for made in decoded if made is not None]
                if good:
                    yield some[[made is not None for made in decoded]], encode(np.stack(good))

    encoded, found = encode_once(f"{encoder}-{side}", "pictures", list(keys.values()), batches, like, around)
    values, known = np.zeros((len(pictures), *like.shape), dtype=like.dtype), np.zeros(len(pictures), dtype=np.bool_)
    values[rows], known[rows] = encoded, found
    broken.update(row for row, key in keys.items() if key in undrawn)
    return Read(values, known, tuple(dict.fromkeys(_name(pictures[row]) for row in sorted(broken))))


def _content(picture: Picture) -> bytes:
    """What is in a picture's file. OSError or DataError where it cannot be read."""
    if isinstance(picture, Path):
        if picture.stat().st_size > LARGEST_PICTURE:  # what cannot be a picture need not be read whole
            raise DataError("is too large", "Shrink it.", "picture-too-large")
        return picture.read_bytes()
    return picture or b""


def _decoded(picture: Picture, side: int) -> Pixels | None:
    try:
        return pixels(_content(picture), side)
    except (DataError, OSError):
        return None


def _name(picture: Picture) -> str:
    return picture.name if isinstance(picture, Path) else UPLOADED
