"""Side files: titles, genres, years, pictures, names, and what the join says."""

from pathlib import Path

import pandas as pd
import pytest

from recsys_core.data.dataset import ITEM_COLUMNS, Ids
from recsys_core.data.findings import Finding
from recsys_core.data.reading.any_table import read_table
from recsys_core.data.reading.raw_table import RawTable
from recsys_core.data.side.clean_text import LONGEST_TITLE, clean
from recsys_core.data.side.columns import MOVIELENS_GENRES, guess_item_columns
from recsys_core.data.side.item_table import describe_items
from recsys_core.data.side.joining import SideTable
from recsys_core.data.side.pictures import PictureSource
from recsys_core.errors import DataError
from tests.data.files import real, write


def items(folder: Path, text: str, ids: list[str], images: Path | None = None) -> tuple[list[dict], dict[str, Finding]]:
    made = describe_items(read_table(write(folder, text, "items.csv")), Ids.of(ids))
    table, findings = made.table, made.findings
    if images is not None:
        found = PictureSource.in_place(images).find(made.keys, made.references)
        table, findings = made.with_images(found.names).table, [*findings, *found.findings]
    assert list(table.columns)[:5] == list(ITEM_COLUMNS)
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
        ('"[\'Drama\', ""Children\'s"", \'War\']"', ("Drama", "Children's", "War")),
        ('"[""Drama"", ""War""]"', ("Drama", "War")),
        ("\"[{'id': 18, 'name': 'Drama'}, {'id': 1, 'name': 'War'}]\"", ("Drama", "War")),
        ("['Drama' 'War']", ("Drama", "War")),
        ("[Drama]", ("Drama",)),
        ("[]", ()),
        ('"' + "[" * 5000 + "]" * 5000 + '"', None),
        ("", ()),
        ("(no genres listed)", ()),
    ],
)
def test_genres(tmp_path: Path, written: str, genres: tuple[str, ...]) -> None:
    rows, _ = items(tmp_path, f"item_id,title,genres\ni1,x,{written}\ni2,y,\n", ["i1"])
    assert genres is None or rows[0]["genres"] == genres


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
    table = describe_items(read_table(real(name)), Ids.of([key])).table
    row = table.iloc[0]
    assert (row["title"], row["genres"]) == (title, genres)
    assert (row["year"] if year else None) == year
    assert ("Woody" in row["text"]) == ("overview" in name)


def described(folder: Path, text: str, ids: list[str], roles: dict[str, str | None] | None = None) -> SideTable:
    return describe_items(read_table(write(folder, text, "items.csv")), Ids.of(ids), roles)


def test_other_columns_become_attributes_with_types(tmp_path: Path) -> None:
    text = (
        "item_id,title,price,released,language,flag\ni1,One,1.5,2001-02-03,en,x\ni2,Two,Unknown,,fr,x\ni3,Three,2,,,x\n"
    )
    made = described(tmp_path, text, ["i2", "i9", "i1"])
    assert list(made.table) == [*ITEM_COLUMNS, "price", "released", "language"]
    assert made.table["price"].tolist()[2] == 1.5
    assert made.table["price"].isna().tolist() == [True, True, False]
    assert made.table["released"].dtype == "datetime64[s]"
    assert made.table["released"].isna().tolist() == [True, True, False]
    assert made.table["language"].tolist() == ["fr", "", "en"]
    assert made.table["year"].tolist()[2] == 2001
    assert "flag" not in made.table


def test_items_without_ratings_are_kept_apart_with_all_columns(tmp_path: Path) -> None:
    made = described(tmp_path, "item_id,title,genres,price\ni1,One,A|B,1\ni2,Two,B,2\ni3,Three,,\n", ["i2"])
    assert list(made.others) == [*made.table, "id"]
    assert made.others["id"].tolist() == ["i1", "i3"]
    assert made.others["genres"].tolist() == [("A", "B"), ()]
    assert made.others["price"].tolist()[0] == 1.0
    assert made.keys.tolist() == ["i2", "i1", "i3"]


def test_join_counts_every_row_and_every_id_once(tmp_path: Path) -> None:
    text = "movieId,title\n1,first\n1,second\n2,two\n9,nine\n8\n,nobody\n"
    path = write(tmp_path, text, "items.csv")
    join = describe_items(read_table(path), Ids.of(["2", "1", "007"])).join
    assert join is not None
    assert (join.matched, join.missing, join.surplus, join.repeated, join.rejected) == (2, 1, 1, 1, 2)
    assert join.matched + join.surplus + join.repeated + join.rejected == read_table(path).rows
    assert join.examples["missing"] == ("007",)
    assert join.examples["surplus"] == ("9",)
    assert join.examples["repeated"] == ("1",)
    assert join.examples["rejected"] == ("line 6 has too few fields", "row 6 (line 7) has no id")


def test_the_id_column_is_the_one_that_holds_the_ids_of_the_ratings(tmp_path: Path) -> None:
    text = "item_id,sku,title\n1,a7,One\n2,b8,Two\n3,c9,Three\n"
    path = write(tmp_path, text, "items.csv")
    assert guess_item_columns(read_table(path), Ids.of(["b8", "c9"])).id == "sku"
    assert guess_item_columns(read_table(path), Ids.of(["2", "3"])).id == "item_id"
    assert guess_item_columns(read_table(path)).id == "item_id"


def test_roles_chosen_by_hand(tmp_path: Path) -> None:
    text = "code,headline,genre,about,picture\na,One,X,long text,a.png\nb,Two,Y,more text,b.png\n"
    roles = {"id": "code", "title": "2", "genres": "genre", "text": None, "image": "picture"}
    path = write(tmp_path, text, "items.csv")
    found = guess_item_columns(read_table(path), roles=roles)
    assert (found.id, found.title, found.genres) == ("code", "headline", "genre")
    assert (found.text, found.image) == (None, "picture")
    assert dict(found.attributes) == {"about": "about"}
    made = described(tmp_path, text, ["b"], roles)
    assert made.table["title"].tolist() == ["Two"]
    assert made.references.tolist() == ["b.png", "a.png"]


@pytest.mark.parametrize(
    ("roles", "code"), [({"title": "nowhere"}, "unknown-column"), ({"colour": "title"}, "unknown-role")]
)
def test_roles_that_do_not_exist(tmp_path: Path, roles: dict[str, str | None], code: str) -> None:
    with pytest.raises(DataError) as error:
        described(tmp_path, "item_id,title\na,One\nb,Two\n", ["a"], roles)
    assert error.value.code == code
    assert error.value.fix


@pytest.mark.parametrize(
    ("name", "is_title"),
    [("app_name", True), ("Book-Title", True), ("track name", True), ("author_name", False), ("publisher", False)],
)
def test_titles_under_other_names(tmp_path: Path, name: str, is_title: bool) -> None:
    path = write(tmp_path, f"item_id,{name},price\na,One,1\nb,Two,2\n", "items.csv")
    assert (guess_item_columns(read_table(path)).title == name) is is_title


def test_a_file_without_header_in_any_order(tmp_path: Path) -> None:
    rows = [f"{1950 + n}|Drama,War|film number {n}|m{n}|{n % 3}.5" for n in range(40)]
    made = described(tmp_path, "\n".join(rows), [f"m{n}" for n in (7, 3)])
    assert made.table["title"].tolist() == ["film number 7", "film number 3"]
    assert made.table["genres"].tolist() == [("Drama", "War")] * 2
    assert made.table["year"].tolist() == [1957, 1953]
    assert made.table["column 5"].tolist() == [1.5, 0.5]
    assert "item-columns-guessed" in {finding.code for finding in made.findings}


def test_two_columns_are_never_called_alike(tmp_path: Path) -> None:
    text = "item_id,movie_title,title,Price,price,genres:x\na,One,Uno,1,3,X\nb,Two,Due,2,4,Y\n"
    made = described(tmp_path, text, ["a", "b"], {"title": "movie_title", "genres": None})
    assert list(made.table) == [*ITEM_COLUMNS, "title 2", "Price", "price 2", "genres:x"]


def test_guarded_cells_come_back_as_they_were(tmp_path: Path) -> None:
    text = "item_id,title,note\n'-1,'=1+2,'@x\n'+2,''=x,'tis\n"
    made = described(tmp_path, text, ["-1", "+2"])
    assert made.table["title"].tolist() == ["=1+2", "'=x"]
    assert made.table["note"].tolist() == ["@x", "'tis"]


def test_tables_that_are_no_text_files_have_no_guards() -> None:
    table = RawTable.of("items", pd.DataFrame({"item_id": ["a", "b"], "title": ["'=1", "x"]}))
    assert describe_items(table, Ids.of(["a", "b"])).table["title"].tolist() == ["'=1", "x"]


def test_recbole_token_sequences(tmp_path: Path) -> None:
    text = (
        "item_id:token\tmovie_title:token_seq\trelease_year:token\tgenre:token_seq\n1\tA B\t1995\tX Y\n2\tC\t1996\tX\n"
    )
    made = described(tmp_path, text, ["1", "2"])
    assert made.table["title"].tolist() == ["A B", "C"]
    assert made.table["genres"].tolist() == [("X", "Y"), ("X",)]
    assert made.table["year"].tolist() == [1995, 1996]


REAL_RATINGS = {
    "ml-100k": "ml-100k/u.data",
    "anime": "anime/anime_ratings.dat",
    "ml-latest-small": "ml-latest-small/ratings.csv",
    "ml-1m": "ml-1m/ratings_sample_100k.dat",
    "obd": "obd/random/all/item_context.csv",
    "books": "amazon-books-movies/Amazon-Books-Dense.inter",
}


def real_ids(key: str) -> Ids:
    """The item ids, which stand in the second column of each of these."""
    return Ids.of(read_table(real(REAL_RATINGS[key])).frame.iloc[:, 1].drop_duplicates().tolist())


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "ratings", "counts", "attributes"),
    [
        ("ml-100k/u.item", "ml-100k", (1682, 0, 0, 0), {"release_date": "datetime64[s]"}),
        (
            "ml-100k-text/items_overview.csv",
            "ml-100k",
            (1682, 0, 0, 64),
            {"original_language": "object", "runtime": "float64", "vote_average": "float64", "vote_count": "float64"},
        ),
        (
            "ml-100k-text/movielens100k_details.csv",
            "ml-100k",
            (1591, 91, 0, 0),
            {
                "movie_genres": "object",
                "rating": "float64",
                "num_review": "float64",
                "director": "object",
                "writer": "object",
                "cast": "object",
                "age_rating": "object",
                "movie_length": "object",
            },
        ),
        (
            "anime/anime_info.dat",
            "anime",
            (7157, 0, 233, 0),
            {"type": "object", "episodes": "float64", "rating": "float64", "members": "float64"},
        ),
        ("ml-latest-small/movies.csv", "ml-latest-small", (9724, 0, 18, 0), {}),
        ("ml-1m/movies.dat", "ml-1m", (3312, 0, 571, 0), {}),
        (
            "obd/random/all/item_context.csv",
            "obd",
            (80, 0, 0, 0),
            {"item_feature_0": "float64", **{f"item_feature_{n}": "object" for n in (1, 2, 3)}},
        ),
        ("amazon-books-movies/Amazon-KG-5core-Books.link", "books", (116, 607, 8580, 0), {}),
    ],
)
def test_real_item_files_join_as_the_readme_counts(
    name: str, ratings: str, counts: tuple[int, ...], attributes: dict[str, str]
) -> None:
    table = read_table(real(name))
    made = describe_items(table, real_ids(ratings))
    join = made.join
    assert join is not None
    assert (join.matched, join.missing, join.surplus, join.repeated) == counts
    assert join.rejected == 0
    assert sum(counts) - join.missing == table.rows
    assert made.table.dtypes.astype(str)[5:].to_dict() == attributes
    assert (made.table["title"] != "").sum() == (0 if ratings == "obd" else join.matched)


@pytest.mark.realdata
def test_every_film_of_the_overview_but_18_has_a_text() -> None:
    made = describe_items(read_table(real("ml-100k-text/items_overview.csv")), real_ids("ml-100k"))
    assert (made.table["text"] != "").sum() == 1664
    assert {finding.code: finding.rows for finding in made.findings} == {"item-repeated": 64}


@pytest.mark.realdata
def test_films_without_genres_and_years_in_movies_csv() -> None:
    made = describe_items(read_table(real("ml-latest-small/movies.csv")), real_ids("ml-latest-small"))
    films = pd.concat([made.table, made.others])
    assert len(films) == 9742
    assert (films["genres"].map(len) == 0).sum() == 34
    assert films["year"].isna().sum() == 12  # 13 titles do not end in "(year)", and one of these in "(2006–2007)"
    assert films["title"].duplicated().sum() == 5
