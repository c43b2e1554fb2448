"""The verb add-item: who would like something new."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import recsys_core.models as models
from recsys_core import cli
from recsys_core.runs.store import Workspace
from tests.by_genre import ByGenre, two_tastes
from tests.runs.builders import keep


@pytest.fixture
def run(home, monkeypatch, capsys) -> str:
    """A run of a model that reads genres, of items with a number, a date and a word each."""
    monkeypatch.setattr(models, "MODELS", (*models.MODELS, ByGenre))
    world = two_tastes()
    items = world.item_table.assign(
        length=90.0, out=pd.Series([np.datetime64("2020-01-01", "s")] * world.n_items), maker="Ann"
    )
    keep(Workspace(home), replace(world, item_table=items))
    assert cli.main(["train", "two tastes", "--model", "by_genre", "--split", "random", "--json"]) == 0
    return json.loads(capsys.readouterr().out)["run"]


@pytest.fixture
def ask(capsys):
    def asked(*words: str):
        status = cli.main([*words, "--json"])
        return status, json.loads(capsys.readouterr().out)

    return asked


def test_it_says_who_would_like_it_and_what_it_is_like(run, ask, tmp_path):
    Image.new("RGB", (60, 90), "red").save(tmp_path / "new.png")
    status, document = ask(
        "add-item", run, "--title", "New", "--text", "A film.", "--genres", "Horror|War", "--year", "1999", "-k", "4",
        "--picture", str(tmp_path / "new.png"), "--set", "length=100", "--set", "out=2024-02-29", "--set", "maker=Bo",
    )  # fmt: skip
    assert status == 0
    assert document["people"] == 120
    assert {group["name"] for group in document["audiences"] if group["is_certain"] and group["lead"] > 0} >= {"Horror"}
    assert document["finding"].startswith("Most of all for “")
    assert {person["of"] for person in document["first_people"]} <= {13, 14}
    assert all(int(person["id"][1:]) % 2 == 0 for person in document["first_people"])
    assert [item["title"].split()[0] for item in document["like"]] == ["Horror"] * 4
    assert document["like"][0]["likeness"] == pytest.approx(1.0)


def test_people_read_it_as_tables(run, capsys):
    assert cli.main(["add-item", run, "--title", "New", "--genres", "Comedy"]) == 0
    words = capsys.readouterr().out
    assert words.startswith("Among the first 10 of ")
    assert "Favourite genre" in words
    assert "Comedy 1" in words


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--set", "director=x"], "unknown-attribute", "there are: length, out, maker"),
        (["--set", "length"], "unknown-attribute", "names no attribute"),
        (["--set", "length=long"], "bad-attribute", "'length' cannot be 'long': it is a number"),
        (["--set", "out=soon"], "bad-attribute", "it is a date, such as 2024-02-29"),
        (["--year", "0"], "bad-setting", "it is a year from 1 to 9999"),
        (["--year", str(2**70)], "bad-setting", "it is a year from 1 to 9999"),
        (["-k", "0"], "bad-setting", "must be 1 or more"),
        (["--picture", "nowhere.png"], "data", "'nowhere.png' cannot be read: No such file"),
        (["--picture", __file__], "not-a-picture", "The picture is no picture that can be read"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(run, ask, words, code, message):
    status, document = ask("add-item", run, *words)
    assert (status, document["error"]["code"]) == (2, code)
    assert message in document["error"]["message"]


@pytest.mark.parametrize("when", ["1500-02-03", "2020-01-01T00:00Z", "2020-01-01T05:00+05:00", ""])
def test_dates_long_ago_and_of_other_time_zones_are_understood(run, ask, when):
    assert ask("add-item", run, "--title", "New", "--set", f"out={when}")[0] == 0


def test_a_model_that_reads_nothing_is_refused(run, ask):
    other = ask("train", "two tastes", "--model", "ease", "--split", "random")[1]["run"]
    status, document = ask("add-item", other, "--title", "New")
    assert (status, document["error"]["code"]) == (2, "ability")
