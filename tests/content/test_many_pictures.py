"""A zip of 5,000 pictures, some of them corrupt, from the import to what a network takes in."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from recsys_core.content.around import Around
from recsys_core.content.items import ItemContent
from recsys_core.content.picture_cnn import PictureCNN
from recsys_core.data.dataset import blank_item_table
from recsys_core.data.side.pictures import pictures_from_files
from tests.content.pictures import drawn

MANY = 5_000
CORRUPT = {7: b"", 1_234: b"no picture", 4_999: drawn((200, 200), kind="JPEG")[:300]}


@pytest.mark.slow
def test_of_5000_pictures_of_which_3_are_corrupt_4997_are_read_and_3_reported(tmp_path: Path):
    with zipfile.ZipFile(tmp_path / "posters.zip", "w") as packed:
        for number in range(MANY):
            colour = (number % 256, number // 256, 90)
            packed.writestr(f"posters/{number}.png", CORRUPT.get(number, drawn((12, 18), colour)))
    keys = np.array([str(number) for number in range(MANY)], dtype=object)
    references = np.array([""] * MANY, dtype=object)
    found = pictures_from_files(keys, references, tmp_path / "posters.zip", tmp_path / "own")
    assert {one.code: one.rows for one in found.findings} == {"pictures-broken": 3, "item-without-picture": 3}
    assert set(next(one for one in found.findings if one.code == "pictures-broken").examples) == {
        f'"posters/{number}.png"' for number in CORRUPT
    }

    paths = tuple(tmp_path / "own" / name if name else None for name in found.names)
    content = ItemContent(blank_item_table(MANY), paths)
    read = PictureCNN().read(content, Around(cache=tmp_path / "cache"))
    assert np.flatnonzero(~read.known).tolist() == sorted(CORRUPT)
    assert read.broken == ()
    assert abs(read.values[100].mean((1, 2)) - np.array([100, 0, 90])).max() < 4

    for number in (1, 2, 3):  # later, on the disk
        paths[number].write_bytes(b"\xff\xd8\xff damaged")
    again = PictureCNN().read(content, Around(cache=tmp_path / "cache"))
    assert again.known.sum() == MANY - 6
    assert again.broken == tuple(paths[number].name for number in (1, 2, 3))
