"""What the README says is what the project has."""

import re
from itertools import pairwise

import pytest

from benchmarks.browser import ROOT
from recsys_core.cli import main
from recsys_core.models import MODELS, catalogue
from recsys_core.models.catalogue import markdown
from recsys_core.models.parity import Parity

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_table_of_models_is_that_of_the_list():
    """``python -m recsys_core models --markdown`` prints it anew."""
    section = README.partition("## Models")[2].partition("\n## ")[0]
    assert [line for line in section.splitlines() if line.startswith("|")] == markdown().splitlines()


def test_each_model_stands_in_the_table_with_its_family_cost_and_parity(capsys, monkeypatch):
    known = {"bias": (Parity("u1 to u5", "RMSE", "0.946", "A | B 2014", "0.941", True, "2026-01-01", "python"),)}
    monkeypatch.setattr(catalogue, "parity_of", lambda key: known.get(key, ()))
    assert main(["models", "--markdown"]) == 0
    rows = [re.split(r" (?<!\\)\| ", line) for line in capsys.readouterr().out.splitlines()[2:]]
    assert sorted(row[1] for row in rows) == sorted(f"`{model.info.key}`" for model in MODELS)
    families = [row[0] for row in rows]
    assert len(set(families)) == sum(one != other for one, other in pairwise([*families, ""])), "a family is torn apart"
    (bias,) = [row for row in rows if row[1] == "`bias`"]
    assert bias[4:] == ["seconds", "✓ RMSE: 0.941, to reproduce 0.946 (A \\| B 2014) |"]
    (popularity,) = [row for row in rows if row[1] == "`popularity`"]
    assert popularity[4:] == ["seconds", "not compared yet |"]


def test_every_command_of_the_readme_is_known(capsys):
    verbs = set(re.findall(r"python -m recsys_core ([\w-]+)", README))
    assert verbs >= {"import", "train", "evaluate", "recommend", "models"}
    for verb in verbs:
        with pytest.raises(SystemExit, match="^0$"):
            main([verb, "--help"])
    capsys.readouterr()


def test_every_file_that_the_documents_link_to_exists():
    for name in ("README.md", "ARCHITECTURE.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert link.startswith("http") or (ROOT / link).exists(), link
