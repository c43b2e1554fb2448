"""``tune`` on the shell: the verdict in words and as a document, and each trial as it ends."""

import json
from pathlib import Path

import pytest

from recsys_core import cli
from recsys_core.runs.store import Workspace, open_workspace
from tests.runs.builders import camps, keep

SEARCH = ["tune", "camps", "--model", "ease", "item_knn", "--trials", "2", "--split", "random"]


@pytest.fixture
def workspace(home: Path) -> Workspace:
    workspace = open_workspace(home)
    keep(workspace, camps())
    return workspace


def test_the_winner_the_budgets_and_each_trial_are_told(workspace, capsys):
    assert cli.main([*SEARCH, "--json", "--stop-on", "recall@5", "--seed", "3"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert set(document) == {"job", "metric", "winner", "sentence", "models"}
    assert document["metric"] == "recall@5"
    assert [line.partition(":")[0] for line in err.splitlines()] == [
        "ease 1/2",
        "item_knn 1/2",
        "ease 2/2",
        "item_knn 2/2",
    ]
    assert "done, recall@5 " in err
    assert {found["model"] for found in document["models"]} == {"ease", "item_knn"}
    for found in document["models"]:
        run = workspace.find_run(found["run"])
        assert found["settings"] == run.about["passport"]["config"]
        assert found["metrics"]["recall@5"] == run.about["metrics"]["recall@5"]["value"]
        assert (found["tuning"]["trials"], found["tuning"]["seed"]) == (2, 3)
        assert run.about["passport"]["split"]["recipe"]["seed"] == 3
    assert document["winner"] in {found["run"] for found in document["models"]}
    assert document["sentence"].endswith(".")


def test_in_words_it_says_the_sentence_and_a_table(workspace, capsys):
    assert cli.main(SEARCH) == 0
    words = capsys.readouterr().out
    assert "The budget: 2 trials each" in words
    assert "best settings" in words
    assert "regularisation" in words


def test_what_cannot_be_tuned_ends_with_2(workspace, capsys):
    for changes, code in (
        (["--model", "popularity"], "no-settings"),
        (["--model", "nobody"], "unknown-model"),
        (["--trials", "1"], "bad-setting"),
        (["--trials", "1001"], "bad-setting"),
        (["--stop-on", "rmse"], "unknown-metric"),
        (["--test-share", "3"], "bad-setting"),
    ):
        assert cli.main([*SEARCH, *changes, "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code
