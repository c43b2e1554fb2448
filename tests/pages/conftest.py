"""What every test of a page stands on."""

from pathlib import Path

import pytest

from pages.shared import cache
from recsys_core.runs.jobs import Jobs
from recsys_core.runs.pilots import Answer, Standing
from recsys_core.runs.store import Workspace
from tests.pages.no_runner import NoRunner


class NoPilots:
    """Takes wishes in and measures nothing."""

    answer = Answer(None, Standing.MEASURING)

    def ask(self, visitor: str, spec: object) -> Answer:
        return self.answer


@pytest.fixture(autouse=True)
def pilots(monkeypatch) -> NoPilots:
    stand_in = NoPilots()
    monkeypatch.setattr(cache, "pilots", lambda: stand_in)
    return stand_in


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return Workspace(home)


@pytest.fixture
def jobs(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Jobs:
    """Those that a page asks for; nobody does them."""
    runner = NoRunner(workspace)
    monkeypatch.setattr(cache, "runner", lambda: runner)
    return runner.jobs
