"""What goes out comes in again, opens in other programs, and is no formula in a spreadsheet."""

import csv
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_core.data import exporting
from recsys_core.data.dataset import Dataset, Scale
from recsys_core.data.exporting import PARTS, export, export_archive
from recsys_core.data.importing import import_ratings
from recsys_core.errors import DataError, StoreError
from recsys_core.types import Feedback
from tests import worlds
from tests.runs.builders import with_ids

NASTY = [
    "=1+1",
    "'=1+1",
    "''=1+1",
    "=x",
    "'=x",
    "-5",
    "+5",
    "@a",
    "a,b",
    'say "hi"',
    "two\nlines",
    "007",
    "7",
    "7.0",
    "1e5",
    "💡",
    "שלום",
    "\u202eback",
    "nan",
    "NULL",
    "'",
    "a\tb",
    "a;b|c::d",
    "#",
]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def nasty(users: list[str] = NASTY, items: list[str] = NASTY[::-1], timed: bool = True) -> Dataset:
    """Everybody with a few items; half ratings, some of them below zero."""
    events = [
        (u, i, -1.5 + (u * 3 + i) % 7 / 2, 978_300_000 + 100_000_000 * u + i)
        for u in range(len(users))
        for i in range(len(items))
        if (u + i) % 3
    ]
    made = worlds.dataset(events, len(users), len(items))
    if not timed:
        made = made.with_interactions(replace(made.interactions, times=None))
    return with_ids(made, users, items)


def known(dataset: Dataset) -> set[tuple]:
    """Who met what, how much and when, by the ids that people know."""
    events = dataset.interactions
    times = np.zeros(len(events), np.int64) if events.times is None else events.times
    return set(
        zip(
            dataset.user_ids.values[events.users],
            dataset.item_ids.values[events.items],
            events.values.tolist(),
            times.tolist(),
            strict=True,
        )
    )


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def rich() -> Dataset:
    """Titles, texts and attributes of every kind, some of them formulas."""
    made = with_ids(worlds.golden(), ["=ann", "bob", "cy", "dan"], ["-1", "b", "c", "d", "e", "f"])
    items = made.item_table.copy()
    items["title"] = ["=HYPERLINK(1)", "<b>", "", "Amélie, 2001", 'c "d"', "'+x"]
    items["genres"] = pd.Series([("Drama", "Sci-Fi"), (), ("@home",), (), (), ()], dtype=object)
    items["year"] = pd.array([2001, pd.NA, 1999, pd.NA, pd.NA, pd.NA], dtype="Int64")
    items["text"] = ["one\ntwo", "", "", "", "", ""]
    items["price"] = [-1.5, 2.0, np.nan, 4.0, 5.0, 6.0]
    items["released"] = pd.to_datetime(["2001-02-03", None, *["1999-01-01"] * 4])
    items["=tags"] = pd.Series([("x", "y"), (), (), (), (), ()], dtype=object)
    return replace(
        made, item_table=items, user_table=made.user_table.assign(name=["@ann", "", "", ""], age=[1, 2, 3, 4])
    )


# Round trip


def came_back(dataset: Dataset, folder: Path, format: str = "csv") -> Dataset:
    (path,) = export(dataset, folder, format, ["events"])
    imported = import_ratings(path, "again")
    assert (imported.rejected, imported.merged) == (0, 0)
    return imported.dataset


@pytest.mark.parametrize("timed", [True, False])
def test_nasty_ids_come_back_through_csv(tmp_path, timed):
    made = nasty(timed=timed)
    again = came_back(made, tmp_path)
    assert known(again) == known(made)
    assert again.interactions.values.dtype == np.float32
    assert (again.interactions.times is None) == (not timed)
    assert again.feedback is Feedback.EXPLICIT
    assert again.scale == Scale.of(made.interactions.values)


def test_events_without_ratings_come_back_through_csv(tmp_path):
    made = worlds.two_camps(20).dataset
    again = came_back(made, tmp_path)
    assert known(again) == known(made)
    assert again.feedback is Feedback.IMPLICIT


IDS = st.text(st.sampled_from("'=+-@,;\t\r\n\"|: a1é💡ש") | st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)
IDS = IDS.map(str.strip).filter(bool) | st.sampled_from(NASTY)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_ids_values_and_times_come_back_through_csv(tmp_path_factory, data):
    users, items = (data.draw(st.lists(IDS, min_size=4, max_size=8, unique=True)) for _ in range(2))
    made = nasty(users, items)
    size = len(made.interactions)
    values = st.floats(-1e6, 1e6, width=32)
    drawn = np.array(data.draw(st.lists(values, min_size=size, max_size=size)), np.float32)
    drawn[0] = drawn[1] + 1 if abs(drawn[1]) < 1000 else 0  # two ratings that differ
    times = np.array(data.draw(st.lists(st.integers(-(10**10), 10**11), min_size=size, max_size=size)))
    made = made.with_interactions(replace(made.interactions, values=drawn, times=times))
    again = came_back(made, tmp_path_factory.mktemp("out"))
    assert known(again) == known(made)
    assert again.interactions.times.min() == times.min()


# CSV


def test_csv_cells_are_guarded_and_numbers_are_not(tmp_path, rich):
    export(rich, tmp_path, "csv")
    events, items, people = (cells(tmp_path / f"{part}.csv") for part in PARTS)
    assert list(events[0]) == ["user", "item", "rating", "time"]
    assert events[0]["user"] == "'=ann"
    assert events[0]["rating"] == "5"
    assert items[0] == {
        "id": "'-1",
        "title": "'=HYPERLINK(1)",
        "genres": "Drama|Sci-Fi",
        "year": "2001",
        "text": "one\ntwo",
        "price": "-1.5",
        "released": "2001-02-03T00:00:00Z",
        "'=tags": "x|y",
    }
    assert items[2]["genres"] == "'@home"
    assert (items[1]["year"], items[2]["price"], items[1]["released"], items[2]["title"]) == ("", "", "", "")
    assert [item["title"] for item in items[3:]] == ["Amélie, 2001", 'c "d"', "''+x"]
    assert people[0] == {"id": "'=ann", "name": "'@ann", "age": "1"}
    words = list(items[0])
    words += [value for row in items for name, value in row.items() if name != "price"]
    assert not [word for word in words if word.startswith(FORMULA_STARTS)]


def test_times_are_iso_8601_in_utc(tmp_path):
    made = nasty()
    events = made.interactions
    first = (events.times * 0) + np.arange(len(events)) % 60 + 981_173_046
    export(made.with_interactions(replace(events, times=first)), tmp_path, "csv", ["events"])
    assert cells(tmp_path / "events.csv")[0]["time"] == "2001-02-03T04:04:06Z"


# Parquet


def test_parquet_has_types_and_no_guard(tmp_path, rich):
    export(rich, tmp_path, "parquet")
    events, items, people = (pq.read_table(tmp_path / f"{part}.parquet") for part in PARTS)
    kinds = {field.name: str(field.type) for field in events.schema}
    assert kinds == {"user": "string", "item": "string", "rating": "float", "time": "timestamp[ms, tz=UTC]"}
    assert known(rich) == set(
        zip(
            events["user"].to_pylist(),
            events["item"].to_pylist(),
            events["rating"].to_pylist(),
            [int(time.timestamp()) for time in events["time"].to_pylist()],
            strict=True,
        )
    )
    assert items.column_names == ["id", "title", "genres", "year", "text", "price", "released", "=tags"]
    assert items["title"].to_pylist() == rich.item_table["title"].tolist()
    assert items["id"].to_pylist()[0] == "-1"
    assert items["year"].to_pylist()[:2] == [2001, None]
    assert str(items.schema.field("year").type) == "int64"
    assert items["genres"].to_pylist()[0] == "Drama|Sci-Fi"
    assert people.to_pylist()[0] == {"id": "=ann", "name": "@ann", "age": 1}


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_items_without_events_come_last(tmp_path, rich, format):
    unrated = rich.item_table.iloc[[0, 3]].assign(id=["=new", "g"])
    export(replace(rich, unrated_items=unrated), tmp_path, format, ["items"])
    path = tmp_path / f"items.{format}"
    rows = cells(path) if format == "csv" else pq.read_table(path).to_pylist()
    assert [row["id"] for row in rows][5:] == ["f", "'=new" if format == "csv" else "=new", "g"]
    assert rows[7]["title"] == "Amélie, 2001"


def test_titles_years_genres_and_attributes_come_back_through_csv(tmp_path, rich):
    export(rich, tmp_path, "csv")
    again = import_ratings(
        tmp_path / "events.csv", "again", items=tmp_path / "items.csv", people=tmp_path / "people.csv"
    ).dataset
    order = [again.item_ids.positions[identifier] for identifier in rich.item_ids.values]
    items = again.item_table.iloc[order].reset_index(drop=True)
    assert items["title"].tolist() == rich.item_table["title"].tolist()
    assert items["genres"].tolist() == rich.item_table["genres"].tolist()
    assert items["year"].equals(rich.item_table["year"])
    assert np.array_equal(items["price"], rich.item_table["price"], equal_nan=True)
    assert again.person(again.user_ids.positions["=ann"]) == "@ann (=ann)"


# Files


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_batches_join_without_a_seam(tmp_path, monkeypatch, rich, format):
    export(rich, tmp_path / "whole", format)
    monkeypatch.setattr(exporting, "BATCH", 4)
    export(rich, tmp_path / "batches", format)
    for part in PARTS:
        whole, batches = (tmp_path / name / f"{part}.{format}" for name in ("whole", "batches"))
        if format == "csv":
            assert whole.read_bytes() == batches.read_bytes()
        else:
            assert pq.read_table(whole) == pq.read_table(batches)


def test_the_archive_holds_the_same_three_files(tmp_path, rich):
    export(rich, tmp_path, "csv")
    target = io.BytesIO()
    export_archive(rich, target, "csv")
    with zipfile.ZipFile(target) as archive:
        assert archive.namelist() == ["events.csv", "items.csv", "people.csv"]
        for name in archive.namelist():
            assert archive.read(name) == (tmp_path / name).read_bytes()
    target = io.BytesIO()
    export_archive(rich, target, "parquet")
    with zipfile.ZipFile(target) as archive:
        assert pq.read_table(io.BytesIO(archive.read("people.parquet"))).num_rows == 4


def test_no_file_is_written_over(tmp_path, rich):
    (tmp_path / "items.csv").write_text("mine")
    with pytest.raises(DataError, match=r'holds "items.csv" already') as caught:
        export(rich, tmp_path, "csv")
    assert caught.value.code == "file-exists"
    assert (tmp_path / "items.csv").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["items.csv"]


def test_a_folder_that_cannot_be_written_to_is_said_in_words(tmp_path, rich):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="Nothing was exported") as caught:
        export(rich, tmp_path / "file" / "folder", "csv")
    assert caught.value.code == "cannot-write"


def test_a_full_disk_leaves_nothing_behind(tmp_path, rich, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(exporting, "_table", full)
    with pytest.raises(StoreError, match="No space left on device"):
        export(rich, tmp_path, "csv")
    assert list(tmp_path.iterdir()) == []
