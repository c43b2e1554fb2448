"""A real server and a real Chromium."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from benchmarks.browser import AppServer, chromium
from recsys_core.data.samples import load_demo
from recsys_core.runs.jobs import Jobs, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job

Trainings = Iterable[tuple[str, dict[str, Any]]]

# Streamlit itself asks for these below the path of a page before it finds them at the root.
KNOWN_CONSOLE = ("404 (Not Found)",)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def server(tmp_path: Path) -> Iterator[AppServer]:
    """With an empty workspace that is not new, so that no demo comes by itself."""
    app = AppServer(tmp_path / "home")
    Workspace(app.home)
    app.start()
    yield app
    app.kill()


@pytest.fixture
def trained(server: AppServer) -> Callable[[Trainings], Workspace]:
    """Puts the demo and models with these settings into the server's workspace, without waiting for a page."""

    def train(trainings: Trainings) -> Workspace:
        workspace = Workspace(server.home)
        sample = load_demo()
        card = workspace.save_dataset(sample.dataset, sample.summary())
        jobs = Jobs(workspace.database)
        for model, settings in trainings:
            run_job(workspace, jobs, jobs.begin(TrainSpec(dataset=card.id, model=model, settings=settings)))
        return workspace

    return train


@pytest.fixture
def open_tab(browser: Browser, server: AppServer) -> Iterator[Callable[..., Page]]:
    """Opens tabs in which a dialog, an outside request or a console error fails the test at its end."""
    faults: list[str] = []
    contexts = []

    def stay_inside(route: Route) -> None:
        if not route.request.url.startswith((server.url, "data:", "blob:")):
            faults.append(f"outside request: {route.request.url}")
            route.abort()
        else:
            route.continue_()

    def note_console(kind: str, text: str) -> None:
        if kind == "error" and not any(known in text for known in KNOWN_CONSOLE):
            faults.append(f"console: {text}")

    def opener(width: int = 1440, height: int = 900, dark: bool = False) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", stay_inside)
        page.on("console", lambda message: note_console(message.type, message.text))
        page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: faults.append(f"page error: {error}"))
        return page

    yield opener
    for context in contexts:
        context.close()
    assert not faults
