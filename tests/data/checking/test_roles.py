"""Guessing roles: from names, from values, and when to give up."""

from dataclasses import replace

import pandas as pd
import pytest

from recsys_core.data.checking import roles
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


def test_several_nameless_ratings_are_refused_with_the_way_out() -> None:
    names, rows = ["user_id", "item_id", "a", "b"], [(u, i, r, r) for u, i, r, _ in ROWS]
    with pytest.raises(DataError, match='no rating column.*it has "a", "b", and more than one') as error:
        guess_columns(table(names, rows))
    assert error.value.code == "no-rating-column"
    assert error.value.fix == "Choose the column that holds the ratings, or say that there are none."
    assert guess_columns(table(names, rows), {"rating": None}).rating is None
    assert guess_columns(table(names, rows), {"rating": "a"}).rating == "a"


def test_words_without_names_are_no_data_set() -> None:
    with pytest.raises(DataError, match="none of these looks like ratings"):
        guess_columns(nameless([(u, i, "fine") for u, i, *_ in ROWS]))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("comment", "fine"),
        ("age", "33"),
        ("price", "0.0169"),
        ("amount", "4"),
        ("latitude", "4.5"),
        ("sales_channel_id", "2"),
        ("hour", "7"),
        ("tag", "classic"),
        ("share", "12.5"),
        ("share", "34.1234567"),
    ],
)
def test_columns_of_something_else_leave_implicit_feedback(name: str, value: str) -> None:
    rows = [(t, u, i, value if n % 2 else value.replace("3", "5")) for n, (u, i, _, t) in enumerate(ROWS)]
    found = guess_columns(table(["t_dat", "customer_id", "article_id", name], rows))
    assert found == Columns("customer_id", "article_id", None, "t_dat")


def test_only_a_small_scale_is_a_rating_without_a_name() -> None:
    rows = [(u, i, f"{n}.5") for n, (u, i, *_) in enumerate(ROWS)]
    assert guess_columns(table(["user_id", "item_id", "wertig"], rows)).rating is None
    assert guess_columns(table(["user_id", "item_id", "wertig"])).rating == "wertig"


def test_a_constant_is_passed_over_for_what_varies() -> None:
    rows = [(u, i, r, "1", t) for u, i, r, t in ROWS]
    assert guess_columns(nameless(rows)).rating == "column 3"


def test_ids_that_are_small_numbers_are_no_ratings() -> None:
    rows = [(str(n % 5), t, str(214_536_500 + n % 7), "S") for n, (*_, t) in enumerate(ROWS)]
    assert guess_columns(nameless(rows)) == Columns("column 1", "column 3", None, "column 2")


def test_places_are_no_ratings() -> None:
    times = [t for *_, t in ROWS]
    rows = [(str(n % 5), t, f"{30 + n % 7}.123451", f"-97.74{n % 7}1", f"{500 + n % 7}") for n, t in enumerate(times)]
    assert guess_columns(nameless(rows)) == Columns("column 1", "column 5", None, "column 2")


def test_counts_of_any_size_at_the_end_of_a_nameless_file() -> None:
    rows = [(u * 10, i * 9, f"artist {i}", str(1 + n * 137)) for n, (u, i, *_) in enumerate(ROWS)]
    assert guess_columns(nameless(rows)) == Columns("column 1", "column 2", "column 4")
    triplets = [(u, i, plays) for u, i, _, plays in rows]
    assert guess_columns(nameless(triplets)) == Columns("column 1", "column 2", "column 3")


def test_words_for_events_are_known_without_a_header() -> None:
    rows = [(u, i, f"c{n % 3}", ("pv", "buy", "cart", "fav")[n % 4], t) for n, (u, i, _, t) in enumerate(ROWS)]
    assert guess_columns(nameless(rows)) == Columns("column 1", "column 2", None, "column 5", "column 4")


def test_dates_come_before_numbers_that_could_be_times() -> None:
    rows = [(u, i, str(1_500_000_000 + n % 7), r, "2015-08-31") for n, (u, i, r, _) in enumerate(ROWS)]
    names = ["customer_id", "product_id", "parent", "star_rating", "day of it"]
    assert guess_columns(table(names, rows)).time == "day of it"


def test_a_column_called_a_time_without_times_is_left_aside() -> None:
    rows = [(u, i, r, "December 2012") for u, i, r, _ in ROWS]
    raw = table(["user_id", "hotel_id", "rating", "date_stayed"], rows)
    assert guess_columns(raw) == Columns("user_id", "hotel_id", "rating")
    assert guess_columns(raw, {"time": "date_stayed"}).time == "date_stayed"


@pytest.mark.parametrize(
    "names",
    [
        ["review_profilename", "beer_beerid", "review_overall", "review_time"],
        ["username", "anime_id", "my_score", "date"],
        ["email", "title", "stars", "review_date"],
        ["guest_id", "hotel_id", "rating", "utcTimestamp"],
        ["session_id", "app_id", "rating", "time_ms"],
        ["order_id", "product_id", "rating", "date"],
        ["Kundennummer", "Artikelnummer", "Bewertung", "Datum"],
        ["Utilisateur", "Film", "Note", "Date"],
        ["usuario", "película", "calificación", "fecha"],
        ["utente", "articolo", "voto", "data"],
        ["Пользователь", "Фильм", "Оценка", "Дата"],
        ["用户", "电影", "评分", "时间"],
        ["ユーザー", "映画", "評価", "日付"],
    ],
)
def test_names_of_other_trades_and_tongues_in_any_order(names: list[str]) -> None:
    turned = [2, 1, 3, 0]
    rows = [tuple(row[place] for place in turned) for row in ROWS]
    assert guess_columns(table([names[place] for place in turned], rows)) == Columns(*names)


def test_strong_names_of_ratings_come_before_weak_ones() -> None:
    rows = [(u, i, "7", r) for u, i, r, _ in ROWS]
    for weak in ("value", "vote", "score"):
        assert guess_columns(table(["user_id", "item_id", weak, "rating"], rows)).rating == "rating"
        assert guess_columns(table(["user_id", "item_id", weak], rows)).rating == weak


def test_thousands_of_columns_are_not_all_searched_for_times(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[pd.Series] = []
    monkeypatch.setattr(roles, "looks_like_times", lambda values: bool(searched.append(values)))
    names = ["user_id", "item_id", "rating", *(f"q{n}" for n in range(500))]
    assert guess_columns(table(names, [("u1", "i1", "5", *["yes"] * 500)] * 12)).time is None
    assert len(searched) == roles.MOST_SEARCHED


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
