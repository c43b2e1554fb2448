"""What the README says is what the project has."""

import re

import pytest

from benchmarks.browser import ROOT
from recsys_core.cli import main
from recsys_core.models import MODELS

README = (ROOT / "README.md").read_text(encoding="utf-8")


def rows() -> list[str]:
    """The table of models as it must stand in the README."""
    return [
        f"| `{model.info.key}` | {model.info.title}. {model.info.idea} | {', '.join(sorted(model.info.abilities))} |"
        for model in MODELS
    ]


def test_the_table_of_models_is_that_of_the_list():
    section = README.partition("## Models")[2].partition("\n## ")[0]
    found = [line for line in section.splitlines() if line.startswith("| `")]
    assert found == rows()


def test_every_command_of_the_readme_is_known(capsys):
    verbs = set(re.findall(r"python -m recsys_core (\w+)", README))
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
