"""The Train page: choosing a model, its settings, and starting one or several."""

import json
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared import model_card
from pages.shared.nav import COMPARE, TRAIN
from recsys_core.data.samples import SAMPLES
from recsys_core.models import MODELS, STANDARD_LINE_UP, find_model
from recsys_core.models.catalogue import families
from recsys_core.models.neumf import NeuMF
from recsys_core.models.parity import Parity
from recsys_core.runs.jobs import Jobs, State, TrainSpec
from recsys_core.runs.store import Workspace
from recsys_core.types import Feedback

DEMO = next(sample for sample in SAMPLES if sample.key == "demo").load()


@pytest.fixture
def ratings(home: Path) -> str:
    return Workspace(home).save_dataset(DEMO.dataset, DEMO.summary()).id


@pytest.fixture
def clicks(home: Path) -> str:
    """The demo without ratings and without times."""
    events = replace(DEMO.dataset.interactions, times=None)
    dataset = replace(DEMO.dataset.with_interactions(events), feedback=Feedback.IMPLICIT, scale=None)
    return Workspace(home).save_dataset(dataset, DEMO.summary()).id


def opened(page=TRAIN, **choices: str) -> AppTest:
    """A page, with choices as its address would have them."""
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    at.run()
    for key, value in choices.items():
        at.session_state[f"kept-{key}"] = value
    at.switch_page(str(ROOT / page.path)).run()
    assert not at.exception
    return at


def press(at: AppTest, label: str) -> AppTest:
    next(button for button in at.button if button.label == label).click().run()
    assert not at.exception
    return at


def said(at: AppTest) -> str:
    return " ".join(part.value for part in (*at.markdown, *at.caption, *at.warning)).replace("\\", "")


def cards(at: AppTest) -> dict[str, str]:
    """Key → HTML of the cards of the gallery, in their order."""
    shown = [html.body for html in at.get("html") if html.body.startswith("<article")]
    titles = {f"<h4>{model.info.title}</h4>": model.info.key for model in MODELS}
    return {next(key for title, key in titles.items() if title in body): body for body in shown}


def fields(at: AppTest, model: str) -> dict[str, object]:
    return {box.key.rpartition("-")[2]: box.value for box in at.number_input if box.key.startswith(f"config-{model}-")}


def test_the_gallery_shows_every_model_and_chooses_one(jobs, ratings):
    at = opened()
    assert at.selectbox(key="pick-model").value == "neumf"
    found = cards(at)
    assert list(found) == [model.info.key for models in families().values() for model in models]
    for model in MODELS:
        for words in (model.info.idea, model.info.family, model_card.COSTS[model.info.cost]):
            assert escape(words) in found[model.info.key]
    press(at, "Choose EASE")
    assert at.selectbox(key="pick-model").value == "ease"
    assert at.query_params["model"] == "ease"
    assert any(button.label == "EASE is chosen" for button in at.button)


def test_a_family_is_shown_alone(jobs, ratings):
    at = opened()
    at.pills(key="family").set_value("Neural").run()
    assert {find_model(key).info.family for key in cards(at)} == {"Neural"}


def test_what_cannot_learn_from_the_data_is_muted_with_its_reason_and_cannot_be_pressed(jobs, clicks):
    at = opened()
    found = cards(at)
    refused = {model.info.key for model in MODELS if model.info.needs_ratings or model.info.needs_times}
    assert refused == {key for key, body in found.items() if "ft-muted" in body}
    assert "has none" in found["bias"]
    assert refused.isdisjoint(button.key.removeprefix("choose-") for button in at.button if button.key)
    at.selectbox(key="pick-model").set_value("bias").run()
    assert "has none" in at.warning[-1].value
    press(at, "Start training")
    assert "has none" in at.error[0].value
    assert not jobs.all()


def test_the_parity_badge_says_what_was_wanted_and_what_was_printed_as_text(jobs, ratings, monkeypatch):
    good = Parity("u1 to u5", "RMSE", "0.946", "<b>A</b> 2014", "0.941", True, "2026-01-01", "python -m x")
    known = {"bias": (good,), "ease": (good, replace(good, reproduced=False, printed="0.99"))}
    monkeypatch.setattr(model_card, "parity_of", lambda key: known.get(key, ()))
    known["mf"] = (replace(good, reproduced=False),)
    found = cards(opened())
    assert "not reproduced" in found["mf"]
    assert "ft-reproduced" in found["bias"]
    assert "To reproduce: <b>0.946</b>" in found["bias"]
    for words in ("u1 to u5", "0.946", "&lt;b&gt;A&lt;/b&gt; 2014", "0.941", "2026-01-01", "python -m x"):
        assert words in found["bias"]
    assert "1 of 2 figures reproduced" in found["ease"]
    assert "ft-reproduced" not in found["ease"]
    assert "No known figure compared yet" in found["als"]


def test_a_preset_fills_the_form_and_a_change_makes_it_ones_own(jobs, ratings):
    at = opened()
    usual = fields(at, "neumf")
    preset = at.segmented_control(key="preset-neumf")
    assert preset.value == "balanced"
    preset.set_value("quick").run()
    for name, value in NeuMF.Config.quick.items():
        if name in usual:
            assert fields(at, "neumf")[name] == value
    assert at.text_input(key="config-neumf-tower").value == "32, 16"

    at.number_input(key="config-neumf-epochs").set_value(11).run()
    assert at.segmented_control(key="preset-neumf").value == "own"
    at.selectbox(key="pick-model").set_value("mf").run()
    assert at.segmented_control(key="preset-mf").value == "balanced"
    at.selectbox(key="pick-model").set_value("neumf").run()
    assert at.segmented_control(key="preset-neumf").value == "own"
    assert fields(at, "neumf")["epochs"] == 11

    press(at, "Start training")
    (job,) = jobs.all()
    wanted = NeuMF.Config.parse({**NeuMF.Config.quick, "epochs": 11})
    assert NeuMF.Config.parse(job.spec.settings) == wanted

    at.segmented_control(key="preset-neumf").set_value("balanced").run()
    assert fields(at, "neumf") == usual


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.info.key)
def test_every_preset_of_every_model_can_be_drawn_and_started(model, jobs, ratings):
    at = opened()
    at.selectbox(key="pick-model").set_value(model.info.key).run()
    names = list(model.Config.presets())
    if any(toggle.key == f"more-{model.info.key}" for toggle in at.toggle):
        at.toggle(key=f"more-{model.info.key}").set_value(True).run()
    for name in names:
        if len(names) > 1:
            at.segmented_control(key=f"preset-{model.info.key}").set_value(name).run()
        assert not at.exception
        assert not at.warning
        assert f"take {model.info.cost} on two cores" in said(at)
        press(at, "Start training")
        assert not at.error
        assert model.Config.parse(jobs.all()[0].spec.settings) == model.Config.parse(model.Config.presets()[name])
    assert len(jobs.all()) == len(names)


def test_a_setting_that_cannot_be_is_said_before_the_start(jobs, ratings):
    at = opened()
    at.text_input(key="config-neumf-tower").set_value("64, many").run()
    assert "tower" in at.warning[-1].value
    press(at, "Start training")
    assert "tower" in at.error[0].value
    assert not jobs.all()


def test_memory_is_told_for_the_settings_as_they_are(jobs, ratings):
    at = opened()
    before = next(caption.value for caption in at.caption if "of memory" in caption.value)
    at.number_input(key="config-neumf-embedding_size").set_value(512).run()
    after = next(caption.value for caption in at.caption if "of memory" in caption.value)
    assert before != after


def test_the_figure_that_chooses_the_best_epoch_follows_the_objective(jobs, ratings):
    at = opened()
    assert at.selectbox(key="stop-on-neumf").value == "ndcg@10"
    at.selectbox(key="stop-on-neumf").set_value("recall@20").run()
    press(at, "Start training")
    assert jobs.all()[0].spec.metric == "recall@20"
    at.selectbox(key="config-neumf-objective").set_value("rating").run()
    at.selectbox(key="stop-on-neumf").set_value("mae").run()
    at.selectbox(key="config-neumf-objective").set_value("ranking").run()
    assert at.selectbox(key="stop-on-neumf").value == "ndcg@10"
    press(at, "Start training")
    assert jobs.all()[0].spec.metric is None


def test_the_line_up_is_queued_once_and_says_what_it_left_out(jobs, clicks):
    at = opened()
    at.number_input(key="seed").set_value(3).run()
    press(at, "Train the standard line-up")
    queued = jobs.all()
    refused = [
        key for key in STANDARD_LINE_UP if find_model(key).info.needs_ratings or find_model(key).info.needs_times
    ]
    assert {job.spec.model for job in queued} == set(STANDARD_LINE_UP) - set(refused)
    assert {(job.spec.seed, job.spec.split.seed) for job in queued} == {(3, 3)}
    assert f"{len(queued)} models queued" in said(at)
    assert f"**{find_model(refused[0]).info.title}**" in said(at)
    press(at, "Train the standard line-up")
    assert len(jobs.all()) == len(queued)
    assert "Nothing new to train" in said(at)


def test_what_the_line_up_queued_is_not_said_any_more_once_it_is_gone(jobs, ratings):
    at = opened()
    press(at, "Train the standard line-up")
    assert "models queued" in said(at)
    press(at, "Take all out")
    assert "queued" not in said(at.run())


def test_the_queue_is_emptied_at_once_or_one_by_one_and_leaves_no_cards(jobs, ratings):
    queued = [jobs.submit(TrainSpec(dataset=ratings, model=key)) for key in ("mf", "ease", "als")]
    begun = jobs.claim_next()
    at = opened()
    assert "**2 trainings waiting**" in said(at)
    at.button(key=f"stop-{queued[1].id}").click().run()
    assert [job.id for job in jobs.all()] == [queued[2].id, begun.id]
    assert "**1 training waiting**" in said(at)
    assert not any(button.label == "Take all out" for button in at.button)
    jobs.submit(TrainSpec(dataset=ratings, model="bpr"))
    press(at.run(), "Take all out")
    assert [job.id for job in jobs.all()] == [begun.id]
    assert "waiting" not in said(at)


def test_dismiss_all_takes_away_what_is_done_and_keeps_what_can_be_resumed(jobs, ratings):
    for state in (State.FINISHED, State.FAILED, State.STOPPED, State.INTERRUPTED):
        jobs.end(jobs.begin(TrainSpec(dataset=ratings, model="ease")).id, state, "So it ended.", kept="ease-0")
    jobs.submit(TrainSpec(dataset=ratings, model="mf"))
    press(opened(), "Dismiss all")
    assert [job.state for job in jobs.all()] == [State.QUEUED, State.INTERRUPTED, State.FAILED]


def test_a_model_without_epochs_tells_the_time_so_far(jobs, ratings):
    job = jobs.begin(TrainSpec(dataset=ratings, model="ease"))
    jobs.enter(job.id, "Training")
    at = opened()
    assert any(caption.value.replace("\\", "").startswith("Training · ") for caption in at.caption)
    assert "s so far" in said(at)


def test_compare_names_the_fold_and_survives_runs_from_before_a_setting_existed(home, ratings):
    from recsys_core.runs.training_job import run_job
    from recsys_core.splitting import SplitRecipe

    workspace = Workspace(home)
    jobs = Jobs(workspace.database)
    recipe = SplitRecipe(key="user-folds", folds=4, fold=2)
    for shrinkage in (0.0, 5.0):
        spec = TrainSpec(dataset=ratings, model="item_knn", split=recipe, settings={"shrinkage": shrinkage})
        run_job(workspace, jobs, jobs.begin(spec))
    older, newer = (run for run in workspace.runs() if run.model == "item_knn")
    del older.about["passport"]["config"]["neighbours"]
    with workspace.database.connect() as db:
        db.execute("UPDATE runs SET about = ? WHERE id = ?", (json.dumps(older.about), older.id))
    at = opened(COMPARE)
    assert not at.error
    assert "fold 2 of 4" in at.selectbox(key="pick-split").options[0]
