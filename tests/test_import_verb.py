"""The verb that brings data in: where from, what is decided, and what it prints."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from recsys_core import cli
from recsys_core.runs.store import Workspace, open_workspace
from tests.data.files import ROWS, text_of, write


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return open_workspace(home)


@pytest.fixture
def bring(capsys: pytest.CaptureFixture[str]):
    """Imports with --json; gives the exit status and the document."""

    def run(*words: object) -> tuple[int, dict]:
        status = cli.main(["import", *map(str, words), "--json"])
        return status, json.loads(capsys.readouterr().out)

    return run


def test_what_is_decided_by_flags(tmp_path: Path, workspace: Workspace, bring) -> None:
    rows = [*ROWS, ("u0", "i0", "4", "978300099")]
    path = write(tmp_path, text_of(rows))
    status, document = bring(path, "--name", "x", "--set", "repeats=mean", "--set", "fewest_per_item=2")
    assert (status, document["merged"], document["recipe"]["repeats"]) == (0, 1, "mean")
    status, document = bring(path, "--name", "x", "--set", "repeats=often")
    assert (status, document["error"]["code"]) == (2, "bad-recipe")
    assert "repeats" in document["error"]["message"]
    assert bring(path, "--name", "x", "--set", "repeats")[1]["error"]["code"] == "bad-setting"
    assert bring(path, "--name", "x", "--set", "colour=red")[1]["error"]["code"] == "bad-recipe"


def test_a_recipe_is_good_for_the_next_file(tmp_path: Path, workspace: Workspace, bring) -> None:
    odd = [(item, user, rating, time) for user, item, rating, time in ROWS]
    first = write(tmp_path, text_of(odd, header=("a", "b", "c", "d")), "january.csv")
    roles = ("--user", "b", "--item", "a", "--rating", "c", "--time", "d")
    made = bring(first, "--name", "shop", *roles, "--set", "threshold=3")[1]
    second = write(tmp_path, text_of(odd + odd[:5], header=("a", "b", "c", "d")), "february.csv")
    again = bring(second, "--name", "shop", "--recipe", "shop")[1]
    assert (again["users"], again["items"], again["feedback"]) == (made["users"], made["items"], "implicit")
    assert (again["rows"], again["version"]) == (40, 2)
    assert {key: again["recipe"][key] for key in made["recipe"]} == made["recipe"]
    gone = write(tmp_path, text_of(ROWS), "march.csv")
    assert bring(gone, "--name", "shop", "--recipe", "shop")[1]["error"]["code"] == "unknown-column"


def test_side_files_and_pictures(tmp_path: Path, workspace: Workspace, bring) -> None:
    items = write(tmp_path, "item_id,title,price\ni0,Nought,1.5\nnew,Unseen,3\n", "items.csv")
    people = write(tmp_path, "user_id,name,age\nu0,Ann,31\n", "people.csv")
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (30, 40), "navy").save(tmp_path / "pictures" / "i0.png")
    sides = ("--items", items, "--people", people, "--images", tmp_path / "pictures", "--licence", "CC0")
    status, document = bring(write(tmp_path, text_of()), "--name", "x", *sides)
    assert (status, document["licence"], [join["matched"] for join in document["joins"]]) == (0, "CC0", [1, 1])
    dataset = workspace.load_dataset(document["dataset"])
    item = dataset.item_ids.find("i0", "item")
    assert dataset.title(item) == "Nought"
    assert dataset.picture(item).is_file()
    assert (dataset.item_attributes, dataset.user_attributes) == (["price"], ["age"])
    assert dataset.unrated_items["title"].tolist() == ["Unseen"]


def test_a_sheet_and_a_member_can_be_chosen(tmp_path: Path, workspace: Workspace, bring) -> None:
    book = tmp_path / "book.xlsx"
    columns = ["user_id", "item_id", "rating", "timestamp"]
    with pd.ExcelWriter(book) as writer:
        pd.DataFrame({"about": ["nothing"]}).to_excel(writer, sheet_name="Cover", index=False)
        pd.DataFrame([(u, i, int(r), int(t)) for u, i, r, t in ROWS], columns=columns).to_excel(
            writer, sheet_name="Votes", index=False
        )
    status, document = bring(book, "--name", "x", "--part", "Votes")
    assert (status, document["users"], document["items"], document["kept"]) == (0, 5, 7, 35)
    assert bring(book, "--name", "x", "--part", "Nowhere")[0] == 2


def test_a_database(tmp_path: Path, workspace: Workspace, bring, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "shop.db"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE votes (who TEXT, what TEXT, stars REAL, at INTEGER)")
        database.executemany("INSERT INTO votes VALUES (?, ?, ?, ?)", ROWS)
    database.close()
    secrets = write(tmp_path, f'[connections.shop]\nurl = "sqlite:///{file}"\n', "secrets.toml")
    monkeypatch.setenv("FORETASTE_SECRETS", str(secrets))
    query = "SELECT who AS user_id, what AS item_id, stars AS rating, at AS timestamp FROM votes"
    status, document = bring("--sql", "shop", "--query", query, "--name", "x")
    assert (status, document["users"], document["kept"]) == (0, 5, 35)
    assert document["source"] == {"kind": "sql", "connection": "shop", "query": query}
    assert str(tmp_path) not in json.dumps(document)
    assert bring("--sql", "shop", "--name", "x")[1]["error"]["code"] == "usage"


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/r.csv", "http://localhost/r.csv", "file:///etc/passwd"])
def test_addresses_inside_are_refused(url: str, workspace: Workspace, bring) -> None:
    status, document = bring("--web", url, "--name", "x")
    assert status == 2
    assert workspace.datasets() == []


def test_a_wide_matrix(tmp_path: Path, workspace: Workspace, bring) -> None:
    rng = np.random.default_rng(0)
    ratings = np.where(rng.random((30, 12)) < 0.4, 99, rng.uniform(-10, 10, (30, 12)).round(2))
    counts = (ratings != 99).sum(1)
    text = "".join(",".join([str(count), *map(str, row)]) + "\n" for count, row in zip(counts, ratings, strict=True))
    status, document = bring(write(tmp_path, text, "jester.csv"), "--name", "x")
    assert (status, document["users"], document["items"], document["kept"]) == (0, 30, 12, counts.sum())


def test_fixes_are_printed_as_flags(tmp_path: Path, workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, text_of([*ROWS, ROWS[0]]))
    assert cli.main(["import", str(path), "--name", "x"]) == 0
    out = capsys.readouterr().out
    assert "36 rows = 35 kept + 0 rejected + 1 merged." in out
    assert "Keep the mean: --set repeats=mean" in out


def test_a_missing_file(tmp_path: Path, workspace: Workspace, bring) -> None:
    assert bring(tmp_path / "none.csv", "--name", "x")[1]["error"]["code"] == "no-such-file"


@pytest.mark.parametrize(
    "setting", ['weights={"buy": NaN}', 'weights={"buy": -1}', "threshold=NaN", "low=Infinity", "fewest_per_item=0"]
)
def test_numbers_that_make_no_sense_are_refused(tmp_path: Path, workspace: Workspace, bring, setting: str) -> None:
    status, document = bring(write(tmp_path, text_of()), "--name", "x", "--set", setting)
    assert (status, document["error"]["code"]) == (2, "bad-recipe")
