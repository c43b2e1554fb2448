"""``embed`` on the shell: a page that stands alone, coordinates, and words for what cannot be drawn."""

import csv
import json
from pathlib import Path

import pytest

from recsys_core import cli
from recsys_core.runs.store import Workspace, open_workspace
from tests.runs.test_leak_job import trained


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return open_workspace(home)


def test_a_map_is_written_with_how_far_to_trust_it(workspace, tmp_path, capsys):
    run = trained(workspace, "als", epochs=2).id
    page, table = tmp_path / "map.html", tmp_path / "map.csv"
    assert cli.main(["embed", run, "--out", str(page), "--method", "pca", "--whose", "both"]) == 0
    assert "nearest on the map; trustworthiness" in capsys.readouterr().out
    assert "Plotly.newPlot" in page.read_text(encoding="utf-8")
    words = ["embed", run, "--method", "pca", "--dimensions", "3", "--colour", "popularity", "--json", "--out"]
    assert cli.main([*words, str(table)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["points"] == 24
    assert 0 < document["honesty"]["trustworthiness"] <= 1
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    assert list(rows[0]) == ["kind", "id", "title", "x", "y", "z", "people who met it"]
    assert {row["id"] for row in rows} == {f"i{item}" for item in range(24)}
    assert cli.main([*words, str(tmp_path / "map.json")]) == 0
    written = json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))
    assert [f"{row['x']:.4f}" for row in written["rows"]] == [f"{float(row['x']):.4f}" for row in rows]


def test_what_cannot_be_drawn_ends_with_2(workspace, tmp_path, capsys):
    run, plain = trained(workspace, "als", epochs=1).id, trained(workspace, "item_knn").id
    out = str(tmp_path / "map.html")
    cases = [
        ([plain, "--out", out], "no-vectors"),
        (["nobody", "--out", out], "unknown-run"),
        ([run, "--out", str(tmp_path / "map.png")], "bad-file"),
        ([run, "--out", out, "--method", "tarot"], "bad-setting"),
        ([run, "--out", out, "--method", "pca", "--colour", "smell"], "unknown-colour"),
        ([run, "--out", out, "--seed", "-1"], "bad-setting"),
        ([run, "--out", str(tmp_path / "nowhere" / "map.html"), "--method", "pca"], "cannot-write"),
        ([run, "--out", str(tmp_path / "nowhere" / "map.csv"), "--method", "pca"], "cannot-write"),
    ]
    for words, code in cases:
        assert cli.main(["embed", *words, "--json"]) == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == code
