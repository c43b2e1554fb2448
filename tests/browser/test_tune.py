"""A search in a real browser: started, watched, refreshed, seen by a second browser, stopped, and its best kept."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from benchmarks.browser import AppServer, settled
from recsys_core.data.samples import SAMPLES
from recsys_core.runs.jobs import Jobs, State
from recsys_core.runs.store import Workspace
from recsys_core.runs.trials import Trials
from recsys_core.runs.tune_job import tuned_runs

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STOP = "Stop and keep the best"


def picture(page: Page, name: str, folder: Path) -> None:
    page.wait_for_timeout(500)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.screenshot(path=folder / f"{name}.png", full_page=True)


def test_a_search_is_started_watched_refreshed_and_stopped_and_its_best_is_kept(
    server: AppServer, open_tab, tmp_path: Path
):
    """Saves pictures; FORETASTE_SCREENSHOTS names a folder to keep them in."""
    folder = Path(os.environ.get("FORETASTE_SCREENSHOTS") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    workspace = Workspace(server.home)
    sample = next(sample for sample in SAMPLES if sample.key == "demo").load()
    workspace.save_dataset(sample.dataset, sample.summary())
    page = open_tab()
    page.goto(f"{server.url}/tune")
    settled(page, "Tune", "[data-testid=stBaseButton-primary]")
    page.get_by_role("button", name="Start tuning").dblclick()
    page.get_by_text("has the best NDCG@10 on the validation events so far").wait_for(timeout=60_000)
    picture(page, "tune-1-running", folder)
    page.reload()
    phone = open_tab(width=390, dark=True)
    phone.goto(f"{server.url}/tune")
    for tab in (page, phone):
        tab.get_by_text("has the best NDCG@10 on the validation events so far").wait_for(timeout=60_000)
        expect(tab.get_by_role("button", name=STOP)).to_have_count(1, timeout=30_000)  # a double click is one search
    phone.get_by_role("button", name=STOP).click()
    for tab in (page, phone):
        tab.get_by_text("Stopped by hand after").wait_for(timeout=120_000)
        tab.get_by_text("Best settings of").first.wait_for(timeout=60_000)
    picture(page, "tune-2-stopped", folder)
    picture(phone, "tune-3-phone", folder)
    (job,) = Jobs(workspace.database).all()
    assert job.state is State.STOPPED
    assert job.run in {run.id for run in tuned_runs(workspace, job).values()}
    assert Trials(workspace.database).ended(job.id)
    page.get_by_role("button", name="Use in Train").click()
    settled(page, "Train", "[data-testid=stBaseButton-primary]")
    assert "model=ease" in page.url
