"""Guessing roles: from names, from values, and when to give up."""

from dataclasses import replace

import pandas as pd
import pytest

from recsys_core.data.checking.roles import Columns, check_columns, guess_columns
from recsys_core.data.column_names import tokens
from recsys_core.data.reading.any_table import RawTable
from recsys_core.data.reading.dialect import Dialect
from recsys_core.errors import DataError
from tests.data.files import HEADER, ROWS


def table(names: list[str], rows: list[tuple[str, ...]] = ROWS, header: bool = True) -> RawTable:
    frame = pd.DataFrame([row[: len(names)] for row in rows], columns=names)
    raw = RawTable.of("ratings.csv", frame)
    return replace(raw, dialect=Dialect("utf-8", ",", header))


def nameless(rows: list[tuple[str, ...]]) -> RawTable:
    return table([f"column {n + 1}" for n in range(len(rows[0]))], rows, header=False)


@pytest.mark.parametrize(
    "names",
    [
        ["userId", "movieId", "rating", "timestamp"],
        ["user_id:token", "item_id:token", "rating:float", "timestamp:float"],
        ["reviewerID", "asin", "overall", "unixReviewTime"],
        ["User-ID", "ISBN", "Book-Rating", "date"],
        [" Member ID ", "Product", "Stars", "Created_at"],
        ["uid", "sku", "score", "ts"],
        ["customer", "recipe_id", "Feedback", "time"],
    ],
)
def test_names(names: list[str]) -> None:
    assert guess_columns(table(names)) == Columns(*names)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("reviewerID", ["reviewer", "id"]),
        ("item_id:token", ["item", "id"]),
        (" Book-Rating ", ["book", "rating"]),
        ("unixReviewTime", ["unix", "review", "time"]),
        ("Größe", ["größe"]),
    ],
)
def test_words_of_a_name(name: str, words: list[str]) -> None:
    assert tokens(name) == words


def test_order_does_not_matter_and_other_columns_are_ignored() -> None:
    rows = [(t, r, "7", i, "a comment", u) for u, i, r, t in ROWS]
    names = ["timestamp", "rating", "rating_count", "item_id", "review_text", "user_id"]
    assert guess_columns(table(names, rows)) == Columns("user_id", "item_id", "rating", "timestamp")


def test_of_two_time_columns_the_readable_one_is_taken() -> None:
    rows = [(u, i, r, "the 13th", t) for u, i, r, t in ROWS]
    names = ["reviewerID", "asin", "overall", "reviewTime", "unixReviewTime"]
    assert guess_columns(table(names, rows)).time == "unixReviewTime"


@pytest.mark.parametrize("divisor", ["", "000", "000000", "000000000"])
def test_values_of_a_nameless_file(divisor: str) -> None:
    rows = [(u[1:], i[1:], r, t + divisor) for u, i, r, t in ROWS]
    assert guess_columns(nameless(rows)) == Columns("column 1", "column 2", "column 3", "column 4")
    assert guess_columns(nameless([row[:3] for row in rows])) == Columns("column 1", "column 2", "column 3")
    assert guess_columns(nameless([row[:2] for row in rows])) == Columns("column 1", "column 2")


def test_unknown_names_are_told_by_values() -> None:
    assert guess_columns(table(["wer", "was", "wertung", "wann"])) == Columns("wer", "was", "wertung", "wann")
    assert guess_columns(table(["user_id", "item_id", "wertung"])).rating == "wertung"


def test_two_columns_are_implicit_feedback() -> None:
    assert guess_columns(table(["user_id", "item_id"])) == Columns("user_id", "item_id")


def test_row_index_and_empty_columns_do_not_count() -> None:
    rows = [(str(n), u, i, "") for n, (u, i, *_) in enumerate(ROWS)]
    assert guess_columns(table(["Unnamed: 0", "user_id", "item_id", "notes"], rows)) == Columns("user_id", "item_id")


@pytest.mark.parametrize(
    ("names", "rows", "shown"),
    [
        (["user_id", "item_id", "timestamp"], [(u, i, t) for u, i, _, t in ROWS], '"timestamp"'),
        (["user_id", "item_id", "comment"], [(u, i, "fine") for u, i, *_ in ROWS], '"comment"'),
        (["user_id", "item_id", "age"], [(u, i, "33") for u, i, *_ in ROWS], '"age"'),
        (["user_id", "item_id", "a", "b"], [(u, i, r, r) for u, i, r, _ in ROWS], '"a", "b"'),
    ],
)
def test_no_rating_column_is_said_with_the_columns_and_the_way_out(
    names: list[str], rows: list[tuple[str, ...]], shown: str
) -> None:
    with pytest.raises(DataError, match=f"no rating column.*it has {shown}") as error:
        guess_columns(table(names, rows))
    assert error.value.code == "no-rating-column"
    assert error.value.fix == "Choose the column that holds the ratings, or say that there are none."
    assert guess_columns(table(names, rows), {"rating": None}).rating is None
    assert guess_columns(table(names, rows), {"rating": names[2]}).rating == names[2]


def test_a_rating_column_of_words_keeps_its_role() -> None:
    rows = [(u, i, "good") for u, i, *_ in ROWS]
    assert guess_columns(table(["user_id", "item_id", "rating"], rows)).rating == "rating"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["movieId", "title", "genres"], "no-user-column"),
        (["user_id", "age", "price", "year"], "no-item-column"),
        (["a", "b", "c", "d", "e"], "no-user-column"),
    ],
)
def test_tables_without_people_or_items(names: list[str], code: str) -> None:
    rows = [(f"x{n % 5}", f"y{n % 3}", f"z{n % 2}", f"w{n % 2}", f"v{n % 2}") for n in range(20)]
    with pytest.raises(DataError, match="does not show which column") as error:
        guess_columns(table(names, rows))
    assert error.value.code == code


def test_prose_in_columns_is_no_interaction_data() -> None:
    rows = [(f"word{n}", f"what the word number {n} means in this dictionary") for n in range(20)]
    with pytest.raises(DataError, match="does not show"):
        guess_columns(table(["word", "meaning"], rows))
    remarks = [(f"chapter{n % 3}", "what the chapter says in so many words") for n in range(20)]
    with pytest.raises(DataError, match="does not show"):
        guess_columns(table(["part", "remark"], remarks))


def test_columns_chosen_by_hand() -> None:
    raw = table(list(HEADER))
    assert guess_columns(raw, {"rating": "4", "time": None}) == Columns("user_id", "item_id", "timestamp")
    with pytest.raises(DataError, match='no column "stars"; its columns are "user_id", "item_id"'):
        guess_columns(raw, {"rating": "stars"})
    with pytest.raises(DataError, match="two roles"):
        check_columns(raw, Columns("user_id", "user_id", "rating"))
