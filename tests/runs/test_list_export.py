"""Everybody's list as a file: the lists that single people get, whatever the chunk, and safe in a spreadsheet."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recsys_core.cli import main
from recsys_core.errors import DataError
from recsys_core.models import find_model
from recsys_core.recommending import recommend_to_user
from recsys_core.runs.list_export import export_lists, people_named, write_lists
from recsys_core.runs.run_files import LoadedRun
from recsys_core.runs.store import Workspace
from recsys_core.splitting import SplitRecipe, split
from recsys_core.types import Feedback
from tests import worlds
from tests.runs.builders import RANDOM, camps, keep, keep_run, unfinished


def run_of(dataset, key: str = "ease", recipe: SplitRecipe = RANDOM) -> LoadedRun:
    parts = split(dataset, recipe)
    return LoadedRun({}, find_model(key)().fit(parts.train), parts)


def written(run: LoadedRun, people: np.ndarray, k: int, format: str) -> pd.DataFrame:
    sink = io.BytesIO()
    write_lists(run, people, k, format, sink)
    text = {"user": str, "item": str, "title": str}
    data = io.BytesIO(sink.getvalue())
    return pd.read_csv(data, dtype=text, keep_default_na=False) if format == "csv" else pd.read_parquet(data)


@pytest.mark.parametrize("format", ["csv", "parquet"])
@pytest.mark.parametrize("recipe", [RANDOM, SplitRecipe(key="user-folds")])
def test_everybody_gets_the_list_that_they_get_alone(format, recipe, monkeypatch):
    monkeypatch.setattr("recsys_core.ranking.CHUNK_SCORES", 70)  # three people at once
    run = run_of(camps(n=20), recipe=recipe)
    dataset = run.split.dataset
    found = written(run, np.arange(dataset.n_users), 4, format)
    expected = [
        (str(dataset.user_ids.values[user]), rank, str(dataset.item_ids.values[item]), dataset.title(item), score)
        for user in range(dataset.n_users)
        for rank, (item, score) in enumerate(recommend_to_user(run.model, run.split, user, 4), start=1)
    ]
    assert list(found) == ["user", "rank", "item", "title", "score"]
    assert list(zip(*(found[name] for name in ("user", "rank", "item", "title")), strict=True)) == [
        row[:4] for row in expected
    ]
    np.testing.assert_allclose(found["score"], [row[4] for row in expected], rtol=1e-5)


def test_who_knows_nearly_everything_has_fewer_rows_and_who_is_asked_for_comes_in_that_order():
    run = run_of(worlds.golden(feedback=Feedback.IMPLICIT), "popularity")
    found = written(run, np.array([3, 0]), 50, "parquet")
    assert found["user"].tolist() == ["u3"] * (6 - len(run.split.test.known.row(3)[0])) + ["u0"] * (
        6 - len(run.split.test.known.row(0)[0])
    )
    assert written(run, np.zeros(0, np.int64), 5, "csv").shape == (0, 5)


def test_titles_that_are_formulas_are_guarded_in_csv_alone():
    dataset = camps(n=20)
    items = dataset.item_table.assign(title=[f"=cmd|{item}" for item in range(dataset.n_items)])
    items.loc[0, "title"] = ""
    run = run_of(replace(dataset, item_table=items))
    as_csv, as_parquet = (written(run, np.arange(20), 20, format) for format in ("csv", "parquet"))
    unnamed = as_csv["item"] == "i0"
    assert unnamed.any()
    assert as_csv["title"][unnamed].eq("i0").all()
    assert as_csv["title"][~unnamed].str.startswith("'=cmd|").all()
    assert as_parquet["title"][~unnamed].str.startswith("=cmd|").all()


def test_people_of_a_file_each_once_and_unknown_ones_by_name():
    ids = camps(n=20).user_ids
    assert people_named(["u7", "", "u2", "u7"], ids).tolist() == [7, 2]
    with pytest.raises(DataError, match=r'these ids \(1 of 2\): "Bo"') as error:
        people_named(["u1", "Bo"], ids)
    assert error.value.code == "unknown-user"
    with pytest.raises(DataError, match="no id"):
        people_named(["", ""], ids)


def test_a_file_is_there_whole_or_not(tmp_path, monkeypatch):
    run = run_of(camps(n=20))
    export_lists(run, np.arange(20), 3, tmp_path / "new" / "lists.parquet")
    assert len(pd.read_parquet(tmp_path / "new" / "lists.parquet")) == 60
    with pytest.raises(DataError, match="already"):
        export_lists(run, np.arange(20), 3, tmp_path / "new" / "lists.parquet")
    with pytest.raises(DataError, match=r"\.csv or \.parquet"):
        export_lists(run, np.arange(20), 3, tmp_path / "lists.xlsx")
    monkeypatch.setattr("recsys_core.runs.list_export.top_k", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export_lists(run, np.arange(20), 3, tmp_path / "half.csv")
    assert not (tmp_path / "half.csv").exists()
    assert not unfinished(tmp_path)


def test_the_shell_writes_everybody_or_those_of_a_file(home: Path, tmp_path, capsys):
    workspace = Workspace(home)
    run = keep_run(workspace, keep(workspace, camps()))
    assert main(["recommend", run.id, "--everyone", "-k", "2", "--to", str(tmp_path / "all.csv")]) == 0
    assert "24 people" in capsys.readouterr().out
    assert len(pd.read_csv(tmp_path / "all.csv")) == 48
    (tmp_path / "who.txt").write_text("u3\r\nu1\r\n", encoding="utf-8")
    assert main(["recommend", run.id, "--people", str(tmp_path / "who.txt"), "--to", str(tmp_path / "two.csv")]) == 0
    assert pd.read_csv(tmp_path / "two.csv")["user"].unique().tolist() == ["u3", "u1"]
    capsys.readouterr()
    for words in (["--everyone"], ["--user", "u1", "--to", str(tmp_path / "one.csv")]):
        assert main(["recommend", run.id, *words]) == 2
        assert "Lists of many people go into a file" in capsys.readouterr().err
    assert main(["recommend", run.id, "--people", str(tmp_path / "nobody"), "--to", str(tmp_path / "x.csv")]) == 2
