"""``compare`` on the shell: a document, a table, and sentences for what cannot be compared."""

import json
from pathlib import Path

import pytest

from recsys_core import cli
from recsys_core.runs.comparison import compare_runs
from recsys_core.runs.store import Workspace, open_workspace
from recsys_core.splitting import SplitRecipe
from tests.runs.builders import camps, keep
from tests.runs.test_comparison import trained


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return open_workspace(home)


@pytest.fixture
def dataset(workspace: Workspace) -> str:
    return keep(workspace, camps("<b>films</b>", 40)).id


def told(capsys, *words: str) -> dict:
    assert cli.main(["compare", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_document_has_the_figures_of_the_comparison_to_the_last_digit(workspace, dataset, capsys):
    knn = trained(workspace, dataset, "item_knn")
    seeds = [trained(workspace, dataset, "gmf", seed=seed, settings={"epochs": 1}) for seed in (0, 1)]
    document = told(capsys, knn.id, *(run.id for run in seeds), "--metric", "ndcg@5")
    found = compare_runs(workspace, [knn, *seeds], "ndcg@5")
    assert (document["metric"], document["people"]) == ("ndcg@5", found.people)
    for row, one in zip(document["runs"], found.judged, strict=True):
        assert (row["run"], row["value"], row["low"], row["high"]) == (
            one.contender.id,
            *vars(one.estimate).values(),
        )
        assert [each["value"] for each in row["seeds"]] == list(one.by_seed)
    (row,), (pair,) = document["pairs"], found.pairs
    assert [row["a"], row["b"]] == [one.contender.id for one in found.judged]
    assert (row["difference"], row["low"], row["high"]) == tuple(vars(pair.difference).values())
    assert (row["p"], row["p_holm"], row["effect"]) == (pair.p, pair.p_holm, pair.effect)
    assert document["verdict"].startswith(("GMF ", "ItemKNN ", "A tie: "))
    assert any("EASE" in note and "not in this comparison" in note for note in document["notes"])


def test_people_read_a_table_and_a_sentence(workspace, dataset, capsys):
    knn, als = (trained(workspace, dataset, model) for model in ("item_knn", "als"))
    assert cli.main(["compare", knn.id, als.id]) == 0
    out = capsys.readouterr().out
    assert told(capsys, knn.id, als.id)["verdict"] == out.splitlines()[0]
    for words in ("95 % interval", "p (Holm)", knn.id, "better for", "people can show a difference of"):
        assert words in out


def test_plain_models_are_added_and_trained_on_demand(workspace, dataset, capsys):
    knn = trained(workspace, dataset, "item_knn")
    document = told(capsys, knn.id, "--baselines")
    assert {run["model"] for run in document["runs"]} == {"item_knn", "popularity", "ease"}
    assert not any("not in this comparison" in note for note in document["notes"])
    again = told(capsys, knn.id, "--baselines")
    assert again["runs"] == document["runs"]  # nothing is trained twice
    assert len([run for run in workspace.runs() if run.model == "ease"]) == 1


def test_what_cannot_be_compared_gets_a_sentence(workspace, dataset, capsys):
    run = trained(workspace, dataset, "item_knn")
    other = trained(workspace, dataset, "item_knn", SplitRecipe(key="random", seed=9))
    assert cli.main(["compare", run.id, other.id]) == 2
    assert "not judged alike; what differs: split" in capsys.readouterr().err
    assert cli.main(["compare", run.id, "nothing"]) == 2
    assert "There is no run 'nothing'" in capsys.readouterr().err
    assert cli.main(["compare", run.id, "--metric", "rmse"]) == 2
    assert "None of these runs has the figure 'rmse'" in capsys.readouterr().err
    assert cli.main(["compare", run.id, run.id]) == 0
    assert "There is nothing to compare it with yet." in capsys.readouterr().out


def test_a_training_that_was_repeated_is_named_not_dropped(workspace, dataset, capsys):
    older, newer = (trained(workspace, dataset, "ease").id for _ in range(2))
    document = told(capsys, older, newer)
    assert [row["run"] for row in document["runs"]] == [newer]
    assert (
        f"{older} was trained once more with the same settings and seed; the newest stands for it." in document["notes"]
    )
