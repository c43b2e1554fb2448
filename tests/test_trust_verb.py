"""``trust`` and ``overview`` on the shell."""

import json

import pytest

from recsys_core import cli
from recsys_core.runs.store import Workspace, open_workspace
from tests.runs.test_leak_job import trained


@pytest.fixture
def workspace(home) -> Workspace:
    return open_workspace(home)


def test_methods_are_judged_over_people(workspace, capsys):
    run = trained(workspace, "item_knn").id
    assert cli.main(["trust", run, "--over", "12", "--budget", "64", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["people"] == 12
    assert {one["method"] for one in document["methods"]} >= {"shap", "linear", "lime", "leave-one-out"}
    assert document["agreement"]["shap"]["shap"] == 1
    assert document["verdict"]


def test_what_recommendations_rest_on_is_a_table(workspace, capsys):
    run = trained(workspace, "item_knn").id
    assert cli.main(["overview", run, "--over", "12", "--by", "name", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert sum(one["share"] for one in document["groups"]) == pytest.approx(1)
    assert cli.main(["overview", run, "--over", "12", "--by", "name"]) == 0
    assert capsys.readouterr().out.startswith(document["verdict"])


def test_what_cannot_be_asked_ends_with_2(workspace, capsys):
    run = trained(workspace, "item_knn").id
    for words, code in (
        (["trust", run, "--over", "0"], "bad-setting"),
        (["trust", run, "--kind", "attribute"], "cannot-explain"),
        (["overview", run, "--by", "smell"], "bad-setting"),
    ):
        assert cli.main([*words, "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code
