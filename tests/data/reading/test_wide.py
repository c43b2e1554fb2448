"""Wide matrices: recognised among other tables, and turned into events without loss."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recsys_core.data.reading.any_table import read_table
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.reading.wide import is_wide, melt
from recsys_core.errors import DataError
from tests.data.files import real, text_of, write

PEOPLE, ITEMS = 12, 9
RATED = {(user, item): (user + item * item) % 6 for user in range(PEOPLE) for item in range(ITEMS)}  # 0: none
NAMES = [f"j{item}" for item in range(ITEMS)]


def matrix(none: str, ids: bool = True, count: bool = False) -> list[list[str]]:
    rows = []
    for user in range(PEOPLE):
        cells = [str(RATED[user, item]) if RATED[user, item] else none for item in range(ITEMS)]
        filled = sum(1 for item in range(ITEMS) if RATED[user, item])
        rows.append([*[f"p{user}"] * ids, *[str(filled)] * count, *cells])
    return rows


def read(folder: Path, rows: list[list[str]], header: list[str] | None = None, delimiter: str = ",") -> RawTable:
    text = "".join(delimiter.join(row) + "\n" for row in ([header] if header else []) + rows)
    return read_table(write(folder, text, "matrix.csv"))


def events(table: RawTable) -> list[tuple[str, ...]]:
    return [tuple(row) for row in table.frame.itertuples(index=False)]


def expected(users: list[str], items: list[str]) -> list[tuple[str, ...]]:
    return [(users[user], items[item], str(value)) for (user, item), value in RATED.items() if value]


NUMBERED = [str(user + 1) for user in range(PEOPLE)]
LETTERED = [f"p{user}" for user in range(PEOPLE)]


@pytest.mark.parametrize("none", ["99", "-1", "", "NA", "NaN", "99.00"])
@pytest.mark.parametrize("header", [["user_id", *NAMES], ["", *NAMES], ["Unnamed: 0", *NAMES]])
def test_people_with_ids(tmp_path: Path, none: str, header: list[str]) -> None:
    table = read(tmp_path, matrix(none), header)
    assert is_wide(table)
    melted = melt(table)
    assert melted.columns == ["user", "item", "rating"]
    assert events(melted) == expected(LETTERED, NAMES)
    assert melted.unit == "cell"
    assert melted.place(1) == "cell 2 (line 2)"


@pytest.mark.parametrize("count", [False, True])
@pytest.mark.parametrize("named", [False, True])
def test_people_without_ids_are_numbered(tmp_path: Path, count: bool, named: bool) -> None:
    header = [*["rated"] * count, *NAMES] if named else None
    table = read(tmp_path, matrix("99", ids=False, count=count), header)
    assert is_wide(table)
    names = NAMES if named else [f"column {1 + count + item}" for item in range(ITEMS)]
    assert events(melt(table)) == expected(NUMBERED, names)


def test_items_called_by_numbers(tmp_path: Path) -> None:
    for names in ([str(n) for n in range(1, 1 + ITEMS)], [str(n * 1000) for n in range(ITEMS)]):
        table = read(tmp_path, matrix(""), ["userId", *names])
        assert is_wide(table)
        melted = melt(table)
        assert events(melted) == expected(LETTERED, names)
        assert melted.place(0) == "cell 1 (line 2)"


def test_what_was_done_is_said(tmp_path: Path) -> None:
    melted = melt(read(tmp_path, [*matrix("99"), ["p12", "1"]], ["user_id", *NAMES]))
    filled = len(expected(LETTERED, NAMES))
    assert [(finding.code, finding.rows) for finding in melted.findings] == [("wide-matrix", filled)]
    for words in ('"user_id"', "12 people", "9 items", f"{filled} filled cells", f"{108 - filled} cells", "and 99"):
        assert words in melted.findings[0].message
    assert melted.rejected["line"].tolist() == [14]
    assert melted.rows == filled + 1


def test_as_in_jester(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    scores = np.round(random.uniform(-10, 10, (500, 100)), 2)
    known = random.random((500, 100)) < 0.6
    rows = [
        [str(int(mask.sum())), *(f"{score:.2f}" if one else "99" for score, one in zip(line, mask, strict=True))]
        for line, mask in zip(scores, known, strict=True)
    ]
    table = read(tmp_path, rows)
    assert is_wide(table)
    melted = melt(table)
    assert len(melted) == known.sum()
    user, item = np.argwhere(known)[-1]
    assert events(melted)[-1] == (str(user + 1), f"column {item + 2}", f"{scores[user, item]:.2f}")


def test_a_scale_with_minus_one_keeps_it(tmp_path: Path) -> None:
    rows = [[f"p{n}", *(str((n * 3 + item * 5) % 5 - 2) for item in range(6))] for n in range(20)]
    assert len(melt(read(tmp_path, rows, ["user_id", *NAMES[:6]]))) == 120


def test_zero_is_none_where_it_fills_most_cells(tmp_path: Path) -> None:
    rows = [[f"p{n}", *(str(n % 5 + 1 if (n + item) % 3 == 0 else 0) for item in range(9))] for n in range(20)]
    assert events(melt(read(tmp_path, rows, ["user_id", *NAMES]))) == [
        (f"p{n}", f"j{item}", str(n % 5 + 1)) for n in range(20) for item in range(9) if (n + item) % 3 == 0
    ]


def test_zero_is_a_rating_where_it_is_rare(tmp_path: Path) -> None:
    assert len(melt(read(tmp_path, matrix("0"), ["user_id", *NAMES]))) == PEOPLE * ITEMS


LONG = [[f"{n % 40}", f"{n % 23}", str(1 + n % 5), str(n % 24), str(n % 7), str(n % 2)] for n in range(200)]


@pytest.mark.parametrize(
    "table",
    [
        [["user_id", "item_id", "rating", "hour", "day", "mobile"], *LONG],
        LONG,
        [["user_id", "item_id", *"abcde"], *([*row[:2], *["1", "3", "5", "2", "4"]] for row in LONG)],
        [["movie_id", *"abcde"], *([str(n), *(str(1 + (n + k) % 5) for k in range(5))] for n in range(50))],
        [["user_id", *"abcde"], *([str(n), *(str((n + k) % 2) for k in range(5))] for n in range(50))],
        [["user_id", *"abcde"], *([str(n), *(f"{n * k % 7 / 7:.6f}" for k in range(1, 6))] for n in range(50))],
        [["user_id", *"abcd"], *([str(n), *(str(1 + (n + k) % 5) for k in range(4))] for n in range(50))],
        [["user_id", *"abcde", "note"], *([str(n), *"12345", "words"] for n in range(50))],
        [["pair", *"abcde"], *([f"({n}:7)", *(str((n * k) % 31) for k in range(1, 6))] for n in range(50))],
    ],
)
def test_other_tables_are_not_wide(tmp_path: Path, table: list[list[str]]) -> None:
    assert not is_wide(read(tmp_path, table))


def test_words_among_the_cells_are_no_matrix_even_by_choice(tmp_path: Path) -> None:
    found = read(tmp_path, [["user_id", *"abcde", "note"], *([str(n), *"12345", "words"] for n in range(50))])
    with pytest.raises(DataError, match="cannot be read as one row a person") as error:
        melt(found)
    assert error.value.code == "not-wide"


@pytest.mark.parametrize("header", [["user_id", "a", "b", "c"], ["", "a", "b", "c"], None])
def test_a_matrix_of_any_scale_can_be_chosen(tmp_path: Path, header: list[str] | None) -> None:
    rows = [[f"p{n}", *(str((n + k) % 2) for k in range(3))] for n in range(12)]
    table = read(tmp_path, rows, header)
    assert not is_wide(table)
    names = header[1:] if header else ["column 2", "column 3", "column 4"]
    assert events(melt(table)) == [(f"p{n}", names[k], "1") for n in range(12) for k in range(3) if (n + k) % 2]


def test_a_matrix_of_yes_and_no_keeps_its_no_where_cells_are_blank(tmp_path: Path) -> None:
    rows = [[f"p{n}", *(["0", "1", ""][(n + k) % 3] for k in range(6))] for n in range(12)]
    found = events(melt(read(tmp_path, rows, ["user_id", *NAMES[:6]])))
    assert [rating for _, _, rating in found].count("0") == 24


def test_columns_before_the_items_are_left_aside_and_said(tmp_path: Path) -> None:
    header = ["Timestamp", "Email Address", "Age", *NAMES]
    rows = [["2024/01/05 10:23:11 AM", row[0], str(20 + n), *row[1:]] for n, row in enumerate(matrix(""))]
    table = read(tmp_path, rows, header)
    assert is_wide(table)
    melted = melt(table)
    assert events(melted) == expected(LETTERED, NAMES)
    assert 'Left aside: "Timestamp", "Age".' in melted.findings[0].message


def test_times_alone_are_no_ids(tmp_path: Path) -> None:
    rows = [[f"2024/01/05 10:23:{n + 10}", *row[1:]] for n, row in enumerate(matrix(""))]
    assert events(melt(read(tmp_path, rows, ["Timestamp", *NAMES]))) == expected(NUMBERED, NAMES)


def test_totals_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [*matrix(""), ["Grand Total", *["3.1416"] * ITEMS]]
    table = read(tmp_path, [[*row, "17.123"] for row in rows], ["Row Labels", *NAMES, "Grand Total"])
    assert is_wide(table)
    melted = melt(table)
    assert events(melted) == expected(LETTERED, NAMES)
    assert melted.findings[-1].code == "totals"
    assert "1 row and 1 column of totals" in melted.findings[-1].message


def test_a_table_of_four_columns_is_never_wide(tmp_path: Path) -> None:
    assert not is_wide(read_table(write(tmp_path, text_of())))


CELL = st.sampled_from(["", "1", "2", "3", "4", "5"])


@settings(max_examples=40, deadline=None, database=None)
@given(st.lists(st.lists(CELL, min_size=6, max_size=6), min_size=12, max_size=30))
def test_every_filled_cell_is_an_event(rows: list[list[str]]) -> None:
    rows = [["1", "2", "3", "4", "5", ""], *rows]
    frame = pd.DataFrame(rows, columns=list("ABCDEF"))
    frame.insert(0, "user_id", [f"p{n}" for n in range(len(rows))])
    table = RawTable.of("matrix", frame)
    assert is_wide(table)
    wanted = [(f"p{n}", name, cell) for n, row in enumerate(rows) for name, cell in zip("ABCDEF", row, strict=True)]
    assert events(melt(table)) == [event for event in wanted if event[2]]


@pytest.mark.realdata
@pytest.mark.parametrize(
    "name",
    [
        "ml-100k/u.data",
        "ml-100k/u.item",
        "ml-100k/u.user",
        "ml-1m/ratings_sample_100k.dat",
        "ml-latest-small/ratings.csv",
        "ml-latest-small/links.csv",
        "amazon-books-movies/Amazon-Books-Dense.inter",
        "anime/anime_ratings.dat",
        "anime/anime_info.dat",
        "ml-100k-text/items_overview.csv",
        "ncf-ml-1m/ml-1m.test.negative",
        "obd/random/all/all.csv",
        "obd/bts/men/men.csv",
        "obd/random/women/item_context.csv",
    ],
)
def test_real_files_are_not_wide(name: str) -> None:
    assert not is_wide(read_table(real(name)))


@pytest.mark.realdata
def test_real_ratings_survive_being_a_matrix(tmp_path: Path) -> None:
    ratings = pd.read_csv(real("ml-latest-small/ratings.csv"))
    popular = ratings[ratings["movieId"].isin(ratings["movieId"].value_counts().index[:500])]
    popular.pivot_table(index="userId", columns="movieId", values="rating").to_csv(tmp_path / "wide.csv")
    table = read_table(tmp_path / "wide.csv")
    assert is_wide(table)
    found = {(user, item): float(rating) for user, item, rating in events(melt(table))}
    columns = popular["userId"].astype(str), popular["movieId"].astype(str), popular["rating"]
    assert found == {(user, item): rating for user, item, rating in zip(*columns, strict=True)}
