"""``explain`` on the shell: a document, a sentence with its numbers, and words for what cannot be explained."""

import json
from pathlib import Path

import pytest

from recsys_core import cli
from recsys_core.runs.store import Workspace, open_workspace
from tests.runs.test_leak_job import trained


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return open_workspace(home)


def somebody(workspace: Workspace, run: str) -> str:
    split = workspace.load_run(run).split
    return str(split.dataset.user_ids.values[split.test.warm_users[0]])


def test_the_parts_add_up_to_the_score(workspace, capsys):
    run = trained(workspace, "item_knn").id
    user = somebody(workspace, run)
    assert cli.main(["explain", run, "--user", user, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    total = document["base"] + sum(part["value"] for part in document["parts"])
    assert total == pytest.approx(document["score"], abs=1e-6)
    assert document["additive"]
    assert abs(document["trust"]["gap"]) < 1e-6
    assert {part["kind"] for part in document["parts"]} == {"history"}
    assert cli.main(["explain", run, "--user", user, "--item", document["item"], "--method", "lime-history"]) == 0
    words = capsys.readouterr().out
    assert words.startswith(document["title"])
    assert "Explained: sum of the similarities" in words


def test_what_cannot_be_explained_ends_with_2(workspace, capsys):
    run, plain = trained(workspace, "item_knn").id, trained(workspace, "recent_popularity").id
    user = somebody(workspace, run)
    cases = [
        ([run, "--user", "nobody"], "unknown-user"),
        ([run, "--user", user, "--item", "nothing"], "unknown-item"),
        ([run, "--user", user, "--method", "tarot"], "unknown-explainer"),
        ([run, "--user", user, "--budget", "0"], "bad-setting"),
        ([plain, "--user", user, "--method", "linear-history"], "not-linear"),
    ]
    for words, code in cases:
        assert cli.main(["explain", *words, "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code


def test_trust_is_measured_if_asked(workspace, capsys):
    run = trained(workspace, "item_knn").id
    user = somebody(workspace, run)
    assert cli.main(["explain", run, "--user", user, "--json"]) == 0
    assert "verdict" not in json.loads(capsys.readouterr().out)
    assert cli.main(["explain", run, "--user", user, "--trust", "--budget", "300", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"gap", "stability", "deletion_gain", "agreement lime-history"} <= set(document["trust"])
    assert document["better_than_chance"] in (True, False)
    assert cli.main(["explain", run, "--user", user, "--trust", "--budget", "300"]) == 0
    words = capsys.readouterr().out
    assert document["verdict"] in words
    assert "Base and parts come to the score." in words
