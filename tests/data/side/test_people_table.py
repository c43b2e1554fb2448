"""People files: names, attributes, and what the join says."""

from pathlib import Path

import pytest

from recsys_core.data.dataset import Ids
from recsys_core.data.reading.any_table import read_table
from recsys_core.data.side.columns import guess_people_columns
from recsys_core.data.side.people_table import describe_people
from tests.data.files import real, write


def test_names_of_people(tmp_path: Path) -> None:
    path = write(tmp_path, "user_id,name,tastes\nu2,Bo\u202e,x\nu1,Ann,y\n", "people.csv")
    made = describe_people(read_table(path), Ids.of(["u1", "u2", "u3"]))
    assert made.table["name"].tolist() == ["Ann", "Bo", ""]
    assert made.table["tastes"].tolist() == ["y", "x", ""]
    assert [(finding.code, finding.rows) for finding in made.findings] == [("person-without-row", 1)]


def test_the_id_column_by_the_ids_of_the_ratings_and_by_hand(tmp_path: Path) -> None:
    path = write(tmp_path, "age,login,name\n31,ann,Ann\n42,bo,Bo\n", "people.csv")
    assert guess_people_columns(read_table(path), Ids.of(["bo"])).id == "login"
    assert guess_people_columns(read_table(path), roles={"id": "login", "name": None}).name is None


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("name", "people", "ratings", "first"),
    [
        (
            "ml-100k/u.user",
            943,
            "ml-100k/u.data",
            {"age": 24, "gender": "M", "occupation": "technician", "zip": "85711"},
        ),
        ("ml-1m/users.dat", 6040, "ml-1m/users.dat", {"gender": "F", "age": 1, "occupation": 10, "zip": "48067"}),
    ],
)
def test_real_people_files(name: str, people: int, ratings: str, first: dict[str, object]) -> None:
    ids = Ids.of(read_table(real(ratings)).frame["column 1"].drop_duplicates().tolist())
    made = describe_people(read_table(real(name)), ids)
    assert made.join is not None
    assert (made.join.matched, made.join.missing, made.join.surplus) == (people, 0, 0)
    assert made.table.drop(columns="name").iloc[ids.positions["1"]].to_dict() == first
