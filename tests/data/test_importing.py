"""The whole way from files to a data set."""

import csv
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from recsys_core import cli
from recsys_core.data.importing import import_ratings, preview
from recsys_core.data.reading.dialect import Dialect
from recsys_core.data.recipe import Recipe
from recsys_core.data.side.pictures import PictureSource
from recsys_core.errors import DataError
from recsys_core.types import Feedback
from tests.data.files import HEADER, ROWS, real, text_of, write


def test_a_data_set_with_everything(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    Image.new("RGB", (40, 60), "teal").save(tmp_path / "in" / "f.png")
    items = write(tmp_path, "item_id,title,image\ni0,Nought,f.png\ni1,One,\nextra,Extra,\n", "items.csv")
    people = write(tmp_path, "user_id,name\nu0,Ann\nu1,Bo\n", "people.csv")
    ratings = write(tmp_path, text_of())
    pictures = PictureSource.files(tmp_path / "in", tmp_path / "out")
    result = import_ratings(ratings, " Mine ", items=items, people=people, pictures=pictures, origin="By hand.")
    dataset = result.dataset
    assert (dataset.name, dataset.origin, dataset.image_folder) == ("Mine", "By hand.", tmp_path / "out")
    assert (dataset.n_users, dataset.n_items, len(dataset.interactions)) == (5, 7, 35)
    assert [dataset.title(item) for item in range(3)] == ["Nought", "One", "i2"]
    assert dataset.person(0) == "Ann (u0)"
    assert dataset.picture(0) in list((tmp_path / "out").iterdir())
    assert dataset.unrated_items["id"].tolist() == ["extra"]
    assert [(join.noun, join.matched, join.missing, join.surplus) for join in result.joins] == [
        ("item", 2, 5, 1),
        ("person", 2, 3, 0),
    ]
    assert {finding.code for finding in result.findings} == {
        "item-without-row",
        "item-without-ratings",
        "person-without-row",
        "item-without-picture",
    }


def test_without_pictures_there_is_no_picture_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    pictures = PictureSource.files(tmp_path / "empty", tmp_path / "out")
    assert import_ratings(write(tmp_path, text_of()), "x", pictures=pictures).dataset.image_folder is None


def test_same_rows_same_fingerprint_however_they_are_written(tmp_path: Path) -> None:
    comma = import_ratings(write(tmp_path, text_of()), "one").dataset
    colons = import_ratings(write(tmp_path, text_of(delimiter="::", header=None), "b.dat"), "two").dataset
    assert comma.fingerprint == colons.fingerprint


def test_choices_by_hand(tmp_path: Path) -> None:
    path = write(tmp_path, text_of())
    swapped = import_ratings(path, "x", Recipe(user="item_id", item="user_id", rating="rating", time=None)).dataset
    assert (swapped.n_users, swapped.n_items, swapped.interactions.times) == (7, 5, None)
    assert import_ratings(path, "x", Recipe(time=None)).dataset.interactions.times is None
    assert import_ratings(path, "x", Recipe(rating=None)).dataset.feedback is Feedback.IMPLICIT
    with pytest.raises(DataError, match="single column"):
        import_ratings(path, "x", Recipe(dialect=Dialect("utf-8", ";", True)))


def test_a_guess_from_values_is_said_unless_it_was_chosen(tmp_path: Path) -> None:
    path = write(tmp_path, text_of(header=None))
    assert [finding.code for finding in import_ratings(path, "x").findings] == ["columns-guessed"]
    chosen = Recipe(user="column 1", item="column 2", rating="column 3", time="column 4")
    assert import_ratings(path, "x", chosen).findings == ()


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "two\nlines", "a\u202eb"])
def test_names_must_be_short_and_printable(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="1 to 80 printable") as error:
        import_ratings(write(tmp_path, text_of()), name)
    assert error.value.code == "bad-name"


def test_preview(tmp_path: Path) -> None:
    seen = preview(write(tmp_path, text_of()))
    assert seen.dialect == Dialect("utf-8", ",", True)
    assert seen.recipe is not None
    assert tuple(seen.recipe.chosen_columns().values()) == (*HEADER, None)
    assert seen.rows == 35
    assert list(seen.frame.itertuples(index=False, name=None)) == ROWS[:20]
    assert preview(write(tmp_path, text_of(ROWS * 2000))).rows is None


def test_preview_shows_the_table_even_if_a_role_is_missing(tmp_path: Path) -> None:
    path = write(tmp_path, text_of([(u, i, r, r) for u, i, r, _ in ROWS], header=("user_id", "item_id", "a", "b")))
    seen = preview(path)
    assert seen.recipe is None
    assert seen.problem is not None
    assert seen.problem.code == "no-rating-column"
    assert len(seen.frame) == 20


def test_the_shell_adds_its_flags_to_fixes_about_columns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, text_of([(u, i, r, r) for u, i, r, _ in ROWS], header=("userId", "movieId", "a", "b")))
    assert cli.main(["import", str(path), "--name", "x"]) == 2
    assert "say that there are none. In the shell: --user, --item, --rating, --time" in capsys.readouterr().err
    items = ["--items", str(write(tmp_path, "title,year\nOne,1999\nTwo,1998\n", "items.csv"))]
    assert cli.main(["import", str(write(tmp_path, text_of())), "--name", "x", *items]) == 2
    assert "In the shell" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "words", "fix"),
    [
        ("", "ratings.csv is empty", "CSV"),
        (
            text_of([(u, i, r, r) for u, i, r, _ in ROWS], header=("userId", "movieId", "a", "b")),
            'no rating column: besides "userId" .user. and "movieId" .item. it has "a", "b"',
            "Choose the column that holds the ratings",
        ),
        (
            "Call me Ishmael.\nSome years ago, never mind how long, I went to sea.\nIt is a way I have.\n",
            "plain text",
            "CSV",
        ),
        ("user_id,item_id,rating\nu1,i1,5\n", "too small to learn from", "10 events"),
        ("u1,i1,5\nu2,i2,4\n", "too small to learn from", "10 events"),
        (
            text_of([("", *row[1:]) for row in ROWS]),
            r'row 1 \(line 2\), column "user_id": "" is no user id',
            "user ids",
        ),
        (text_of([(u, i, "five", t) for u, i, _, t in ROWS]), 'column "rating": "five" is not a number', "numbers"),
    ],
)
def test_bad_files_get_one_message_and_a_way_out(tmp_path: Path, content: str, words: str, fix: str) -> None:
    with pytest.raises(DataError, match=words) as error:
        import_ratings(write(tmp_path, content), "x")
    assert fix in error.value.fix
    assert "\n" not in str(error.value)


printable = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
identifier = printable | st.sampled_from(
    ['a,b"c', "007", "NA", "null", "👩‍👧", "=1+1", "'", '"', "::", "1e5", "#", "a b", "x\ny"]
)


@given(ids=st.lists(identifier, min_size=4, max_size=12, unique=True))
def test_ids_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, ids: list[str]) -> None:
    rows = [(user, item, n % 5) for n, (user, item) in enumerate((user, item) for user in ids for item in ids)]
    path = tmp_path_factory.mktemp("ids") / "ratings.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("user_id", "item_id", "rating"), *rows])
    result = import_ratings(path, "ids")
    dataset = result.dataset
    assert (result.rows, result.kept, result.rejected, result.merged) == (len(rows), len(rows), 0, 0)
    assert dataset.user_ids.values.tolist() == ids
    assert dataset.item_ids.values.tolist() == ids
    assert dataset.interactions.values.tolist() == [float(value) for *_, value in rows]


@given(data=st.data())
def test_damaged_files_end_in_counts_or_in_one_message(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(text_of(ROWS * 2).encode())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(content)))
        piece = data.draw(
            st.sampled_from([b'"', b"\n", b"\r", b",", b'""', b"\xff", b"\xef\xbb\xbf", b";", b" ", b"\t", b"#", b"x,"])
        )
        content[place:place] = piece
    path = write(tmp_path_factory.mktemp("damaged"), bytes(content))
    with suppress(DataError):
        result = import_ratings(path, "damaged")
        assert result.rows == result.kept + result.rejected + result.merged
        assert result.rows >= 68  # a line end can be quoted, or a row taken for the header


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "items", "rows", "merged", "users", "n_items", "scale"),
    [
        ("ml-100k/u.data", "ml-100k/u.item", 100_000, 0, 943, 1682, (1, 5, 1)),
        ("ml-1m/ratings_sample_100k.dat", "ml-1m/movies.dat", 100_000, 0, 5958, 3312, (1, 5, 1)),
        ("ml-latest-small/ratings.csv", "ml-latest-small/movies.csv", 100_836, 0, 610, 9724, (0.5, 5, 0.5)),
        ("anime/anime_ratings.dat", "anime/anime_info.dat", 419_943, 0, 4714, 7157, (1, 10, 1)),
        ("anime/anime_history.dat", "anime/anime_info.dat", 520_609, 0, 5000, 7390, None),
        ("amazon-books-movies/Amazon-Books-Dense.inter", None, 38_149, 6645, 1426, 723, (1, 5, 1)),
        ("amazon-books-movies/Amazon-Movies-Dense.inter", None, 68_023, 5939, 1381, 1338, (1, 5, 1)),
    ],
)
def test_real_files(
    name: str, items: str | None, rows: int, merged: int, users: int, n_items: int, scale: tuple[float, ...] | None
) -> None:
    result = import_ratings(real(name), name, items=real(items) if items else None)
    dataset = result.dataset
    assert (result.rows, result.kept, result.rejected, result.merged) == (rows, rows - merged, 0, merged)
    assert (dataset.n_users, dataset.n_items) == (users, n_items)
    found = dataset.scale
    assert (None if found is None else (found.low, found.high, found.step)) == scale
    if items:
        assert (dataset.item_table["title"] != "").all()


@pytest.mark.realdata
def test_leading_zeros_of_real_ids_survive() -> None:
    dataset = import_ratings(real("amazon-books-movies/Amazon-Books-Dense.inter"), "books").dataset
    assert dataset.item_ids.values[0] == "0001844423"


def month(values: tuple[str, ...], kinds: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    rows = [(u, i, values[n % len(values)], t) for n, (u, i, _, t) in enumerate(ROWS)]
    return [(*row, kinds[n % len(kinds)]) for n, row in enumerate(rows)] if kinds else rows


@pytest.mark.parametrize(
    ("first", "kinds", "chosen"),
    [
        (("1", "2", "5"), (), {}),
        (("1", "2", "99"), (), {}),
        (("1", "250", "3"), (), {}),
        (("3", "3"), (), {}),
        (("0", "1", "5"), ("view", "buy"), {"event": "event"}),
        (("1", "4", "5"), (), {"threshold": 4}),
    ],
)
def test_a_stored_recipe_gives_the_same_again(
    tmp_path: Path, first: tuple[str, ...], kinds: tuple[str, ...], chosen: dict[str, object]
) -> None:
    header = (*HEADER, "event") if kinds else HEADER
    path = write(tmp_path, text_of(month(first, kinds), header=header))
    made = import_ratings(path, "january", Recipe.parse(chosen))
    stored = Recipe.parse(json.loads(json.dumps(made.summary()["recipe"])))
    again = import_ratings(path, "january", stored)
    assert again.dataset.fingerprint == made.dataset.fingerprint
    assert (again.kept, again.rejected, again.merged) == (made.kept, made.rejected, made.merged)


def test_what_was_guessed_about_one_month_holds_for_the_next(tmp_path: Path) -> None:
    def stored(values: tuple[str, ...]) -> Recipe:
        made = import_ratings(write(tmp_path, text_of(month(values)), "january.csv"), "x")
        return Recipe.parse(made.summary()["recipe"])

    february = write(tmp_path, text_of(month(("1", "2", "5", "99"))), "february.csv")
    assert import_ratings(february, "x", stored(("1", "2", "99"))).rejected == 8
    ratings = write(tmp_path, text_of(month(("1", "2", "5"))), "march.csv")
    assert import_ratings(ratings, "x", stored(("5", "5"))).dataset.feedback is Feedback.EXPLICIT


def test_a_wide_file_stays_wide(tmp_path: Path) -> None:
    def matrix(values: str) -> str:
        lines = [
            f"p{row}," + ",".join(values[(row * 5 + column) % len(values)] for column in range(8)) for row in range(9)
        ]
        return "name," + ",".join(f"film {n}" for n in range(8)) + "\n" + "\n".join(lines) + "\n"

    first = import_ratings(write(tmp_path, matrix("12345 "), "january.csv"), "x")
    stored = Recipe.parse(first.summary()["recipe"])
    again = import_ratings(write(tmp_path, matrix("15 "), "february.csv"), "x", stored)
    assert (again.dataset.n_users, again.dataset.n_items) == (9, 8)


def test_day_or_month_first_is_settled_for_the_next_file(tmp_path: Path) -> None:
    def dated(name: str, *dates: str) -> Path:
        rows = [(u, i, r, dates[n % len(dates)]) for n, (u, i, r, _) in enumerate(ROWS)]
        return write(tmp_path, text_of(rows), name)

    stored = Recipe.parse(import_ratings(dated("january.csv", "01/15/2024", "01/02/2024"), "x").summary()["recipe"])
    times = import_ratings(dated("february.csv", "02/01/2024", "02/03/2024"), "x", stored).dataset.interactions.times
    assert times is not None
    assert times.min() == 1_706_745_600, "the first of February"


def test_people_and_items_can_be_swapped_at_one_click(tmp_path: Path) -> None:
    path = write(tmp_path, text_of([(i, u, r, t) for u, i, r, t in ROWS], header=None))
    made = import_ratings(path, "x")
    assert made.dataset.n_users == 7
    (finding,) = [finding for finding in made.findings if finding.code == "columns-guessed"]
    assert import_ratings(path, "x", Recipe.parse(finding.fixes[0].changes)).dataset.n_users == 5
