"""``transfer`` on the shell: sources are listed, a run is trained, evidence is measured, and errors end with 2."""

import json

import pytest

from recsys_core import cli
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.store import Workspace, open_workspace
from recsys_core.runs.transfer_job import evidence_of
from recsys_core.transfer.plan import Plan, Way
from tests.runs.builders import keep
from tests.runs.transfer_worlds import films, foreign, series, trained
from tests.test_cli import ask, fails

__all__ = ["ask"]

ON_RANDOM = ["--split", "random"]


@pytest.fixture
def workspace(home) -> Workspace:
    made = open_workspace(home)
    keep(made, series())
    return made


@pytest.fixture
def run(workspace) -> str:
    """A run of other data."""
    return trained(workspace, films()).id


def test_sources_are_listed_with_reasons(workspace, run, ask, capsys):
    status, rows, _ = ask("transfer", "--sources", "series")
    assert status == 0
    assert rows[0] | {"kinship": 0} == {
        "run": run,
        "title": "EASE",
        "dataset": "films",
        "kinship": 0,
        "reason": "",
    }
    assert rows[0]["kinship"]["items"] == 20
    popularity = next(row for row in rows if row["title"] == "Popularity")
    assert popularity["reason"]
    assert cli.main(["transfer", "--sources", "series"]) == 0
    out = capsys.readouterr().out
    assert "20 of 20 items are the same" in out
    assert popularity["reason"] in out


def test_a_run_by_transfer_is_trained_and_told_of(workspace, run, ask, capsys):
    status, document, _ = ask("transfer", run, "series", *ON_RANDOM)
    assert status == 0
    card = workspace.find_run(document["run"])
    assert document["transfer"] == card.about["transfer"]
    assert (document["model"], document["transfer"]["run"]) == ("transferred", run)
    assert document["kinship"]["items"] == 20
    assert document["verdict"].startswith("NDCG@10")
    assert document["metrics"]["ndcg@10"] == card.about["metrics"]["ndcg@10"]["value"]
    assert cli.main(["transfer", run, "series", *ON_RANDOM]) == 0
    out = capsys.readouterr().out
    assert "20 of 20 items are in both (20 by same id), and 0 of 30 people." in out
    assert "Plan: as it is, with one of its own beside, calibrated. 20 items are in both." in out
    assert "Trained in one step." in out
    assert cli.main(["runs"]) == 0
    assert "transferred from films" in capsys.readouterr().out


def test_the_plan_the_pairs_and_the_people_are_as_told(workspace, run, ask, tmp_path):
    plan, pairs = tmp_path / "plan.json", tmp_path / "pairs.csv"
    plan.write_text(json.dumps({"way": "joint", "calibrated": False}))
    pairs.write_text("title,id,source_id\nA,i0,i2\nB,i2,\n")
    words = ["--plan", str(plan), "--pairs", str(pairs), "--people", "no", *ON_RANDOM]
    status, document, _ = ask("transfer", run, "series", *words)
    assert status == 0
    assert Plan.model_validate(document["transfer"]["plan"]) == Plan(way=Way.JOINT, calibrated=False)
    assert document["transfer"]["how"] == {"same id": 18, "by hand": 1}
    spec = workspace.find_run(document["run"]).about["spec"]["transfer"]
    assert (spec["people"], spec["pairs"]) == (False, {"i0": "i2", "i2": ""})
    inline = ["--plan", '{"way": "joint", "calibrated": false}', "--pairs", '{"i0": "i2", "i2": ""}']
    again = ask("transfer", run, "series", *inline, "--people", "no", *ON_RANDOM)[1]
    assert again["metrics"] == document["metrics"]


def test_settings_of_how_it_learns_are_taken(workspace, ask):
    run = trained(workspace, films(), "gmf", settings={"epochs": 3, "embedding_size": 4}).id
    words = ["--way", "full", "--set", "epochs=2", "--training-seed", "5", *ON_RANDOM]
    status, document, err = ask("transfer", run, "series", *words)
    assert (status, document["epochs"], document["transfer"]["plan"]["way"]) == (0, 2, "full")
    assert "epoch 2/2" in err
    assert workspace.find_run(document["run"]).about["passport"]["seed"] == 5


def test_evidence_is_that_of_the_job(workspace, run, ask, capsys):
    words = ["--evidence", "--shares", "0", "1", "--seeds", "1", "--metric", "recall@10", *ON_RANDOM]
    status, document, err = ask("transfer", run, "series", *words)
    assert status == 0
    assert "measuring at 2 shares of the data with 1 seed" in err
    job = Jobs(workspace.database).find(document["job"])
    found = evidence_of(workspace, job)
    assert document["curve"] == json.loads(json.dumps(found.as_json("recall@10")["curve"]))
    assert document["verdict"] == job.message == found.verdict("recall@10")
    assert document["match"] == {"items": 20, "people": 0, "how": {"same id": 20}}
    assert [plan.way for plan in job.spec.plans] == [Way.AS_IT_IS, Way.JOINT]
    assert cli.main(["transfer", run, "series", *words, "--way", "as-it-is"]) == 0
    out = capsys.readouterr().out
    assert "scratch" in out
    assert "Recall@10" in out


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["RUN"], "usage", "transfer RUN DATASET"),
        ([], "usage", "--sources DATASET"),
        (["ease-gone", "series"], "unknown-run", "is not there"),
        (["RUN", "nothing"], "unknown-dataset", "no data set"),
        (["RUN", "films"], "same-data", "fine-tuning"),
        (["RUN", "foreign"], "does-not-fit", "share no items"),
        (["RUN", "foreign", "--evidence"], "does-not-fit", "share no items"),
        (["RUN", "series", "--way", "full"], "does-not-fit", "learns in one step"),
        (["RUN", "series", "--way", "full", "--evidence"], "does-not-fit", "learns in one step"),
        (["RUN", "series", "--way", "by-train"], "usage", "by-train"),
        (["RUN", "series", "--plan", "{"], "bad-json", "no JSON"),
        (["RUN", "series", "--plan", '{"pull": 3}'], "bad-plan", "pull cannot be 3"),
        (["RUN", "series", "--plan", "gone.json"], "no-file", "cannot be read"),
        (["RUN", "series", "--pairs", "gone.csv"], "no-file", "cannot be read"),
        (["RUN", "series", "--pairs", '{"i0": 3}'], "bad-pairs", "id in the source"),
        (["RUN", "series", "--pairs", '{"what": "i0"}'], "unknown-item", "There is no item"),
        (["RUN", "series", "--shares", "1"], "usage", "--evidence"),
        (["RUN", "series", "--evidence", "--set", "epochs=3"], "usage", "--set belongs to a training"),
        (["RUN", "series", "--evidence", "--shares", "7"], "bad-setting", "from 0 to 1"),
        (["RUN", "series", "--evidence", "--seeds", "0"], "bad-setting", "one seed"),
        (["RUN", "series", "--evidence", "--metric", "rmse"], "unknown-metric", "ndcg@10"),
        (["RUN", "series", "--stop-on", "rmse"], "unknown-metric", "cannot be stopped on"),
    ],
)
def test_what_cannot_be_done_ends_with_2(workspace, run, ask, words, code, hint):
    keep(workspace, foreign())
    fails(ask("transfer", *(run if word == "RUN" else word for word in words), *ON_RANDOM), code, hint)


def test_a_file_of_matches_without_the_columns_says_which(workspace, run, ask, tmp_path):
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("here,there\ni0,i2\n")
    fails(ask("transfer", run, "series", "--pairs", str(pairs)), "bad-pairs", "id and source_id")


@pytest.mark.parametrize(
    "words",
    [
        ["evaluate", "RUN"],
        ["recommend", "RUN", "--user", "viewer 3"],
        ["explain", "RUN", "--user", "viewer 3"],
        ["rules", "RUN", "--rule", "diversify", "by=people"],
        ["compare", "RUN"],
        ["leaks", "RUN"],
        ["embed", "RUN", "--out", "map.html"],
        ["trust", "RUN", "--over", "3"],
    ],
)
def test_the_other_verbs_answer_or_say_what_it_cannot(words, workspace, run, ask):
    made = ask("transfer", run, "series", *ON_RANDOM)[1]["run"]
    status, document, _ = ask(*(made if word == "RUN" else word for word in words))
    assert status in (0, 2), document
    if status == 2:
        assert document["error"]["code"] != "usage", document
        assert words[0] in ("leaks", "embed"), document
