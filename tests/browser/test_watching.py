"""Watching, comparing and making again, in a real browser."""

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from benchmarks.browser import AppServer, settled
from recsys_core.runs.reproduce import reproduce

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TRAININGS = [("mf", {"epochs": 6}), ("mf", {"epochs": 8, "learning_rate": 0.1}), ("gmf", {"epochs": 4})]


def drawn(page: Page) -> None:
    page.wait_for_timeout(400)
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached", timeout=60_000)


def unfold(page: Page, title: str, inside: Locator) -> None:
    """Open an expander and wait for what is in it; once more where a redrawing of the page closed it again."""
    for _ in range(3):
        page.get_by_text(title, exact=True).click()
        try:
            inside.wait_for(timeout=5000)
        except TimeoutError:
            continue
        return
    inside.wait_for(timeout=1)


def picture(page: Page, folder: Path, name: str, width: int) -> None:
    page.wait_for_timeout(700)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, 900), 3000)})
    page.wait_for_timeout(500)
    page.screenshot(path=folder / f"{name}.png")
    page.set_viewport_size({"width": width, "height": 900})


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)], ids=["wide-light", "phone-dark"])
def test_curves_copying_and_presets(server: AppServer, trained, open_tab, tmp_path: Path, dark: bool, width: int):
    """Saves pictures; FORETASTE_SCREENSHOTS names a folder to keep them in."""
    folder = Path(os.environ.get("FORETASTE_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    look = f"{width}-{'dark' if dark else 'light'}"
    workspace = trained(TRAININGS)
    page = open_tab(width=width, dark=dark)
    page.goto(f"{server.url}/train")
    settled(page, "Train", ".js-plotly-plot .main-svg")
    expect(page.locator(".ft-stand")).to_have_count(2)
    picture(page, folder, f"watch-1-{look}", width)

    page.get_by_role("button", name="Copy").first.click()
    command = page.locator("[data-testid=stCode]").first
    wanted = reproduce(workspace, workspace.runs()[0])
    expect(command).to_contain_text(wanted.command)
    page.get_by_role("tab", name="As Python").click()
    expect(page.locator("[data-testid=stCode]").nth(1)).to_contain_text("validator(parts, model)")
    picture(page, folder, f"watch-2-{look}", width)
    page.keyboard.press("Escape")

    page.get_by_role("radio", name="Curves").click()
    page.get_by_text("leads with NDCG@10").wait_for()
    drawn(page)
    legend = page.locator(".js-plotly-plot").first.locator(".legendtext")
    expect(legend).to_have_count(len(TRAININGS))
    page.get_by_role("radio", name="By second").click()
    page.get_by_text(re.compile(r"leads with NDCG@10 .* after .* s")).wait_for()
    drawn(page)
    picture(page, folder, f"watch-3-{look}", width)

    unfold(page, "Settings", page.get_by_text("Presets", exact=True))
    name = page.get_by_label("Save these settings as")
    unfold(page, "Presets", name)
    name.fill("My way")
    page.get_by_role("button", name="Save as preset").click()
    page.get_by_text("Saved as My way").wait_for()
    drawn(page)
    picture(page, folder, f"watch-4-{look}", width)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    shared = tmp_path / "preset.json"
    download.value.save_as(shared)
    preset = json.loads(shared.read_text())
    assert preset["name"] == "My way"
    shared.write_text(json.dumps(preset | {"name": "From a friend", "settings": {"epochs": 3}}))
    page.locator("input[type=file]").set_input_files(shared)
    page.get_by_text("From a friend is in the form").wait_for()
    drawn(page)
    expect(page.get_by_role("radio", name="From a friend")).to_be_checked()


def test_two_runs_are_compared_setting_by_setting(server: AppServer, trained, open_tab):
    trained(TRAININGS)
    page = open_tab()
    page.goto(f"{server.url}/compare")
    settled(page, "Compare", ".js-plotly-plot .main-svg")
    page.get_by_role("radio", name="Settings").click()
    expect(page.get_by_text(re.compile("differ")).last).to_be_visible()
