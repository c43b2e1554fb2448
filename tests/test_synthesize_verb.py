"""``synthesize`` on the shell: people are generated, judged, added and measured, and errors end with 2."""

import json

import pandas as pd
import pytest

from recsys_core import cli
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.store import Workspace, open_workspace
from recsys_core.runs.worth_job import worth_of
from tests.runs.builders import camps, keep
from tests.runs.generators import resampling
from tests.test_cli import ask

__all__ = ["ask", "resampling"]

PEOPLE = ["real", "--generator", "resampling", "--people", "30", "--split", "random"]
WORTH = ["real", "--generator", "resampling", "--split", "random", "--worth", "--shares", "1", "--seeds", "1"]


@pytest.fixture
def workspace(home, resampling) -> Workspace:
    made = open_workspace(home)
    keep(made, camps("real", 40))
    return made


def test_people_are_generated_judged_and_kept(workspace, ask, capsys):
    status, document, err = ask("synthesize", *PEOPLE, "--generator-seed", "3", "--name", "others")
    assert status == 0
    card = workspace.find_dataset(document["dataset"])
    judgement = workspace.judgement(card.id)
    assert judgement is not None
    assert card.made is not None
    assert (card.name, card.made.seed, document["people"]) == ("others", 3, 30)
    assert document["made"]["recipe"]["key"] == "random"
    assert document["quality"] == json.loads(json.dumps(judgement.as_json()["quality"]))
    assert document["copies"] == json.loads(json.dumps(judgement.as_json()["copies"]))
    assert document["verdict"].startswith("30 people with")
    assert "epoch 2/2: loss 0.5000" in err
    assert cli.main(["synthesize", *PEOPLE]) == 0
    out = capsys.readouterr().out
    assert "Score 0." in out
    assert judgement.quality.aspects[0].title in out
    assert cli.main(["datasets"]) == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert [("synthetic" in row) for row in rows[1:4]] == [True, True, False]


def test_people_are_added_to_the_real_ones(workspace, ask, capsys):
    status, document, _ = ask("synthesize", *PEOPLE, "--add")
    assert status == 0
    both = workspace.find_dataset(document["augmented"])
    assert (both.name, both.version, both.is_augmented) == ("real", 2, True)
    cli.main(["datasets"])
    assert "real + synthetic" in capsys.readouterr().out


def test_events_go_to_a_file_and_nothing_is_kept(workspace, ask, tmp_path):
    path = tmp_path / "events.parquet"
    status, document, _ = ask("synthesize", *PEOPLE, "--out", str(path))
    table = pd.read_parquet(path)
    assert (status, document["events"], document["people"]) == (0, len(table), 30)
    assert table["user"].nunique() == 30
    assert [card.name for card in workspace.datasets()] == ["real"]
    assert "error" in ask("synthesize", *PEOPLE, "--out", str(tmp_path / "no" / "file.parquet"))[1]


def test_a_generator_that_needs_no_data_has_none(workspace, ask):
    status, document, _ = ask("synthesize", "-", "--generator", "without", "--people", "2")
    assert (status, document["people"], document["quality"]) == (0, 2, None)
    assert len(workspace.logs()) == 1


def test_worth_is_that_of_the_job(workspace, ask, capsys):
    words = [*WORTH, "--additions", "1", "--attacks", "1", "--metric", "recall@10", "--learner", "ease"]
    status, document, err = ask("synthesize", *words)
    assert status == 0
    assert "measuring at 1 share of the data with 1 seed\n" in err
    job = Jobs(workspace.database).find(document["job"])
    found = worth_of(workspace, job)
    assert document["curve"] == json.loads(json.dumps(found.as_json("recall@10")["curve"]))
    assert document["verdict"] == job.message
    assert document["membership"]["people"] == 40
    assert document["groups"] == []
    assert cli.main(["synthesize", *words]) == 0
    out = capsys.readouterr().out
    assert "Real and 100% generated" in out
    assert "Recall@10" in out


def test_a_collapse_is_said_in_the_shell_too(workspace, capsys):
    assert cli.main(["synthesize", *PEOPLE, "--set", "collapsed=true"]) == 0
    assert capsys.readouterr().out.startswith("All generated people are the same person.")


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["real", "--generator", "nobody"], "unknown-generator", "resampling"),
        (["gone", "--generator", "resampling"], "unknown-dataset", "no data set"),
        (["-", "--generator", "resampling"], "needs-data", "learns from data"),
        (["real", "--generator", "without"], "needs-no-data", "learns from no data"),
        ([*PEOPLE, "--set", "speed=1"], "unknown-setting", "speed"),
        ([*PEOPLE, "--set", "speed"], "bad-setting", "FIELD=VALUE"),
        (["real", "--generator", "resampling", "--people", "0"], "bad-setting", "people"),
        (["real", "--generator", "resampling", "--people", "10000000"], "too-many-events", "50,000,000"),
        ([*PEOPLE, "--shares", "1"], "usage", "Add --worth"),
        ([*WORTH, "--people", "3"], "usage", "Leave out --worth"),
        ([*WORTH, "--seeds", "0"], "bad-setting", "one seed"),
        ([*PEOPLE, "--generator-seed", "-1"], "bad-setting", "4,294,967,295"),
        (["-", "--generator", "without", "--add"], "usage", "no data set to add"),
        (["-", "--generator", "without", "--worth"], "needs-data", "real data"),
    ],
)
def test_errors_end_with_2_in_words(workspace, words, code, hint, capsys):
    assert cli.main(["synthesize", *words, "--json"]) == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["error"]["code"] == code
    assert hint in captured.err
