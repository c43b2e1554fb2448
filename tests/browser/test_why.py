"""Why? on a card, pressed in a real browser."""

from pathlib import Path

import pytest

from benchmarks.browser import AppServer, settled
from recsys_core.runs.store import Workspace
from tests.by_genre import two_tastes
from tests.pages.test_recommendations_page import run_of


@pytest.fixture
def server(tmp_path: Path):
    """With a finished run."""
    app = AppServer(tmp_path / "home")
    run_of(Workspace(app.home), two_tastes(), "ease")
    app.start()
    yield app
    app.kill()


def test_why_opens_by_keyboard_and_by_touch_and_leads_to_all_about_it(server, open_tab):
    page = open_tab(width=390)
    page.goto(f"{server.url}/recommendations")
    settled(page, "Recommendations", ".ft-why")
    page.locator(".st-key-asks-list i[data-listens]").wait_for(state="attached")
    page.locator(".ft-why").nth(2).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.locator(".ft-sentence").wait_for()
    first = dialog.locator(".ft-why-head h4").first.inner_text()
    page.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    page.locator(".ft-why").nth(3).click()
    dialog.locator(".ft-sentence").wait_for()
    assert dialog.locator(".ft-why-head h4").first.inner_text() != first
    dialog.get_by_text("All about this").click()
    settled(page, "Explanations", ".ft-trust dl")
    assert "item=" in page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
