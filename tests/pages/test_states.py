"""Every page in every state, through ``app.py``."""

import time
from contextlib import suppress
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared.nav import COMPARE, HOME, PAGES, PRESENT
from recsys_core.data.samples import SAMPLES
from recsys_core.errors import StudioError
from recsys_core.runs.jobs import Job, Jobs, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job


def demo(home: Path) -> tuple[Workspace, str]:
    workspace = Workspace(home)
    imported = next(sample for sample in SAMPLES if sample.key == "demo").load()
    return workspace, workspace.save_dataset(imported.dataset, imported.summary()).id


def trained(home: Path, **spec: object) -> Job:
    workspace, dataset = demo(home)
    jobs = Jobs(workspace.database)
    job = jobs.begin(TrainSpec(dataset=dataset, **spec))
    with suppress(StudioError):
        run_job(workspace, jobs, job)
    return jobs.find(job.id)


def nothing_yet(home: Path) -> None:
    Workspace(home)


def data_only(home: Path) -> None:
    demo(home)


def finished_run(home: Path) -> None:
    assert trained(home, model="gmf", settings={"epochs": 1}).state == "finished"


def failed_run(home: Path) -> None:
    assert trained(home, model="gmf", settings={"learning_rate": 1e9}).state == "failed"


STATES = {"nothing yet": nothing_yet, "data only": data_only, "finished run": finished_run, "failed run": failed_run}


@pytest.fixture(scope="session", params=STATES, ids=list(STATES))
def home(request, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    STATES[request.param](folder)
    return folder


def opened(page) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.run()
    if page is not HOME:
        at.switch_page(str(ROOT / page.path)).run()
    return at


@pytest.mark.parametrize("page", PAGES, ids=[page.title for page in PAGES])
def test_a_page_shows_its_title_and_no_error(page, home, monkeypatch):
    monkeypatch.setenv("FORETASTE_HOME", str(home))
    at = opened(page)
    assert not at.exception
    assert [error.value for error in at.error] == []
    tells_a_story = page is PRESENT and Workspace(home).runs()  # each slide is called by its finding
    (title,) = [title.value for title in at.title]
    assert tells_a_story or title == ("Foretaste" if page is HOME else page.title)


@pytest.fixture
def empty_home(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("FORETASTE_HOME", str(tmp_path))
    return tmp_path


def test_the_demo_goes_from_home_to_a_finished_training(empty_home):
    at = opened(HOME)
    next(button for button in at.button if button.label == "Open the demo").click().run()
    at.run()
    assert [title.value for title in at.title] == ["Train"]
    at.selectbox(key="pick-model").set_value("gmf").run()
    next(button for button in at.button if button.label == "Start training").click().run()
    jobs = Jobs(Workspace(empty_home).database)
    deadline = time.monotonic() + 60
    while any(job.is_active for job in jobs.all()) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert [job.state for job in jobs.all()] == ["finished"]
    at.run()
    assert any(button.label == "See recommendations" for button in at.button)


def test_a_model_is_removed_for_good(tmp_path, monkeypatch):
    finished_run(tmp_path)
    monkeypatch.setenv("FORETASTE_HOME", str(tmp_path))
    at = opened(COMPARE)
    run = next(run for run in Workspace(tmp_path).runs() if run.model == "gmf")
    at.selectbox(key="remove-run").set_value(run.id).run()
    at.checkbox(key=f"sure-{run.id}").check().run()
    next(button for button in at.button if button.label == "Delete").click().run()
    assert not at.exception
    assert [left.model for left in Workspace(tmp_path).runs()] == ["popularity"]


def test_an_unknown_person_gets_a_sentence(tmp_path, monkeypatch):
    finished_run(tmp_path)
    monkeypatch.setenv("FORETASTE_HOME", str(tmp_path))
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.run()
    at.query_params["person"] = "nobody"
    at.switch_page(str(ROOT / "pages/understand/recommendations.py")).run()
    assert "nobody" in at.error[0].value


def test_every_page_file_is_in_the_list():
    files = {
        str(path.relative_to(ROOT / "pages"))
        for path in (ROOT / "pages").glob("*/*.py")
        if path.parent.name != "shared"
    }
    assert files == {page.file for page in PAGES}
    assert not list((ROOT / "pages").glob("*.py")), "a script directly in pages/ wakes Streamlit's old router"
