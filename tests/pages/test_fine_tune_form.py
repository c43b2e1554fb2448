"""Fine-tuning on Train: which runs can be continued, what is set for it, and what the outcome says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared import cache
from pages.shared.nav import TRAIN
from recsys_core.runs.jobs import FineTune, Jobs, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.training.warm_start import Part
from tests import worlds
from tests.pages.no_runner import NoRunner
from tests.runs.builders import keep, with_ids

SETTINGS = {"epochs": 10, "embedding_size": 4}


@pytest.fixture
def workspace(home: Path, monkeypatch) -> Workspace:
    """Early events, all of them, and the ratings of some books."""
    made = Workspace(home)
    runner = NoRunner(made)
    monkeypatch.setattr(cache, "runner", lambda: runner)
    whole = replace(worlds.planted_ratings(np.random.default_rng(1), 30, 20).dataset, name="whole")
    times = whole.interactions.times
    early = whole.interactions.take(times <= np.quantile(times, 0.8))
    books = with_ids(whole, list(whole.user_ids.values), [f"book {place}" for place in range(20)])
    for dataset in (replace(whole.with_interactions(early), name="early"), whole, replace(books, name="books")):
        keep(made, dataset)
    return made


def trained(workspace: Workspace, dataset: str, **changes) -> str:
    """The id of a run that is finished now."""
    jobs = Jobs(workspace.database)
    spec = TrainSpec(dataset=workspace.find_dataset(dataset).id, model="mf", **({"settings": SETTINGS} | changes))
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    run = jobs.find(job.id).run
    assert run is not None
    return run


def opened(workspace: Workspace, dataset: str, model: str = "mf") -> AppTest:
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.query_params["data"] = workspace.find_dataset(dataset).id
    at.query_params["model"] = model
    at.run()
    at.switch_page(str(ROOT / TRAIN.path)).run()
    assert not at.exception
    return at


def start_of(at: AppTest):
    """The select box, if there is one."""
    return next((box for box in at.selectbox if box.label == "Start from"), None)


def said(at: AppTest) -> str:
    return " ".join(part.value for part in (*at.markdown, *at.caption, *at.warning)).replace("\\", "")


def test_a_run_is_offered_where_model_and_items_are_the_same(workspace):
    assert start_of(opened(workspace, "whole")) is None
    trained(workspace, "early")
    assert len(start_of(opened(workspace, "whole")).options) == 2
    assert start_of(opened(workspace, "books")) is None
    assert start_of(opened(workspace, "whole", model="bpr")) is None
    assert start_of(opened(workspace, "whole", model="ease")) is None


def test_to_go_on_from_a_run_takes_its_settings_and_starts_with_the_rates_chosen(workspace):
    run = trained(workspace, "early")
    at = opened(workspace, "whole")
    start_of(at).set_value(run).run()
    assert at.number_input(key="config-mf-embedding_size").value == 4
    assert at.number_input(key="config-mf-epochs").value < 10
    sliders = {slider.label: slider.key for slider in at.select_slider}
    assert set(sliders) == {"People", "Items", "Network"}
    at.session_state[sliders["People"]], at.session_state[sliders["Items"]] = 0.5, 0.0
    at.run()
    next(button for button in at.button if button.label == "Start training").click().run()
    assert not at.exception
    (job,) = [job for job in Jobs(workspace.database).all() if job.is_active]
    assert job.spec.fine_tune == FineTune(run=run, rates={Part.PEOPLE: 0.5, Part.ITEMS: 0.0, Part.NETWORK: 0.5})
    assert job.spec.settings["embedding_size"] == 4

    start_of(at).set_value("").run()
    assert at.number_input(key="config-mf-embedding_size").value == 64


def test_settings_that_change_the_shape_are_warned_of_at_once(workspace):
    run = trained(workspace, "early")
    at = opened(workspace, "whole")
    start_of(at).set_value(run).run()
    at.number_input(key="config-mf-embedding_size").set_value(8).run()
    assert "'embedding_size' is 4 in the run to go on from" in said(at)


def test_the_outcome_says_what_was_gained_and_forgotten(workspace):
    run = trained(workspace, "early")
    trained(workspace, "whole", fine_tune=FineTune(run=run))
    at = opened(workspace, "whole")
    assert "NDCG@10 on the new test events" in said(at)
    assert "Went on from MF (dot product) on early." in said(at)
    assert "old test events left out: the new training learned from them" in said(at)


def test_what_to_try_next_goes_on_from_the_same_run(workspace):
    run = trained(workspace, "early")
    trained(workspace, "whole", settings=SETTINGS | {"epochs": 1}, fine_tune=FineTune(run=run, rates={Part.ITEMS: 0.1}))
    at = opened(workspace, "books")
    next(button for button in at.button if button.label == "Try epochs 10").click().run()
    assert not at.exception
    assert start_of(at).value == run
    next(button for button in at.button if button.label == "Start training").click().run()
    (job,) = [job for job in Jobs(workspace.database).all() if job.is_active]
    assert job.spec.fine_tune == FineTune(run=run, rates={Part.PEOPLE: 0.5, Part.ITEMS: 0.1, Part.NETWORK: 0.5})
    assert job.spec.settings["epochs"] == 10
