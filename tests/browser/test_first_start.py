"""The very first start of a server: a new workspace begins with the demo and a model."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import TimeoutError, expect

from benchmarks.browser import AppServer, settled
from recsys_core.runs.store import Workspace

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    app = AppServer(tmp_path / "home")
    app.start()
    yield app
    app.kill()


def test_on_the_first_start_no_screen_is_empty_and_what_is_deleted_stays_away(server: AppServer, open_tab):
    page = open_tab()
    page.goto(server.url)
    settled(page, "Foretaste")
    page.get_by_role("button", name="See what").wait_for(timeout=90_000)  # by itself, without a reload
    for path, content in (
        ("data", ".js-plotly-plot .main-svg"),
        ("train", ".ft-stand"),
        ("train?show=Curves", ".js-plotly-plot .main-svg"),
        ("compare", ".js-plotly-plot .main-svg"),
        ("recommendations", ".ft-grid .ft-card img"),
        ("recommendations?view=Try+it+yourself", ".ft-grid .ft-card img"),
    ):
        page.goto(f"{server.url}/{path}")
        settled(page, path.partition("?")[0].capitalize(), content)
    workspace = Workspace(server.home)
    (card,) = workspace.datasets()
    workspace.delete_dataset(card.id, with_runs=True)
    page.goto("about:blank")
    server.kill()
    server.start()
    page.goto(server.url)
    settled(page, "Foretaste")
    page.wait_for_timeout(3000)
    assert workspace.datasets() == []
    expect(page.get_by_role("button", name="Open the demo")).to_be_visible()


def test_who_opens_the_demo_at_once_gets_it_once(server: AppServer, open_tab):
    page = open_tab()
    page.goto(server.url)
    settled(page, "Foretaste")
    with suppress(TimeoutError):  # the demo that comes by itself may overtake the press
        page.get_by_role("button", name="Open the demo").click(timeout=3000)
        page.get_by_role("heading", name="Train", exact=True, level=1).wait_for(timeout=10_000)
    page.goto(f"{server.url}/train")
    settled(page, "Train", ".ft-stand", timeout=90)
    assert len(Workspace(server.home).datasets()) == 1
