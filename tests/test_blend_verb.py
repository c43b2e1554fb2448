"""``blend`` on the shell: the verdict in words and as a document, and a run where the blend is worth it."""

import json
from pathlib import Path

import pytest

from recsys_core import cli
from recsys_core.runs import blend_job
from recsys_core.runs.store import Workspace, open_workspace
from tests.runs.builders import camps, keep
from tests.runs.test_blend_job import KNOWN, trained


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return open_workspace(home)


@pytest.fixture
def runs(workspace: Workspace) -> list[str]:
    return [trained(workspace, key).id for key in ("ease", "item_knn", "als")]


def test_the_verdict_is_told_whatever_it_is(runs, workspace, capsys):
    assert cli.main(["blend", *runs, "--json"]) == 0
    out, err = capsys.readouterr()
    document = json.loads(out)
    assert not document["offered"]
    assert (document["run"], document["metrics"]) == (None, None)
    assert document["members"] == runs
    assert document["sentence"].startswith("No blend of EASE, ItemKNN and Implicit ALS beats ")
    assert set(document) > {"titles", "metric", "people", "groups", "cuts", "value", "best_value", "gain"}
    assert "judging a blend of 3 runs" in err
    assert cli.main(["blend", *runs]) == 0
    assert capsys.readouterr().out.strip() == document["sentence"]
    assert all(run.model != "blend" for run in workspace.runs())


def test_a_blend_that_is_worth_it_is_kept(runs, workspace, capsys, monkeypatch):
    monkeypatch.setattr(blend_job, "judge", lambda *_: KNOWN)
    assert cli.main(["blend", *runs, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    kept = workspace.find_run(document["run"])
    assert kept.title == "Blend of EASE + Implicit ALS"
    assert document["metrics"]["ndcg@10"] == kept.about["metrics"]["ndcg@10"]["value"]
    assert cli.main(["blend", *runs]) == 0
    words = capsys.readouterr().out
    assert words.startswith(KNOWN.sentence)
    assert "On the test events, Blend of EASE + Implicit ALS:" in words
    assert words.strip().splitlines()[-1].startswith("run blend-")
    assert cli.main(["jobs"]) == 0
    assert capsys.readouterr().out.count("  blend  ") == 4
    for verb in (["evaluate", kept.id], ["recommend", kept.id, "--user", "u0"], ["runs"]):
        assert cli.main(verb) == 0


def test_what_cannot_be_blended_ends_with_2(runs, workspace, capsys):
    keep(workspace, camps("other"))
    for words, code in ((runs[:1], "too-few-members"), ([runs[0], "nothing"], "unknown-run"), ([], "usage")):
        assert cli.main(["blend", *words, "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code
