"""Side files: titles, genres, years, pictures, names, and what the join says."""

from pathlib import Path

import pytest

from recsys_core.data.dataset import Ids
from recsys_core.data.findings import Finding
from recsys_core.data.importing import read_text
from recsys_core.data.item_table import LONGEST_TITLE, MOVIELENS_GENRES, build_item_table, build_user_table, clean
from recsys_core.errors import DataError
from tests.data.files import real, write


def items(folder: Path, text: str, ids: list[str], images: Path | None = None) -> tuple[list[dict], dict[str, Finding]]:
    table, findings = build_item_table(read_text(write(folder, text, "items.csv")), Ids.of(ids), images)
    assert list(table.columns) == ["title", "genres", "year", "text", "image"]
    assert len(table) == len(ids)
    return table.to_dict("records"), {finding.code: finding for finding in findings}


def test_rows_follow_the_ids(tmp_path: Path) -> None:
    text = (
        "item_id,title,genres,year,synopsis,image\n"
        'i2,"Two, a film",Drama|War,1999,"A ""text"".",\n'
        "i1,One,(no genres listed),,,\n"
    )
    rows, findings = items(tmp_path, text, ["i1", "i2"])
    assert rows[1] == {
        "title": "Two, a film",
        "genres": ("Drama", "War"),
        "year": 1999,
        "text": 'A "text".',
        "image": "",
    }
    assert (rows[0]["title"], rows[0]["genres"]) == ("One", ())
    assert findings == {}


def test_join_report(tmp_path: Path) -> None:
    text = "movieId,title\n1,first\n1,second\n2,two\n9,nine\n8\n"
    rows, findings = items(tmp_path, text, ["2", "1", "007"])
    assert [row["title"] for row in rows] == ["two", "first", ""]
    assert {code: finding.rows for code, finding in findings.items()} == {
        "item-rows-unreadable": 1,
        "item-without-row": 1,
        "item-without-ratings": 1,
        "item-repeated": 1,
    }
    assert '"007"' in findings["item-without-row"].message


def test_ids_that_never_fit(tmp_path: Path) -> None:
    with pytest.raises(DataError, match='there ids look like "7", in the ratings like "007"'):
        items(tmp_path, "item_id,title\n7,x\n8,y\n", ["007", "008"])


def test_a_file_without_an_id_column(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column with item ids") as error:
        items(tmp_path, "title,genres\na,b\nc,d\n", ["a"])
    assert "item_id" in error.value.fix


def test_a_ratings_file_is_no_item_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match='says nothing about the items.*"user_id", "item_id", "rating"') as error:
        items(tmp_path, "user_id,item_id,rating\nu1,i1,5\nu2,i1,4\n", ["i1"])
    assert error.value.code == "no-item-details"
    assert "title" in error.value.fix


@pytest.mark.parametrize(
    ("title", "year"),
    [
        ("Heat (1995)", 1995),
        ("Saga (2006-2007)", 2006),
        ("Saga (2006–)", 2006),
        ("Tape (1995) (V)", 1995),
        ("2001: A Space Odyssey", None),
        ("Blade Runner 2049", None),
        ("(1995) first", None),
    ],
)
def test_year_at_the_end_of_a_title(tmp_path: Path, title: str, year: int | None) -> None:
    rows, _ = items(tmp_path, f"item_id,title\ni1,{title}\ni2,x\n", ["i1"])
    assert rows[0]["title"] == title
    assert (rows[0]["year"] if year else None) == year


@pytest.mark.parametrize(
    ("written", "genres"),
    [
        ('"A|B, C"', ("A", "B, C")),
        ('"A, B"', ("A", "B")),
        ("A;B", ("A", "B")),
        ("A|A| ", ("A",)),
        ("", ()),
        ("(no genres listed)", ()),
    ],
)
def test_genres(tmp_path: Path, written: str, genres: tuple[str, ...]) -> None:
    rows, _ = items(tmp_path, f"item_id,title,genres\ni1,x,{written}\ni2,y,\n", ["i1"])
    assert rows[0]["genres"] == genres


def test_genres_as_flags(tmp_path: Path) -> None:
    rows, _ = items(tmp_path, "item_id,Action,SciFi,genre_unknown,Drama\ni1,1,1,1,0\ni2,0,0,1,0\n", ["i1", "i2"])
    assert [row["genres"] for row in rows] == [("Action", "Sci-Fi"), ()]


def test_movielens_items_without_header(tmp_path: Path) -> None:
    flags = ["0"] * 19
    flags[5], flags[18] = "1", "1"
    lines = [f"{n}|Film {n} (199{n})|01-Jan-1990||http://x/?y|" + "|".join(flags) for n in range(1, 4)]
    rows, _ = items(tmp_path, "\n".join(lines), ["3"])
    assert rows[0]["title"] == "Film 3 (1993)"
    assert rows[0]["genres"] == (MOVIELENS_GENRES[5], MOVIELENS_GENRES[18]) == ("Comedy", "Western")
    assert rows[0]["year"] == 1993


@pytest.mark.parametrize(
    ("dirty", "plain"),
    [
        ("a\x00b\x07c", "abc"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("\u2066x\u2069", "x"),
        ("two\nlines\tand more", "two lines and more"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1"),
        ("élan 👩‍👧 日本", "élan 👩‍👧 日本"),
        ("مرحبا", "مرحبا"),
        ("x" * 1000, "x" * (LONGEST_TITLE - 1) + "…"),
    ],
)
def test_titles_are_safe_to_lay_out(dirty: str, plain: str) -> None:
    assert clean(dirty, LONGEST_TITLE) == plain


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("pictures/f1.webp", True),
        ("f2.png", True),
        ("../secret.png", False),
        ("pictures/../../secret.png", False),
        ("/etc/passwd", False),
        ("C:\\x.png", False),
        ("pictures\\f1.webp", False),
        ("pictures", False),
        ("missing.png", False),
        ("link.png", False),
        ("a\u202e.png", False),
        ("x" * 5000, False),
    ],
)
def test_pictures_stay_inside_their_folder(tmp_path: Path, name: str, accepted: bool) -> None:
    folder = tmp_path / "images"
    (folder / "pictures").mkdir(parents=True)
    for path in (folder / "pictures" / "f1.webp", folder / "f2.png", tmp_path / "secret.png"):
        path.write_bytes(b"picture")
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    rows, findings = items(tmp_path, f"item_id,title,image\ni1,x,{name}\ni2,y,\n", ["i1", "i2"], folder)
    assert rows[0]["image"] == (name if accepted else "")
    assert list(findings) == ([] if accepted else ["picture-not-found"])


def test_names_of_people(tmp_path: Path) -> None:
    path = write(tmp_path, "user_id,name,tastes\nu2,Bo\u202e,x\nu1,Ann,y\n", "people.csv")
    table, findings = build_user_table(read_text(path), Ids.of(["u1", "u2", "u3"]))
    assert table["name"].tolist() == ["Ann", "Bo", ""]
    assert [(finding.code, finding.rows) for finding in findings] == [("person-without-row", 1)]


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "key", "title", "genres", "year"),
    [
        ("ml-100k/u.item", "1", "Toy Story (1995)", ("Animation", "Children's", "Comedy"), 1995),
        ("ml-1m/movies.dat", "73", "Misérables, Les (1995)", ("Drama", "Musical"), 1995),
        ("ml-latest-small/movies.csv", "11", "American President, The (1995)", ("Comedy", "Drama", "Romance"), 1995),
        ("ml-100k-text/items_overview.csv", "1", "Toy Story (1995)", ("Animation", "Children", "Comedy"), 1995),
        ("anime/anime_info.dat", "1723", "Kimi no Na wa.", ("Drama", "Romance", "School", "Supernatural"), None),
    ],
)
def test_real_item_files(name: str, key: str, title: str, genres: tuple[str, ...], year: int | None) -> None:
    table, _ = build_item_table(read_text(real(name)), Ids.of([key]))
    row = table.iloc[0]
    assert (row["title"], row["genres"]) == (title, genres)
    assert (row["year"] if year else None) == year
    assert ("Woody" in row["text"]) == ("overview" in name)
