"""Reports are made in the background, one after the other; what fails says why, and old ones go."""

import pytest

from recsys_core.report import reports as module
from recsys_core.report.reports import Asked, Reports
from recsys_core.runs.store import Workspace
from tests.report.worlds import compared


class Later:
    """Does nothing until it is told to."""

    def __init__(self) -> None:
        self.works: list = []

    def __call__(self, work) -> None:
        self.works.append(work)


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path)


def test_a_report_is_begun_watched_and_found_again(workspace):
    later = Later()
    reports = Reports(workspace, later)
    asked = Asked(tuple(run.id for run in compared(workspace)), "ndcg@10")
    assert reports.find(asked) is None
    reports.begin(asked)
    making = reports.find(asked)
    assert making.is_active
    later.works.pop()()
    assert not making.is_active
    assert making.share == 1.0
    assert "Examples" in making.body.titles.values()
    assert reports.find(asked) is making
    assert making.head.lead


def test_what_fails_says_why(workspace):
    reports = Reports(workspace, lambda work: work())
    asked = Asked(("no-such-run",), "ndcg@10")
    reports.begin(asked)
    assert "There is no run 'no-such-run'" in reports.find(asked).failure
    assert not reports.find(asked).is_active


def test_a_bug_is_told_without_its_details(workspace, monkeypatch):
    monkeypatch.setattr(module, "gather", lambda *_: 1 / 0)
    reports = Reports(workspace, lambda work: work())
    asked = Asked((), "ndcg@10")
    reports.begin(asked)
    assert reports.find(asked).failure.startswith("Foretaste made a mistake")


def test_only_the_last_ones_are_kept_and_none_that_is_being_made(workspace):
    later = Later()
    reports = Reports(workspace, later)
    running = Asked(("first",), "ndcg@10")
    reports.begin(running)
    failed = [Asked((f"run {place}",), "ndcg@10") for place in range(module.MOST_KEPT + 2)]
    for asked in failed:
        reports.begin(asked)
        later.works.pop()()
    assert reports.find(running).is_active
    assert reports.find(failed[0]) is None
    assert reports.find(failed[-1]) is not None
