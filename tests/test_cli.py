"""The shell: exit status, one document on stdout, words on stderr, and the fields that scripts rely on."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recsys_core import cli
from recsys_core.data.dataset import Dataset, Scale
from recsys_core.models import MODELS
from recsys_core.models.neumf import NeuMF
from recsys_core.recommending import recommend_to_history, recommend_to_user
from recsys_core.runs.presets import Presets
from recsys_core.runs.store import Workspace, open_workspace
from recsys_core.splitting import SPLITTERS
from tests import worlds
from tests.runs.builders import keep, keep_run, other_ratings, with_ids

REPOSITORY = Path(__file__).parents[1]
ITEMS = ["c", "a:b", "a:b:4", "x:5", "50", "007"]
RATINGS = """user,item,rating,timestamp
ann,50,5,1000
ann,007,3,2000
ann,a:b,4,3000
ann,c,1,4000
ann,d,2,5000
bob,50,4,1000
bob,c,4.5,2000
bob,d,2,3000
bob,007,1,4000
cy,50,1,1000
cy,a:b,5,2000
cy,c,2,3000
"""
TINY = ["--set", "epochs=2", "--set", "embedding_size=4", "--set", "product_size=4", "--set", "tower=[8, 4]"]


@pytest.fixture
def workspace(home) -> Workspace:
    return open_workspace(home)


@pytest.fixture
def dataset() -> Dataset:
    """Four people and six items with ids that need care."""
    made = replace(worlds.golden(), name="golden")
    made.item_table["title"] = ["Clove", "", "", "", "Fifty", "Bond"]
    return with_ids(made, ["ann", "bob", "cy", "0:5"], ITEMS)


@pytest.fixture
def ask(capsys):
    """Runs a command with --json; gives the exit status, the document and what was said on stderr."""

    def run(*words: str):
        status = cli.main([*words, "--json"])
        out, err = capsys.readouterr()
        assert out.endswith("\n")
        assert out.count("\n") == 1, "one line, one document"
        return status, json.loads(out), err

    return run


@pytest.fixture
def bias(workspace, dataset, ask) -> str:
    """A run of the bias model on the data set of four people."""
    keep(workspace, dataset)
    status, document, _ = ask("train", "golden", "--model", "bias", "--split", "random")
    assert status == 0
    return document["run"]


def fails(answer: tuple, code: str, *words: str) -> None:
    """Exit status 2, the error as JSON, the same in words on stderr, and no traceback."""
    status, document, err = answer
    assert status == 2
    assert set(document) == {"error"}
    assert set(document["error"]) == {"code", "message", "fix"}
    assert document["error"]["code"] == code
    for word in words:
        assert word in f"{document['error']['message']} {document['error']['fix']}"
    assert document["error"]["message"] in err
    assert "Traceback" not in err


# Import


def test_import_prints_what_was_found_and_keeps_it(workspace, tmp_path, ask):
    (tmp_path / "ratings.csv").write_text(RATINGS)
    (tmp_path / "items.csv").write_text("item_id,title,genres\n50,Fifty,Drama|War\nc,Cee,\n")
    status, document, _ = ask(
        "import", str(tmp_path / "ratings.csv"), "--name", "mine", "--items", str(tmp_path / "items.csv")
    )
    assert status == 0
    fields = {
        "dataset",
        "name",
        "users",
        "items",
        "interactions",
        "feedback",
        "scale",
        "rejected",
        "merged",
        "findings",
    }
    assert fields <= set(document)
    assert (document["name"], document["users"], document["items"], document["interactions"]) == ("mine", 3, 5, 12)
    assert (document["feedback"], document["rejected"], document["merged"]) == ("explicit", 0, 0)
    for finding in document["findings"]:
        assert set(finding) >= {"level", "code", "message", "rows"}
    loaded = workspace.load_dataset(document["dataset"])
    assert sorted(loaded.item_ids.values) == ["007", "50", "a:b", "c", "d"]
    assert loaded.title(loaded.item_ids.positions["50"]) == "Fifty"
    assert ask("datasets")[1] == [document]


def test_import_takes_columns_chosen_by_name_and_leaves_ratings_aside_if_asked(tmp_path, workspace, ask):
    path = tmp_path / "odd.csv"
    path.write_text(RATINGS.replace("user,item,rating", "alpha,beta,gamma"))
    words = ["--user", "alpha", "--item", "beta", "--rating", "gamma"]
    assert ask("import", str(path), "--name", "a", *words)[1]["feedback"] == "explicit"
    status, document, _ = ask("import", str(path), "--name", "b", "--user", "alpha", "--item", "beta", "--implicit")
    assert (status, document["feedback"], document["scale"]) == (0, "implicit", None)


def test_a_file_that_cannot_be_used_stores_nothing(home, tmp_path, ask):
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "ratings.csv").write_text(RATINGS)
    for words in (
        ["empty.csv", "--name", "x"],
        ["missing.csv", "--name", "x"],
        [".", "--name", "x"],
        ["ratings.csv", "--name", ""],
        ["ratings.csv", "--name", "two\nlines"],
        ["ratings.csv", "--name", "not \udcff text"],
        ["ratings.csv", "--name", "x", "--rating", "nothing"],
        ["ratings.csv", "--name", "x", "--items", str(tmp_path / "missing.csv")],
    ):
        status, document, err = ask("import", str(tmp_path / words[0]), *words[1:])
        assert (status, set(document)) == (2, {"error"}), words
        assert document["error"]["message"]
        assert document["error"]["fix"]
        assert "Traceback" not in err
    assert ask("datasets")[1] == []


# Train and evaluate


def test_train_prints_the_run_and_evaluate_what_it_measured(workspace, dataset, ask):
    card = keep(workspace, dataset)
    status, document, err = ask("train", "golden", "--model", "neumf", *TINY, "--seed", "3")
    assert status == 0
    assert {"run", "model", "dataset", "seconds", "epochs", "samples_per_second", "metrics"} <= set(document)
    assert (document["model"], document["dataset"], document["epochs"]) == ("neumf", card.id, 2)
    assert document["samples_per_second"] > 0
    assert 0 <= document["metrics"]["ndcg@10"] <= 1
    first, *_ = err.splitlines()
    assert first.startswith("epoch 1/2: ")
    run = workspace.find_run(document["run"])
    assert run.about["spec"]["seed"] == 3

    status, evaluated, err = ask("evaluate", document["run"])
    assert (status, err) == (0, "")
    assert {"run", "passport", "metrics"} <= set(evaluated)
    assert evaluated["run"] == document["run"]
    assert {name: estimate["value"] for name, estimate in evaluated["metrics"].items()} == document["metrics"]
    assert all(set(estimate) == {"value", "low", "high"} for estimate in evaluated["metrics"].values())
    assert evaluated["passport"]["config"]["tower"] == [8, 4]


def test_what_was_measured_among_new_items_is_told_beside_chance(workspace, dataset, capsys):
    keep(workspace, dataset)
    assert cli.main(["train", "golden", "--model", "popularity", "--split", "cold-item", "--json"]) == 0
    run = json.loads(capsys.readouterr().out)["run"]
    assert cli.main(["evaluate", run]) == 0
    told = capsys.readouterr().out
    new = workspace.find_run(run).about["apart"]["new-items"]
    figure = new["metrics"]["ndcg@10"]
    assert figure["value"] == pytest.approx(figure["chance"])  # nobody met them, so all are alike to popularity
    assert f"Among the 1 item that it never met: NDCG@10 {figure['value']:.3f}" in told
    assert f"by chance {figure['chance']:.3f}" in told


def test_a_training_can_be_stopped_by_another_figure_and_kept_from_the_gpu(workspace, dataset, ask):
    keep(workspace, dataset)
    words = ("--model", "neumf", *TINY, "--split", "random", "--stop-on", "recall@20", "--device", "cpu")
    run = workspace.find_run(ask("train", "golden", *words)[1]["run"]).about
    assert (run["spec"]["metric"], run["spec"]["device"]) == ("recall@20", "cpu")
    assert (run["passport"]["stopping_metric"], run["passport"]["device"]) == ("recall@20", "cpu")


def test_a_training_starts_from_a_preset_and_single_settings_go_above_it(workspace, dataset, ask):
    keep(workspace, dataset)
    Presets(workspace.root).save("neumf", "Tiny", {"epochs": 2, "tower": [8, 4], "embedding_size": 4})
    words = ("train", "golden", "--model", "neumf", "--preset")
    run = workspace.find_run(ask(*words, "Tiny", "--set", "epochs=1")[1]["run"]).about
    assert (run["passport"]["config"]["tower"], run["epochs"]) == ([8, 4], 1)
    run = workspace.find_run(ask(*words, "quick", "--set", "epochs=1")[1]["run"]).about
    assert run["passport"]["config"]["tower"] == list(NeuMF.Config.quick["tower"])


def test_a_training_is_stopped_after_an_epoch_and_has_a_seed_of_its_own(workspace, dataset, ask):
    keep(workspace, dataset)
    words = ("--model", "mf", "--set", "epochs=9", "--stop-after", "2", "--seed", "1", "--training-seed", "4")
    run = workspace.find_run(ask("train", "golden", *words)[1]["run"]).about
    assert run["epochs"] == 2
    assert run["ending"].startswith("Stopped by hand")
    assert (run["spec"]["seed"], run["spec"]["split"]["seed"]) == (4, 1)


def test_a_model_that_learns_in_one_step_has_no_epochs(workspace, dataset, ask):
    keep(workspace, dataset)
    _, document, err = ask("train", "golden", "--model", "popularity")
    assert (document["epochs"], document["samples_per_second"]) == (None, None)
    assert "epoch" not in err
    assert [run["run"] for run in ask("runs")[1]] == [document["run"]]
    (job,) = ask("jobs")[1]
    assert (job["state"], job["run"], job["model"]) == ("finished", document["run"], "popularity")


@pytest.mark.parametrize("key", ["temporal", "random", "leave-one-out", "global-temporal"])
def test_every_split_can_be_chosen(workspace, dataset, ask, key):
    keep(workspace, dataset)
    status, document, _ = ask("train", "golden", "--model", "popularity", "--split", key)
    assert status == 0
    assert workspace.find_run(document["run"]).about["passport"]["split"]["recipe"]["key"] == key


def test_the_split_is_temporal_where_there_are_times_and_random_where_there_are_none(workspace, ask):
    for timed, key in ((True, "temporal"), (False, "random")):
        card = keep(workspace, replace(worlds.golden(timed=timed), name=f"timed {timed}"))
        run = ask("train", card.id, "--model", "popularity")[1]["run"]
        assert workspace.find_run(run).about["spec"]["split"]["key"] == key


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["nothing", "--model", "popularity"], "unknown-dataset", "There are: 'golden'."),
        (["golden", "--model", "nothing"], "unknown-model", "Choose one of: popularity, "),
        (["golden", "--model", "neumf", "--set", "depth=3"], "unknown-setting", "Known settings: objective"),
        (["golden", "--model", "neumf", "--set", "epochs=0"], "bad-setting", "'epochs' cannot be 0"),
        (["golden", "--model", "neumf", "--set", "epochs=many"], "bad-setting", "'epochs' cannot be 'many'"),
        (["golden", "--model", "neumf", "--set", "dropout=NaN"], "bad-setting", "'dropout'"),
        (["golden", "--model", "neumf", "--set", "epochs=null"], "bad-setting", "it must be a whole number"),
        (["golden", "--model", "neumf", "--set", "dropout=null"], "bad-setting", "it must be a number"),
        (["golden", "--model", "neumf", "--set", "tower=64,x"], "bad-setting", "numbers in a row"),
        (["golden", "--model", "biased_mf", "--set", "use_attributes=maybe"], "bad-setting", "true or false"),
        (["golden", "--model", "biased_mf", "--set", "use_attributes=[]"], "bad-setting", "true or false"),
        (["golden", "--model", "neumf", "--set", "epochs"], "bad-setting", "FIELD=VALUE"),
        (["golden", "--model", "neumf", "--preset", "slow"], "unknown-preset", "quick, balanced"),
        (["golden", "--model", "neumf", "--stop-after", "0"], "bad-setting", "--stop-after cannot be 0"),
        (["golden", "--model", "neumf", "--training-seed", "-1"], "bad-setting", "--training-seed"),
        (["golden", "--model", "neumf", "--training-seed", str(2**40)], "bad-setting", "--training-seed"),
        (["golden", "--model", "neumf", "--stop-on", "rmse"], "unknown-metric", "one of: ndcg@10"),
        (["golden", "--model", "neumf", "--device", "cuda"], "no-gpu", "'auto' or 'cpu'"),
        (["golden", "--model", "bias", "--split", "sideways"], "unknown-split", "global-temporal"),
        (["golden", "--model", "bias", "--threshold", "9"], "empty-split", "rated 9 or more"),
        (["golden", "--model", "bias", "--threshold", "inf"], "bad-setting", "threshold"),
        (["golden", "--model", "bias", "--threshold", "nan"], "bad-setting", "threshold"),
        (["golden", "--model", "bias", "--seed", "-1"], "bad-setting", "seed is -1: it must be"),
        (["golden", "--model", "bias", "--seed", str(2**63)], "bad-setting", "seed"),
    ],
)
def test_what_cannot_be_trained_is_said_in_words(workspace, dataset, ask, words, code, hint, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    keep(workspace, dataset)
    fails(ask("train", *words), code, hint)


def test_a_data_set_without_ratings_cannot_train_a_model_of_ratings(workspace, ask):
    keep(workspace, worlds.two_camps(20).dataset)
    fails(ask("train", "two camps", "--model", "bias"), "needs-ratings", "has none")


# Recommend


def test_recommend_lists_what_the_page_would_show(workspace, bias, ask):
    status, document, _ = ask("recommend", bias, "--user", "bob", "-k", "2")
    assert status == 0
    assert set(document) == {"user", "items"}
    assert document["user"] == "bob"
    loaded = workspace.load_run(bias)
    shown = recommend_to_user(loaded.model, loaded.split, 1, 2)
    assert document["items"] == [
        {"rank": rank, "id": ITEMS[item], "title": loaded.split.dataset.title(item), "score": pytest.approx(score)}
        for rank, (item, score) in enumerate(shown, start=1)
    ]


def test_a_person_whose_id_looks_like_a_rating_is_found(bias, ask):
    assert ask("recommend", bias, "--user", "0:5")[1]["user"] == "0:5"


@pytest.mark.parametrize(
    ("words", "history"),
    [
        (["c"], [("c", None)]),
        (["c:2"], [("c", 2.0)]),
        (["c:2.5", "50"], [("c", 2.5), ("50", None)]),
        (["a:b"], [("a:b", None)]),
        (["a:b:2"], [("a:b", 2.0)]),
        (["a:b:4"], [("a:b:4", None)]),  # known as a whole
        (["a:b:4:1"], [("a:b:4", 1.0)]),
        (["x:5"], [("x:5", None)]),
        (["x:5:5", "a:b:4", "a:b:3"], [("x:5", 5.0), ("a:b:4", None), ("a:b", 3.0)]),
        (["007:1e0"], [("007", 1.0)]),
    ],
)
def test_a_history_is_cut_at_the_last_colon_unless_the_whole_is_a_known_id(workspace, bias, ask, words, history):
    status, document, _ = ask("recommend", bias, "-k", "6", "--history", *words)
    assert status == 0
    assert document["user"] is None
    loaded = workspace.load_run(bias)
    rows = [(ITEMS.index(item), value) for item, value in history]
    shown = recommend_to_history(loaded.model, loaded.split, rows, 6)
    assert [(item["id"], item["score"]) for item in document["items"]] == [
        (ITEMS[item], pytest.approx(score)) for item, score in shown
    ]
    assert not {item for item, _ in history} & {item["id"] for item in document["items"]}


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["--user", "dan"], "unknown-user", "no user with the id 'dan'"),
        (["--user", ""], "unknown-user", "ids look like 'ann'"),
        (["--history", "zzz"], "unknown-item", "'zzz'"),
        (["--history", "zzz:3"], "unknown-item", "'zzz'"),
        (["--history", "7"], "unknown-item", "'7'"),
        (["--history", "c:3", "c:4"], "repeated-item", "'Clove' comes twice"),
        (["--history", "c", "c"], "repeated-item", "comes twice"),
        (["--history", "c:9"], "off-scale", "1 to 5"),
        (["--history", "c:0"], "off-scale", "1 to 5"),
        (["--history", "c:"], "bad-rating", "not a number"),
        (["--history", "c:good"], "bad-rating", "'good'"),
        (["--history", "c:nan"], "bad-rating", "not a number"),
        (["--history", "c:inf"], "bad-rating", "not a number"),
        (["--user", "ann", "-k", "0"], "bad-setting", "at least 1"),
        (["--user", "ann", "-k", "-3"], "bad-setting", "at least 1"),
    ],
)
def test_what_cannot_be_recommended_is_said_in_words(bias, ask, words, code, hint):
    fails(ask("recommend", bias, *words), code, hint)


@pytest.mark.parametrize("k", ["7", "1000000", str(10**15)])
def test_a_list_longer_than_the_catalogue_ends_with_the_catalogue(bias, ask, k):
    _, document, _ = ask("recommend", bias, "--history", "c", "-k", k)
    assert sorted(item["id"] for item in document["items"]) == sorted(set(ITEMS) - {"c"})


def test_an_unknown_run_is_said_in_words(home, ask):
    fails(ask("recommend", "nothing", "--user", "a"), "unknown-run", "no run 'nothing'")
    fails(ask("evaluate", "../../etc"), "unknown-run", "no run")


# Lists


def test_models_lists_every_model_with_its_settings(home, ask):
    status, rows, err = ask("models")
    assert (status, err) == (0, "")
    assert [row["key"] for row in rows] == [model.info.key for model in MODELS]
    for row, model in zip(rows, MODELS, strict=True):
        assert row["abilities"] == sorted(model.info.abilities)
        assert set(row["settings"]) == set(model.Config.model_fields)
        assert all(setting["help"] for setting in row["settings"].values())


def test_an_empty_workspace_has_empty_lists(home, ask, capsys):
    for verb in ("datasets", "runs", "jobs"):
        assert ask(verb)[:2] == (0, [])
        assert cli.main([verb]) == 0
        assert capsys.readouterr().out == "Nothing here yet.\n"


# Data sets


def test_datasets_lists_versions_sizes_and_dates(workspace, dataset, ask, capsys):
    first, second = keep(workspace, dataset), keep(workspace, other_ratings(dataset))
    other = keep(workspace, worlds.two_camps(20).dataset)
    rows = ask("datasets")[1]
    assert [(row["dataset"], row["version"], row["bytes"]) for row in rows] == [
        (card.id, card.version, card.size) for card in (other, second, first)
    ]
    assert cli.main(["datasets"]) == 0
    header, *lines, total = capsys.readouterr().out.splitlines()
    assert header.split() == ["dataset", "name", "users", "items", "interactions", "size", "date", "made"]
    assert [line.split("  ")[1] for line in lines] == ["two camps", "golden@2", "golden@1"]
    assert " kB " in lines[0]
    assert total.startswith("Data sets ")
    assert ask("train", "golden@1", "--model", "popularity")[1]["dataset"] == first.id


def test_profile_prints_what_the_import_found_and_the_figures(workspace, tmp_path, ask, capsys):
    (tmp_path / "ratings.csv").write_text(RATINGS)
    found = ask("import", str(tmp_path / "ratings.csv"), "--name", "mine")[1]
    status, document, err = ask("profile", "mine")
    assert (status, err) == (0, "")
    fields = {"dataset", "name", "users", "items", "interactions", "feedback", "scale"}
    fields |= {"rejected", "merged", "findings"}
    assert {name: document[name] for name in fields} == {name: found[name] for name in fields}
    assert document["density"] == pytest.approx(12 / 15)
    assert cli.main(["profile", "mine"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"mine (id {found['dataset']}")
    assert "Gini" in out
    fails(ask("profile", "nothing"), "unknown-dataset", "There are: 'mine'.")


def test_splits_shows_what_each_split_amounts_to(workspace, ask, capsys):
    keep(workspace, worlds.golden(timed=False))
    status, rows, _ = ask("splits", "golden")
    assert status == 0
    assert [row["split"] for row in rows] == [splitter.key for splitter in SPLITTERS]
    found = {row["split"]: row for row in rows}
    assert found["random"]["train"]["events"] > 0
    assert found["temporal"]["error"]["code"] == "no-times"
    assert cli.main(["splits", "golden"]) == 0
    out = capsys.readouterr().out
    assert "random (default)" in out
    assert "temporal: The split 'temporal' orders events by time" in out


def test_rename_gives_another_name_that_is_free(workspace, dataset, ask):
    card, other = keep(workspace, dataset), keep(workspace, worlds.two_camps(20).dataset)
    assert ask("rename", "golden", " silver ")[:2] == (0, {"dataset": card.id, "name": "silver"})
    assert workspace.find_dataset("silver").id == card.id
    fails(ask("rename", "silver", other.name), "name-taken", "already")
    fails(ask("rename", "silver", ""), "bad-name", "1 to 80")
    fails(ask("rename", "golden", "x"), "unknown-dataset", "There are: 'silver', 'two camps'.")


@pytest.mark.parametrize("words", [[], ["--with-runs"]])
def test_delete_says_what_became_of_the_runs(workspace, dataset, ask, capsys, words):
    card = keep(workspace, dataset)
    run = keep_run(workspace, card)
    status, document, _ = ask("delete", "golden", *words)
    assert status == 0
    assert document == {"dataset": card.id, "name": "golden", "deleted_runs": [run.id] if words else []}
    assert workspace.datasets() == []
    assert [kept.id for kept in workspace.runs()] == ([] if words else [run.id])
    fails(ask("delete", "golden", *words), "unknown-dataset", "There are: none.")
    keep_run(workspace, keep(workspace, dataset))
    assert cli.main(["delete", card.id, *words]) == 0
    assert ("deleted as well" if words else "kept") in capsys.readouterr().out


def test_export_writes_what_import_reads(workspace, tmp_path, ask, capsys):
    (tmp_path / "ratings.csv").write_text(RATINGS.replace("ann", "=ann"))
    card = ask("import", str(tmp_path / "ratings.csv"), "--name", "mine")[1]
    out = tmp_path / "out"
    status, document, _ = ask("export", "mine", "--to", str(out))
    assert status == 0
    assert document["files"] == [str(out / f"{part}.csv") for part in ("events", "items", "people")]
    assert "'=ann" in (out / "events.csv").read_text()
    again = ask("import", str(out / "events.csv"), "--name", "again")[1]
    fingerprints = [workspace.load_dataset(made["dataset"]).fingerprint for made in (card, again)]
    assert fingerprints[0] == fingerprints[1]
    fails(ask("export", "mine", "--to", str(out)), "file-exists", '"events.csv"', "empty folder")
    fails(ask("export", "mine", "--to", str(out / "events.csv" / "x")), "cannot-write")
    fails(ask("export", "mine", "--to", str(out), "--format", "xml"), "usage", "parquet")
    assert cli.main(["export", "mine", "--to", str(out), "--format", "parquet", "--part", "events"]) == 0
    assert capsys.readouterr().out.startswith(str(out / "events.parquet"))
    assert sorted(path.name for path in out.glob("*.parquet")) == ["events.parquet"]


# The frame


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["nonsense"],
        ["train"],
        ["train", "d"],
        ["train", "d", "--model", "popularity", "--seed", "x"],
        ["import", "file.csv"],
        ["recommend", "r"],
        ["recommend", "r", "--user", "a", "--history", "b"],
        ["recommend", "r", "--history"],
        ["recommend", "r", "--user", "a", "-k", "ten"],
        ["models", "--surplus"],
        ["train", "d", "--mod", "popularity"],
        ["rename", "d"],
        ["export", "d"],
    ],
)
def test_a_command_line_that_makes_no_sense_is_exit_status_2(home, ask, capsys, words):
    fails(ask(*words), "usage", "not understood", "--help")
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("The command line was not understood: ")
    assert err.count("\n") == 1


def test_a_bug_is_exit_status_1_with_its_traceback_on_stderr(home, ask, monkeypatch):
    def broken(_: Workspace) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(Workspace, "runs", broken)
    status, document, err = ask("runs")
    assert (status, document["error"]["code"]) == (1, "bug")
    assert "Traceback" in err


def test_ctrl_c_is_no_bug(home, ask, monkeypatch):
    def interrupted(_: Workspace) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Workspace, "runs", interrupted)
    status, document, err = ask("runs")
    assert (status, document["error"]["code"]) == (130, "interrupted")
    assert "Traceback" not in err


def test_tables_are_for_people(workspace, dataset, capsys):
    card = keep(workspace, dataset)
    assert cli.main(["train", "golden", "--model", "neumf", *TINY]) == 0
    out, err = capsys.readouterr()
    *_, last = out.splitlines()
    run = last.removeprefix("run ")
    assert workspace.find_run(run)
    assert "ndcg@10" in out
    assert "epoch 1/2" in err
    assert "epoch 1/2" not in out
    assert cli.main(["evaluate", run]) == 0
    assert "NeuMF on golden, temporal split" in capsys.readouterr().out
    assert cli.main(["recommend", run, "--user", "ann"]) == 0
    header, first, *_ = capsys.readouterr().out.splitlines()
    assert header.split() == ["rank", "id", "title", "score"]
    assert first.startswith("1 ")
    for verb, word in (("datasets", card.id), ("runs", run), ("jobs", "finished"), ("models", "neumf")):
        assert cli.main([verb]) == 0
        assert word in capsys.readouterr().out


def test_names_from_outside_cannot_steer_a_terminal(workspace, dataset, capsys):
    evil = "\x1b[31mred\r\n\u202eback"
    dataset.item_table["title"] = [evil] * 6
    run = keep_run(workspace, keep(workspace, replace(dataset, name=evil, scale=Scale(1, 5, 1))))
    for words in (
        ["recommend", run.id, "--user", "ann"],
        ["datasets"],
        ["profile", run.dataset],
        ["runs"],
        ["evaluate", run.id],
    ):
        assert cli.main(words) == 0
        out = capsys.readouterr().out
        assert "\\x1b[31mred\\r\\n\\u202eback" in out
        assert not {letter for letter in out if not letter.isprintable()} - {"\n"}
    assert cli.main(["recommend", run.id, "--user", "ann", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["title"] == evil


def test_it_is_a_program(home):
    words = [sys.executable, "-m", "recsys_core", "models", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=REPOSITORY)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(json.loads(done.stdout)) == len(MODELS)
    done = subprocess.run([*words[:3], "train"], capture_output=True, text=True, cwd=REPOSITORY)
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("words", [["models"], ["models", "--json"], ["nonsense", "--json"]])
def test_a_reader_who_stops_early_is_no_error(home, words):
    with subprocess.Popen(
        [sys.executable, "-m", "recsys_core", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=REPOSITORY
    ) as running:
        running.stdout.close()
        told = running.stderr.read().decode()
    assert "Traceback" not in told
    assert "BrokenPipe" not in told
    assert running.returncode in (0, 2)


def test_scores_are_plain_numbers(bias, ask):
    scores = [item["score"] for item in ask("recommend", bias, "--user", "ann", "-k", "6")[1]["items"]]
    assert scores == sorted(scores, reverse=True)
    assert all(isinstance(score, float) and np.isfinite(score) for score in scores)
