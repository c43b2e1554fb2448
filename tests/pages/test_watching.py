"""Watching and afterwards: curves, diagnosis, standing, presets, copying, differences, and the first start."""

import json
import threading
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared import first_start
from pages.shared.nav import COMPARE, DATA, HOME, TRAIN
from recsys_core.data.samples import SAMPLES
from recsys_core.models.mf import MF
from recsys_core.runs.jobs import Job, Jobs, State, TrainSpec
from recsys_core.runs.presets import Presets
from recsys_core.runs.reproduce import reproduce
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.training.context import EpochEnded, Validation
from tests.runs.builders import camps, keep


@pytest.fixture
def films(home: Path) -> str:
    return keep(Workspace(home), camps("films", 40)).id


def opened(page=TRAIN, **address: str) -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.run()
    for name, value in address.items():
        at.query_params[name] = value
    if page is not HOME:
        at.switch_page(str(ROOT / page.path)).run()
    assert not at.exception
    return at


def press(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    parts = (*at.markdown, *at.caption, *at.warning, *at.error)
    return " ".join(part.value for part in parts).replace("\\", "") + " ".join(html.body for html in at.get("html"))


def trained(home: Path, dataset: str, model: str, **settings: object) -> Job:
    workspace = Workspace(home)
    jobs = Jobs(workspace.database)
    job = jobs.begin(TrainSpec(dataset=dataset, model=model, settings=settings))
    run_job(workspace, jobs, job)
    return jobs.find(job.id)


def noted(jobs: Jobs, dataset: str, figures: list[float], state: State | None = State.STOPPED, **spec: object) -> Job:
    """A job with these validation figures, and a loss that falls."""
    job = jobs.begin(TrainSpec(**({"dataset": dataset, "model": "neumf"} | spec)))
    best = 0
    for epoch, value in enumerate(figures):
        best = epoch if value > figures[best] else best
        event = EpochEnded(
            epoch + 1, 30, {"loss": 1 / (epoch + 1)}, Validation("NDCG@10", value, True), best + 1, 9, 0.5
        )
        jobs.report(job.id, event)
    if state is not None:
        jobs.end(job.id, state, "So it ended.")
    return job


OVERFITTED = [0.1, 0.2, 0.23, 0.22, 0.21, 0.2, 0.19]


def test_what_the_curves_say_is_put_into_the_form_at_one_press(jobs, films):
    noted(jobs, films, OVERFITTED, settings={"epochs": 30, "embedding_size": 12})
    at = opened()
    assert "overfitting" in said(at)
    press(at, "Try dropout 0.3")
    assert at.selectbox(key="pick-model").value == "neumf"
    assert at.number_input(key="config-neumf-dropout").value == 0.3
    assert at.number_input(key="config-neumf-embedding_size").value == 12
    press(at, "Start training")
    assert jobs.all()[0].spec.settings["dropout"] == 0.3


def test_what_cannot_wait_is_said_while_it_runs(jobs, films):
    noted(jobs, films, OVERFITTED, None)
    at = opened()
    assert "overfitting" in said(at)
    assert not any(button.label.startswith("Try ") for button in at.button)


def test_curves_of_several_trainings_are_chosen_and_laid_over_each_other(jobs, films):
    noted(jobs, films, OVERFITTED)
    noted(jobs, films, [0.1, 0.3], settings={"dropout": 0.2})
    running = noted(jobs, films, [0.15, 0.16, 0.17], None, model="mf")
    noted(jobs, films, [0.2, 0.2], split={"key": "random"})
    at = opened(show="Curves")
    newest, others = at.selectbox(key="curves-group").options
    assert "random" in newest
    at.selectbox(key="curves-group").set_value(others).run()
    (chosen,) = at.multiselect
    assert len(chosen.options) == 3
    assert "NeuMF, dropout 0.2 leads with NDCG@10 0.300 in epoch 2" in said(at)
    at.segmented_control(key="pick-axis").set_value("By second").run()
    assert "after 1.0 s" in said(at)
    chosen.set_value([running.id]).run()
    assert "MF (dot product) is best with NDCG@10 0.170" in said(at)


def test_a_dismissed_training_keeps_its_curves(home, jobs, films):
    job = trained(home, films, "mf", epochs=3, embedding_size=4)
    jobs.dismiss(job.id)
    at = opened(show="Curves")
    assert "MF (dot product), embedding size 4, epochs 3 is best" in said(at)
    at.multiselect[0].set_value([]).run()
    assert "Choose a training" in said(at)


def test_where_there_are_no_curves_it_says_so(jobs, films):
    assert "There are no curves yet" in said(opened(show="Curves"))


def test_a_finished_model_says_where_it_stands_and_trains_what_is_missing_once(home, jobs, films):
    job = trained(home, films, "mf", epochs=3, embedding_size=4)
    at = opened()
    assert "Popularity" in said(at)
    assert "interval of the difference" in said(at)
    press(at, "Train EASE for comparison")
    (queued,) = [job for job in jobs.all() if job.state is State.QUEUED]
    assert queued.spec.model == "ease"
    assert "EASE is in the queue" in said(at)
    jobs.stop(queued.id)
    at.session_state[f"went-{job.id}"] = True  # its card is not the latest any more
    press(at.run(), "Train EASE for comparison")
    assert sum(job.state is State.QUEUED for job in jobs.all()) == 1  # a later press is another one


def test_a_finished_model_is_copied_as_a_command_and_as_python(home, jobs, films):
    job = trained(home, films, "mf", epochs=3, embedding_size=4)
    workspace = Workspace(home)
    at = opened()
    assert not at.code
    at.session_state[f"copy-{job.run}"] = True
    at.run()
    wanted = reproduce(workspace, workspace.find_run(job.run))
    assert [block.value for block in at.code] == [wanted.command, wanted.python.rstrip()]


def test_own_presets_stand_beside_those_of_the_model(home, jobs, films):
    at = opened()
    at.selectbox(key="pick-model").set_value("mf").run()
    at.number_input(key="config-mf-epochs").set_value(7).run()
    at.text_input(key="preset-name-mf").set_value("**Mine**")
    press(at, "Save as preset")
    assert Presets(home).find("mf", "**Mine**") == MF.Config(epochs=7).model_dump(mode="json")
    preset = at.segmented_control(key="preset-mf")
    assert preset.value == "**Mine**"
    assert r"\*\*Mine\*\*" in preset.options
    preset.set_value("balanced").run()
    assert at.number_input(key="config-mf-epochs").value == MF.Config().epochs
    at.segmented_control(key="preset-mf").set_value("**Mine**").run()
    assert at.number_input(key="config-mf-epochs").value == 7
    press(at, "Delete")
    assert at.segmented_control(key="preset-mf").value == "own"
    assert Presets(home).all("mf") == {}


def test_a_preset_that_cannot_be_saved_gets_a_sentence(home, jobs, films):
    at = opened()
    at.text_input(key="preset-name-neumf").set_value("quick")
    press(at, "Save as preset")
    assert "belongs to the models" in at.error[0].value


def test_two_runs_of_a_comparison_are_laid_side_by_side(home, films):
    trained(home, films, "ease")
    trained(home, films, "ease", regularisation=1.0)
    assert opened(COMPARE).subheader[0].value.startswith("A tie")
    at = opened(COMPARE, section="Settings")
    at.selectbox(key="differs-one").select_index(0).run()
    assert "Nothing differs but the regularisation" in said(at)
    at.selectbox(key="differs-other").set_value(
        next(run.id for run in Workspace(home).runs() if run.model == "popularity")
    ).run()
    assert not at.exception
    assert "model" in said(at)


def test_home_waits_visibly_while_the_demo_is_on_its_way(home, monkeypatch):
    done = threading.Event()
    monkeypatch.setattr(first_start, "_furnish", done.wait)
    first_start.begin()
    try:
        assert "on its way" in said(opened(HOME))
        at = opened(DATA)
        sample = next(sample for sample in SAMPLES if sample.key == "demo").load()
        Workspace(home).save_dataset(sample.dataset, sample.summary())
        at.run()
        assert len(at.get("file_uploader")) > 0  # the demo does not take the way in away
    finally:
        done.set()
    first_start._furnishing.join()
    assert "on its way" not in said(opened(HOME))


def test_a_demo_that_cannot_be_had_does_no_harm(home, monkeypatch):
    monkeypatch.setattr("recsys_core.runs.first_start.SAMPLES", ())
    first_start.begin()
    first_start._furnishing.join()
    assert Workspace(home).datasets() == []


def test_what_is_shared_is_plain_json(home, jobs, films):
    Presets(home).save("mf", "Mine", {"epochs": 7})
    at = opened()
    at.selectbox(key="pick-model").set_value("mf").run()
    assert json.loads(Presets(home).export("mf", "Mine"))["model"] == "mf"
    assert len(at.get("download_button")) == 1
