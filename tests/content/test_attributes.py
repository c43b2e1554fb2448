"""Attributes: buckets and words learned from one table and asked about another, and columns that leak."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import load, save

from recsys_core.content.around import Around
from recsys_core.content.attribute_features import RARE, AttributeEncoder
from recsys_core.content.attributes import Attributes
from recsys_core.content.items import ItemContent
from recsys_core.content.leaking_columns import leaking_columns
from recsys_core.data.dataset import Dataset, blank_item_table
from recsys_core.errors import ModelError
from tests import worlds


def films() -> Dataset:
    """60 films, of which the last ten have no events; popular films are long and have many votes."""
    rows = [(user, item, 4.0, user) for item in range(50) for user in range(1 + item)]
    dataset = worlds.dataset(rows, 50, 60)
    items = dataset.item_table.assign(
        genres=pd.Series([("Drama", "War")] * 25 + [("War",)] * 25 + [("Horror",)] * 10, dtype=object),
        year=pd.array([1990, 2000] * 30, dtype="Int64"),
        votes=np.arange(60.0),
        length=np.arange(60.0) ** 2,
        price=np.tile([5.0, 7.0, 9.0, 3.0], 15),
        language="en",
    )
    people = dataset.user_table.assign(gender=["F", "M"] * 25, n_ratings=np.arange(50.0))
    return replace(dataset, item_table=items, user_table=people)


def names(reader: Attributes) -> set[str]:
    return {name.partition(": ")[0] for name in reader.encoder.names}


def test_another_table_is_read_by_what_the_first_one_taught():
    numbers = [float(number) for number in range(80)]
    fitted = AttributeEncoder.fit(pd.DataFrame({"size": numbers, "tag": ["a, b"] * 40 + ["b"] * 40}))
    first, last = fitted.names.index("size: 0 to 9"), fitted.names.index("size: 70 to 79")
    a, b = fitted.names.index("tag: a"), fitted.names.index("tag: b")
    table = pd.DataFrame({"size": [-5.0, 3.0, 1e9, np.nan, np.inf], "tag": ["b,a", "c", "b, c", None, 7.0]})
    read = fitted.encode(table)
    rows = [set(read.indices[start:end]) for start, end in zip(read.indptr[:-1], read.indptr[1:], strict=True)]
    assert rows == [{first, a, b}, {first}, {last, b}, set(), set()]


def test_an_item_reads_the_same_alone_and_among_others():
    dataset = films()
    reader = Attributes.of_items(dataset)
    content = ItemContent.of(dataset)
    together = reader.read(content, Around()).values
    alone = np.concatenate([reader.read(content.take([item]), Around()).values for item in range(60)])
    assert together.shape == (60, reader.width)
    assert np.array_equal(together, alone)


def test_every_column_shares_a_weight_of_one_and_nothing_known_is_nothing_read():
    dataset = films()
    reader = Attributes.of_items(dataset)
    new = ItemContent.new_item(dataset, {"genres": ("War", "Drama", "Unheard of")})
    read = reader.read(new, Around())
    told = dict(zip(reader.encoder.names, read.values[0], strict=True))
    assert {name: value for name, value in told.items() if value} == {"genres: Drama": 0.5, "genres: War": 0.5}
    assert read.known.tolist() == [True]
    nothing = reader.read(ItemContent.new_item(dataset, {}), Around())
    assert not nothing.values.any()
    assert not nothing.known.any()


def test_values_that_only_items_without_events_have_are_not_learned():
    dataset = films()
    assert "genres: Horror" not in Attributes.of_items(dataset).encoder.names
    assert "genres: Horror" in Attributes.fit(ItemContent.of(dataset), Around()).encoder.names


def test_columns_that_leak_are_left_out():
    dataset = films()
    assert names(Attributes.fit(ItemContent.of(dataset), Around())) == {"genres", "year", "length", "price", "language"}
    assert names(Attributes.of_items(dataset)) == {"genres", "year", "price", "language"}
    assert names(Attributes.of_people(dataset)) == {"gender"}


def test_people_are_read_from_their_table():
    dataset = films()
    reader = Attributes.of_people(dataset)
    strangers = pd.DataFrame({"name": ["Kim", "Lee", "Ann"], "gender": ["M", "", "X"]})
    read = reader.read_table(strangers)
    assert read.values.tolist() == [[0, 1], [0, 0], [0, 0]]
    assert read.known.tolist() == [True, False, False]


def test_data_without_attributes_give_values_without_width():
    reader = Attributes.of_people(worlds.golden())
    read = reader.read_table(worlds.golden().user_table)
    assert (reader.width, read.values.shape, read.known.any()) == (0, (4, 0), False)


def test_a_saved_reader_reads_as_before_whatever_the_words():
    table = pd.DataFrame(
        {
            "tag": pd.Series(["\udfff 💡", "日本語", "a\x00b", "الف"] * RARE, dtype=object),
            "when": pd.Series(["1999-01-01", "2000-02-29", "NaT", "2001-01-01"] * RARE, dtype="datetime64[s]"),
            "size": [0.1, 1e300, -1e-300, np.nan] * RARE,
        }
    )
    assert leaking_columns(table) == {}
    reader = Attributes(AttributeEncoder.fit(table))
    again = Attributes.from_arrays(load(save(reader.arrays())))
    assert reader.width == 4 + 3 + 3
    assert again.encoder.names == reader.encoder.names
    assert np.array_equal(again.read_table(table).values, reader.read_table(table).values)


@pytest.mark.parametrize(
    "saved",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"a": 1}',
        b'{"a": {"features": ["x"]}}',
        b'{"a": {"features": [1], "separator": ","}}',
        b'{"a": {"features": ["x", "x"], "separator": ","}}',
        b'{"a": {"features": ["x"], "separator": ""}}',
        b'{"a": {"features": ["x"], "levels": [1, 2], "places": [0]}}',
        b'{"a": {"features": ["x"], "levels": [2, 1], "places": [0, 0]}}',
        b'{"a": {"features": ["x"], "levels": [1], "places": [1]}}',
        b'{"a": {"features": ["x"], "levels": [1], "places": [-2]}}',
        b'{"a": {"features": ["x"], "levels": [NaN], "places": [0]}}',
    ],
)
def test_a_damaged_save_is_refused(saved: bytes):
    with pytest.raises(ModelError, match="of the saved model"):
        Attributes.from_arrays({"attributes": np.frombuffer(saved, np.uint8)})


def test_a_save_without_attributes_is_refused():
    with pytest.raises(ModelError, match="of the saved model"):
        Attributes.from_arrays({})


CELLS = {
    "number": st.one_of(st.floats(), st.integers(-5, 5).map(float)),
    "word": st.one_of(st.text(max_size=6), st.sampled_from(["a", "b", "a|b", "['a', 'b']"])),
    "genres": st.lists(st.sampled_from("abc"), unique=True).map(tuple),
}


def columns(n: int) -> st.SearchStrategy[pd.DataFrame]:
    lists = {name: st.lists(cells, min_size=n, max_size=n) for name, cells in CELLS.items()}
    return st.fixed_dictionaries(lists).map(
        lambda table: pd.DataFrame(
            {name: pd.Series(cells, dtype=float if name == "number" else object) for name, cells in table.items()}
        )
    )


@given(columns(30), columns(7))
def test_any_table_is_read_by_what_any_other_taught(first: pd.DataFrame, second: pd.DataFrame):
    reader = Attributes(AttributeEncoder.fit(first))
    again = Attributes.from_arrays(reader.arrays())
    for table in (first, second):
        values = reader.read_table(table).values
        assert values.shape == (len(table), reader.width)
        assert np.array_equal(values, again.read_table(table).values)
        sums = [
            values[:, [name.startswith(f"{label}: ") for name in reader.encoder.names]].sum(axis=1) for label in CELLS
        ]
        assert all(((total < 1e-6) | (abs(total - 1) < 1e-6)).all() for total in sums)


@pytest.mark.parametrize(
    "name",
    [
        *(
            "vote_count",
            "voteAverage",
            "members",
            "num_ratings",
            "popularity",
            "rating",
            "score",
            "imdbRating",
            "reviews",
        ),
        *("Number of reviews", "play_count", "playcount", "listeners", "scored_by", "rank", "revenue", "metascore"),
        *("favorites", "likes", "downloads", "n_votes", "avg_rating", "stars", "followers", "review count"),
    ],
)
def test_numbers_that_tell_popularity_are_known_by_their_name(name: str):
    assert list(leaking_columns(pd.DataFrame({name: [1.0, 2.0]}))) == [name]


@pytest.mark.parametrize("name", ["age_rating", "year", "runtime", "price", "remembered", "displays", "crank", "pages"])
def test_other_numbers_are_not(name: str):
    assert leaking_columns(pd.DataFrame({name: [1.0, 2.0]})) == {}


def test_words_and_dates_do_not_leak_by_their_name_but_numbers_written_as_text_do():
    table = pd.DataFrame({"rating": ["PG-13", "R"], "score": pd.to_datetime(["2020-01-01", None])})
    assert leaking_columns(table) == {}
    assert list(leaking_columns(pd.DataFrame({"votes": ["1,234", ""], "num_review": ["402 user", "7 user"]}))) == [
        "votes",
        "num_review",
    ]


def test_numbers_that_go_with_the_number_of_events_leak_and_years_do_not():
    counts = np.append(np.arange(1, 101), np.zeros(50, np.int64))
    noise = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "copies": np.append(np.log(counts[:100]), noise.normal(size=50)),
            "fewer": -np.append(counts[:100] ** 3.0, np.zeros(50)),
            "pages": noise.normal(size=150),
            "same": 1.0,
            "seldom": np.append(np.arange(20.0), [np.nan] * 130),
            "year": pd.array(np.arange(150), dtype="Int64"),
        }
    )
    found = leaking_columns(table, counts)
    assert list(found) == ["copies", "fewer"]
    assert "rank correlation 1.00" in found["copies"]
    assert "rank correlation -1.00" in found["fewer"]


def test_of_hundreds_of_columns_the_commonest_values_are_features():
    n = 2_000
    columns = {f"c{number}": pd.Series([f"v{row % 97}" for row in range(n)], dtype=object) for number in range(30)}
    few = {"kind": pd.Series(["a", "b"] * (n // 2), dtype=object), "size": np.arange(float(n))}
    table = pd.DataFrame(columns | few)
    names = AttributeEncoder.fit(table, 1024).names
    assert 1024 - len(columns) < len(names) <= 1024
    assert {"kind: a", "kind: b"} <= set(names)
    assert sum(name.startswith("size: ") for name in names) == 8
    assert len(AttributeEncoder.fit(table).names) == 30 * 97 + 2 + 8
    assert Attributes.fit(ItemContent(blank_item_table(n).join(table), (None,) * n), Around()).width == len(names)
