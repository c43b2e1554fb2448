"""A blend on Compare, in a real browser: judged, kept, and opened."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

from benchmarks.browser import AppServer, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MEMBERS = [("ease", {}), ("mf", {"epochs": 10})]  # EASE knows better where little is known, MF where much is


def picture(page: Page, folder: Path, name: str, width: int) -> None:
    page.wait_for_timeout(700)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, 900), 3000)})
    page.wait_for_timeout(500)
    page.screenshot(path=folder / f"{name}.png")
    page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)], ids=["wide-light", "phone-dark"])
def test_a_blend_is_judged_kept_and_opened(
    server: AppServer, trained, open_tab, tmp_path: Path, dark: bool, width: int
):
    """Saves pictures; FORETASTE_SCREENSHOTS names a folder to keep them in."""
    folder = Path(os.environ.get("FORETASTE_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    look = f"{width}-{'dark' if dark else 'light'}"
    trained(MEMBERS)
    page = open_tab(width=width, dark=dark)
    page.goto(f"{server.url}/compare?section=Blend")
    settled(page, "Compare", "[data-testid=stMultiSelect]")
    picture(page, folder, f"blend-1-{look}", width)
    page.get_by_role("button", name="Judge this blend").click()
    keep = page.get_by_role("button", name="Keep this blend")
    keep.wait_for(timeout=60_000)
    picture(page, folder, f"blend-2-{look}", width)
    keep.click()
    see = page.get_by_role("button", name="See its recommendations")
    see.wait_for(timeout=60_000)
    picture(page, folder, f"blend-3-{look}", width)
    see.click()
    settled(page, "Recommendations", ".ft-grid .ft-card")
    picture(page, folder, f"blend-4-{look}", width)
    assert "run=blend-" in page.url
