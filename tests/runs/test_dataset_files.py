"""A data set as a folder: everything comes back, with its types."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recsys_core.data.dataset import Dataset
from recsys_core.data.picture_names import picture_name
from recsys_core.errors import StoreError
from recsys_core.runs.dataset_files import read_dataset, write_dataset
from tests import worlds

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.floats(width=64)
MOMENTS = st.one_of(st.none(), st.integers(-(10**10), 10**11))
NAMES = st.lists(TEXTS.map(lambda text: f"a{text}"), min_size=3, max_size=3, unique=True)


def columns(rows: int, numbers: list[float], moments: list[int | None], texts: list[str]) -> list[pd.Series]:
    """One column of each type of attribute."""
    dates = ["NaT" if moment is None else np.datetime64(moment, "s") for moment in moments[:rows]]
    return [
        pd.Series(numbers[:rows], dtype=np.float64),
        pd.Series(np.array(dates, dtype="datetime64[s]")),
        pd.Series(texts[:rows], dtype=object),
    ]


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    made = worlds.golden()
    names = draw(NAMES)

    def attributes(rows: int) -> dict[str, pd.Series]:
        lists = [draw(st.lists(values, min_size=rows, max_size=rows)) for values in (NUMBERS, MOMENTS, TEXTS)]
        return dict(zip(names, columns(rows, *lists), strict=True))

    items = made.item_table.astype({"title": object}).assign(**attributes(6))
    others = pd.Series(["7", "07", "\u202e", "=1"], dtype=object)
    rest = items.head(4).assign(**attributes(4), text=pd.Series([draw(TEXTS)] * 4, dtype=object), id=others)
    rest["genres"] = pd.Series([(), ("Drama", "War"), ("a|b",), ()], dtype=object)
    rest["year"] = pd.array([1999, pd.NA, 1, pd.NA], dtype="Int64")
    return replace(made, item_table=items, user_table=made.user_table.assign(**attributes(4)), unrated_items=rest)


@given(datasets())
def test_attributes_and_unrated_items_come_back_with_their_types(made: Dataset) -> None:
    with tempfile.TemporaryDirectory() as name:
        write_dataset(made, Path(name), with_images=True)
        loaded = read_dataset(Path(name))
    assert loaded.fingerprint == made.fingerprint
    for before, after in (
        (made.item_table, loaded.item_table),
        (made.user_table, loaded.user_table),
        (made.unrated_items, loaded.unrated_items),
    ):
        pd.testing.assert_frame_equal(before, after, check_exact=True)


def test_pictures_are_kept_under_names_that_tell_what_is_in_them(tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for name in ("a.jpg", "b.webp"):
        (pictures / name).write_bytes(name.encode())
    made = worlds.golden()
    made.item_table["image"] = pd.Series(["a.jpg", *[""] * 5], dtype=object)
    rest = made.item_table.iloc[1:3].assign(id=["x", "y"], image=["", "b.webp"]).reset_index(drop=True)
    (tmp_path / "one").mkdir()
    write_dataset(replace(made, image_folder=pictures, unrated_items=rest), tmp_path / "one", with_images=True)
    loaded = read_dataset(tmp_path / "one")
    names = [picture_name(b"a.jpg", ".jpg"), picture_name(b"b.webp", ".webp")]
    assert loaded.item_table["image"].tolist() == [names[0], *[""] * 5]
    assert loaded.unrated_items["image"].tolist() == ["", names[1]]
    assert loaded.image_folder is not None
    assert {path.name: path.read_bytes() for path in loaded.image_folder.iterdir()} == dict(
        zip(names, [b"a.jpg", b"b.webp"], strict=True)
    )
    (tmp_path / "two").mkdir()
    write_dataset(loaded, tmp_path / "two", with_images=True)
    assert read_dataset(tmp_path / "two").fingerprint == loaded.fingerprint != made.fingerprint


def test_folders_from_before_pictures_had_such_names_still_open(tmp_path: Path) -> None:
    made = worlds.golden()
    made.item_table["image"] = pd.Series(["0.jpg", *[""] * 5], dtype=object)
    write_dataset(made, tmp_path, with_images=False)
    assert read_dataset(tmp_path).item_table["image"].tolist() == ["0.jpg", *[""] * 5]
    assert made.fingerprint == worlds.golden().fingerprint


def test_folders_from_before_attributes_still_open(tmp_path: Path) -> None:
    made = worlds.golden()
    write_dataset(made, tmp_path, with_images=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dataset.json",
        "interactions.parquet",
        "items.parquet",
        "users.parquet",
    ]
    loaded = read_dataset(tmp_path)
    assert loaded.item_attributes == []
    assert len(loaded.unrated_items) == 0
    assert loaded.fingerprint == json.loads((tmp_path / "dataset.json").read_text())["fingerprint"]


@pytest.mark.parametrize("table", ["items", "users", "unrated"])
def test_a_changed_attribute_is_found_out(tmp_path: Path, table: str) -> None:
    made = worlds.golden()
    items = made.item_table.assign(price=1.0)
    rest = items.iloc[:1].assign(id="x")
    users = made.user_table.assign(price=1.0)
    write_dataset(replace(made, item_table=items, user_table=users, unrated_items=rest), tmp_path, with_images=False)
    path = tmp_path / f"{table}.parquet"
    pd.read_parquet(path).assign(price=2.0).to_parquet(path, index=False)
    with pytest.raises(StoreError, match="not what was saved"):
        read_dataset(tmp_path)
