"""``leaks`` on the shell: the same figures as on the page, in words and as a document."""

import json
from pathlib import Path

import pytest

from recsys_core import cli
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.leak_job import leaks_of
from recsys_core.runs.store import Workspace, open_workspace
from tests.runs.test_leak_job import trained


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return open_workspace(home)


def test_the_figures_are_those_of_the_job(workspace, capsys):
    runs = [trained(workspace, key).id for key in ("popularity", "item_knn")]
    assert cli.main(["leaks", *runs, "--json", "--metric", "recall@5"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert "training 4 models" in err
    job = Jobs(workspace.database).find(document.pop("job"))
    found = leaks_of(workspace, job, "recall@5")
    assert document.pop("sentence") == found.sentence == job.message
    assert document == found.model_dump(mode="json")
    assert {model["run"] for model in document["models"]} == set(runs)
    assert cli.main(["leaks", *runs, "--metric", "recall@5"]) == 0
    words = capsys.readouterr().out
    assert words.startswith(found.sentence)
    assert "Kendall tau" in words
    assert str(found.models[0].leak) in words
    assert cli.main(["jobs"]) == 0
    assert capsys.readouterr().out.count("  leaks  ") == 2


def test_what_cannot_be_measured_ends_with_2(workspace, capsys):
    run = trained(workspace, "popularity").id
    cases = [([run, "nothing"], "unknown-run")]
    cases += [([run, "--metric", metric], "unknown-metric") for metric in ("coverage@5", "ndcg@7", "ndcg", "rmse")]
    for words, code in cases:
        assert cli.main(["leaks", *words, "--json"]) == 2
        out, err = capsys.readouterr()
        assert json.loads(out)["error"]["code"] == code
        assert "training" not in err
