"""``report`` and ``model-card`` on the shell."""

import pytest

from recsys_core import cli
from recsys_core.report import pdf
from recsys_core.runs.store import Workspace, open_workspace
from tests.report.worlds import compared
from tests.test_cli import ask, fails

__all__ = ["ask"]


@pytest.fixture
def workspace(home) -> Workspace:
    return open_workspace(home)


def test_a_report_of_a_data_set_is_that_of_its_newest_runs(workspace, ask, tmp_path):
    runs = compared(workspace)
    target = tmp_path / "report.html"
    status, document, _ = ask("report", runs[0].dataset, "--out", str(target), "--author", "A & B")
    assert status == 0
    assert set(document["runs"]) == {run.id for run in runs}
    assert document["bytes"] == target.stat().st_size < 10_000_000
    page = target.read_text(encoding="utf-8")
    assert "A &amp; B" in page
    assert document["verdict"].split(" ", 1)[0] in page
    assert {"comparison", "data", "caveats"} <= set(document["sections"])


def test_runs_can_be_named_and_the_page_printed(workspace, ask, tmp_path, monkeypatch, capsys):
    runs = compared(workspace)[:2]
    monkeypatch.setattr(pdf, "as_pdf", lambda page: page[:9].encode())
    words = ["report", *(run.id for run in runs), "--out", str(tmp_path / "r.html"), "--pdf"]
    status, document, _ = ask(*words)
    assert (status, set(document["runs"])) == (0, {run.id for run in runs})
    assert (tmp_path / "r.pdf").read_bytes() == b"<!doctype"
    assert cli.main(words) == 0
    assert "Printed to" in capsys.readouterr().out


def test_a_model_card_is_written_both_ways(workspace, ask, tmp_path):
    run = compared(workspace)[0]
    for name, begin in (("card.md", "---\nlanguage"), ("card.html", "<!doctype html>")):
        status, document, _ = ask("model-card", run.id, "--out", str(tmp_path / name), "--title", "Ours")
        assert status == 0
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert text.startswith(begin)
        assert "Ours" in text
        assert document["metadata"]["library_name"] == "foretaste"


def test_what_cannot_be_done_ends_with_two(workspace, ask, tmp_path):
    run = compared(workspace)[0]
    fails(ask("report", run.id, "--out", "report.docx"), "bad-file", ".html")
    fails(ask("report", "nothing", "--out", "report.html"), "unknown-dataset", "nothing")
    fails(ask("report", run.id, "gone", "--out", "report.html"), "unknown-run", "gone")
    fails(ask("model-card", "gone", "--out", str(tmp_path / "c.md")), "unknown-run", "gone")
    fails(ask("model-card", run.id, "--out", str(tmp_path / "no" / "c.md")), "cannot-write", "cannot be written")
