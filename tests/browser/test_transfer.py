"""The three steps of Transfer in a real browser: a source, a plan that is trained, and whether it pays."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.browser import AppServer, settled
from recsys_core.runs.jobs import Jobs, State, TransferSpec
from recsys_core.runs.store import Workspace
from tests.runs.builders import keep
from tests.runs.transfer_worlds import FEW, films, series, trained

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def picture(page: Page, name: str, folder: Path) -> None:
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def drawn(page: Page) -> None:
    page.wait_for_timeout(400)
    page.locator("[data-test-script-state=notRunning]").wait_for(state="attached", timeout=120_000)


def test_from_a_source_to_a_trained_plan_and_its_evidence(server: AppServer, open_tab, tmp_path: Path):
    """Saves pictures; FORETASTE_SCREENSHOTS names a folder to keep them in."""
    folder = Path(os.environ.get("FORETASTE_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(server.home)
    source = trained(workspace, films(), "mf", settings=FEW)
    target = keep(workspace, series(60))
    page = open_tab()
    page.goto(f"{server.url}/transfer?data={target.id}")
    page.get_by_text("Which model should it start from?").wait_for(timeout=120_000)
    picture(page, "transfer-1-source", folder)
    page.get_by_role("button", name="Choose", exact=True).click()
    page.get_by_role("heading", name="What is the same").wait_for(timeout=120_000)
    drawn(page)
    assert f"source={source.id}" in page.url
    picture(page, "transfer-2-plan", folder)
    page.get_by_role("button", name="Train with this plan").dblclick()
    page.get_by_text("In both: 20 items.").wait_for(timeout=120_000)
    drawn(page)
    assert len(workspace.runs()) == 4  # with popularity of both data sets; a double click is one training

    for share in ("1 %", "2 %", "5 %", "10 %", "25 %", "50 %"):
        page.get_by_role("button", name=share, exact=True).click()
        drawn(page)
    page.get_by_role("slider", name="Seeds").press("Home")
    drawn(page)
    page.get_by_role("button", name="Measure whether it pays").click()
    page.get_by_role("heading", name="Who gains, who loses?").wait_for(timeout=240_000)
    drawn(page)
    assert "step=Evidence" in page.url
    expect(page.get_by_text("One seed only")).to_be_visible()
    picture(page, "transfer-3-evidence", folder)
    (job,) = (job for job in Jobs(workspace.database).all() if isinstance(job.spec, TransferSpec))
    assert (job.state, job.spec.shares, job.spec.seeds) == (State.FINISHED, (0.0, 1.0), (0,))

    phone = open_tab(width=390, dark=True)
    phone.goto(page.url)
    phone.get_by_role("heading", name="Who gains, who loses?").wait_for(timeout=120_000)
    drawn(phone)
    picture(phone, "transfer-4-phone", folder)
    settled(phone, "Transfer")
