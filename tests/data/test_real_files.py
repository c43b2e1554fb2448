"""Every real file with ratings goes through without help, and its counts are those of the README beside it."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from recsys_core import cli
from recsys_core.runs.store import open_workspace
from tests.data.files import REAL, real

pytestmark = pytest.mark.realdata


@dataclass(frozen=True)
class Expected:
    """A file, its side files by flag, and what the README says about it; ``surplus`` items have no ratings."""

    file: str
    people: int
    items: int
    rows: int
    merged: int = 0
    feedback: str = "explicit"
    scale: tuple[float, float] | None = (1, 5)
    surplus: int = 0
    sides: dict[str, str] = field(default_factory=dict)


FILES = (
    Expected("ml-100k/u.data", 943, 1682, 100_000),
    Expected("ml-100k/u.data", 943, 1682, 100_000, sides={"items": "ml-100k/u.item", "people": "ml-100k/u.user"}),
    Expected("ml-100k/u.data", 943, 1682, 100_000, sides={"items": "ml-100k-text/items_overview.csv"}),
    Expected("ml-100k/u.data", 943, 1682, 100_000, sides={"items": "ml-100k-text/movielens100k_details.csv"}),
    *(Expected(f"ml-100k/u{fold}.base", 943, items, 80_000) for fold, items in ((1, 1650), (2, 1648), (3, 1650))),
    Expected("ml-100k/ua.test", 943, 1129, 9_430),
    Expected("ml-100k/ub.base", 943, 1675, 90_570),
    Expected(
        "ml-1m/ratings_sample_100k.dat",
        5958,
        3312,
        100_000,
        surplus=571,
        sides={"items": "ml-1m/movies.dat", "people": "ml-1m/users.dat"},
    ),
    Expected("ml-1m/ratings_user_movie_only.parquet", 6040, 3706, 1_000_209, feedback="implicit", scale=None),
    Expected(
        "ml-latest-small/ratings.csv",
        610,
        9724,
        100_836,
        scale=(0.5, 5),
        surplus=18,
        sides={"items": "ml-latest-small/movies.csv"},
    ),
    Expected(
        "ml-latest-small/ratings.csv",
        610,
        9724,
        100_836,
        scale=(0.5, 5),
        surplus=457,
        sides={"items": "ml-latest-plots/descriptions.json"},
    ),
    Expected("ncf-ml-1m/ml-1m.test.rating", 6040, 1921, 6_040),
    Expected("ncf-ml-1m/ml-1m.train.pairs.tsv.gz", 6040, 3704, 994_169, feedback="implicit", scale=None),
    Expected("amazon-books-movies/Amazon-Books-Dense.inter", 1426, 723, 38_149, merged=6_645),
    Expected("amazon-books-movies/Amazon-Movies-Dense.inter", 1381, 1338, 68_023, merged=5_939),
    Expected(
        "anime/anime_ratings.dat",
        4714,
        7157,
        419_943,
        scale=(1, 10),
        surplus=233,
        sides={"items": "anime/anime_info.dat"},
    ),
    Expected("anime/anime_history.dat", 5000, 7390, 520_609, feedback="implicit", scale=None),
)


@pytest.mark.parametrize("expected", FILES, ids=lambda one: " + ".join([one.file, *one.sides.values()]))
def test_counts_are_those_of_the_readme(expected: Expected, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sides = [word for flag, name in expected.sides.items() for word in (f"--{flag}", str(real(name)))]
    assert cli.main(["import", str(real(expected.file)), "--name", "real", *sides, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["users"], found["items"], found["rows"]) == (expected.people, expected.items, expected.rows)
    assert (found["merged"], found["rejected"]) == (expected.merged, 0)
    assert (found["feedback"], found["scale"]) == (expected.feedback, expected.scale and list(expected.scale))
    dataset = open_workspace(home).load_dataset(found["dataset"])
    assert len(dataset.unrated_items) == expected.surplus
    assert len(dataset.interactions) == expected.rows - expected.merged


def test_posters_are_found_by_id(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ratings, items = str(real("ml-100k/u.data")), str(real("ml-100k/u.item"))
    posters = str(real("ml-100k-posters/posters/1.jpg").parent)
    assert cli.main(["import", ratings, "--name", "real", "--items", items, "--images", posters, "--json"]) == 0
    dataset = open_workspace(home).load_dataset(json.loads(capsys.readouterr().out)["dataset"])
    assert int((dataset.item_table["image"] != "").sum()) == 1_663
    toy_story = dataset.item_ids.find("1", "item")
    assert dataset.title(toy_story) == "Toy Story (1995)"
    assert dataset.picture(toy_story).read_bytes()[:3] == b"\xff\xd8\xff"


def test_each_ratings_file_beside_the_project_is_known_here() -> None:
    if not REAL.is_dir():
        pytest.skip("the development data sets are not beside this checkout")
    others = {"tags", "links", "movies", "users", "anime_info", "items_overview", "movielens100k_details", "u"}
    tables = [path for path in REAL.rglob("*") if path.suffix in (".csv", ".dat", ".inter", ".parquet", ".data")]
    named = {one.file for one in FILES}
    unknown = [
        str(path.relative_to(REAL))
        for path in tables
        if str(path.relative_to(REAL)) not in named and path.stem not in others and "obd" not in path.parts
    ]
    assert unknown == ["ncf-ml-1m/ncf_item_to_movielens.csv"]
