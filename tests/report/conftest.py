"""One comparison for all tests that only read it."""

import pytest

from recsys_core.report.blocks import Section
from recsys_core.report.facts import Facts, gather
from recsys_core.report.making import sections_of
from recsys_core.runs.store import Workspace
from tests.report.worlds import compared


@pytest.fixture(scope="session")
def facts(tmp_path_factory) -> Facts:
    workspace = Workspace(tmp_path_factory.mktemp("report"))
    return gather(workspace, compared(workspace))


@pytest.fixture(scope="session")
def sections(facts) -> tuple[Section, ...]:
    return sections_of(facts)
