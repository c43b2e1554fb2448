"""Report: chosen as on Compare, made in the background, with words of one's own, and taken along."""

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import report_made
from pages.shared.nav import COMPARE, REPORT
from recsys_core.report import pdf
from recsys_core.report.reports import Reports
from recsys_core.runs.store import Workspace
from tests.pages.test_train_page import opened, press, said
from tests.report.worlds import compared


@pytest.fixture
def works(workspace: Workspace, monkeypatch) -> list:
    """What the page wants done in the background; the tests do it."""
    asked: list = []
    reports = Reports(workspace, asked.append)
    monkeypatch.setattr(report_made, "reports", lambda: reports)
    return asked


def downloads(at: AppTest) -> list[str]:
    return [button.label for button in at.get("download_button")]


def test_without_runs_the_next_step_is_named(jobs, workspace):
    at = opened(REPORT)
    assert "There is nothing to report yet" in said(at)
    assert "Train a model" in {link.label for link in at.get("page_link")}


def test_a_report_is_made_looked_at_and_taken_along(jobs, workspace, works, monkeypatch):
    compared(workspace)
    monkeypatch.setattr(pdf, "browser", lambda: None)
    at = opened(REPORT)
    assert downloads(at) == ["HTML", "Markdown"], "the model card alone"
    press(at, "Make the report")
    assert len(works) == 1
    works.pop()()
    at.run()
    assert not at.exception
    assert downloads(at) == ["HTML", "HTML", "Markdown"]
    assert "this server lacks" in said(at)
    assert "needs no network" in said(at)
    (frame,) = at.get("iframe")
    assert "Recommendations for films" in frame.proto.srcdoc
    at.text_input(key="report-title").set_value("For <b>you</b>").run()
    (frame,) = at.get("iframe")
    assert "<h1>For &lt;b&gt;you&lt;/b&gt;</h1>" in frame.proto.srcdoc
    assert not works, "nothing is measured again for words"
    at.multiselect(key="pick-runs").set_value(at.multiselect(key="pick-runs").value[:2]).run()
    assert "Make the report" in [button.label for button in at.button]


def test_a_report_that_fails_says_why_and_can_be_tried_again(jobs, workspace, works):
    runs = compared(workspace)
    at = opened(REPORT)
    press(at, "Make the report")
    for run in runs:
        (workspace.root / "runs" / run.id / "per_user.npz").unlink()
    works.pop()()
    at.run()
    assert "cannot be read" in at.error[0].value
    press(at, "Try again")
    assert len(works) == 1


def test_compare_leads_here(jobs, workspace):
    compared(workspace)
    at = opened(COMPARE)
    assert "Report" in {link.label for link in at.get("page_link")}
