"""Synthetic data: people generated, judged, measured and used, and the mark that they bear on every page."""

import json
from dataclasses import asdict

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.browser import ROOT
from pages.shared.nav import COMPARE, DATA, HOME, RECOMMENDATIONS, SYNTHETIC, TRAIN
from recsys_core.data.findings import Finding
from recsys_core.runs.augmenting import augment
from recsys_core.runs.cards import DatasetCard, write_card
from recsys_core.runs.jobs import Job, Jobs, SynthesizeSpec, TrainSpec, WorthSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.synthesis_job import synthesize_spec
from recsys_core.runs.training_job import run_job
from recsys_core.runs.worth_job import worth_of
from recsys_core.splitting import SplitRecipe
from tests.pages.test_train_page import opened, press, said
from tests.runs.builders import RANDOM, camps, keep

JUDGE, WORTH, USE = "Judge", "Worth it?", "Use"
FEW = {"epochs": 4, "rank": 2}
SMALL_WORLD = {"days": 30, "sessions_per_week": 1.0}


def done(workspace: Workspace, spec: SynthesizeSpec | WorthSpec | TrainSpec) -> Job:
    jobs = Jobs(workspace.database)
    job = jobs.begin(spec)
    run_job(workspace, jobs, job)
    return jobs.find(job.id)


def real(workspace: Workspace) -> DatasetCard:
    return keep(workspace, camps("films", 40))


def generated(workspace: Workspace, source: DatasetCard, people: int = 30, **changes: object) -> DatasetCard:
    spec = synthesize_spec(
        workspace, "probabilistic", source.id, {"people": people}, FEW, RANDOM, name=f"{source.name} generated"
    )
    return workspace.find_dataset(str(done(workspace, spec.model_copy(update=changes)).made))


def personas(workspace: Workspace) -> DatasetCard:
    spec = synthesize_spec(workspace, "personas", "", {"people": 20, "items": 30}, SMALL_WORLD, name="invented")
    return workspace.find_dataset(str(done(workspace, spec).made))


def labels(at: AppTest) -> set[str]:
    return {button.label for button in at.button}


def at_step(step: str, **choices: str) -> AppTest:
    return opened(SYNTHETIC, step=step, **choices)


def html(at: AppTest) -> str:
    return " ".join(part.body for part in at.get("html"))


def waiting(jobs: Jobs) -> Job:
    (job,) = (job for job in jobs.all() if job.is_active)
    return job


def test_without_any_data_only_personas_can_be_generated(jobs, workspace):
    at = opened(SYNTHETIC)
    assert at.selectbox(key="pick-from").options == ["No data: personas"]
    assert at.selectbox(key="pick-generator").options == ["Personas"]
    assert "Choose VAE sampler" not in labels(at)
    assert "It needs data to learn from" in html(at)
    for step, sentence in ((JUDGE, "Nobody has been generated yet"), (WORTH, "nothing real"), (USE, "Nobody has been")):
        at = at_step(step)
        assert sentence in said(at), step
    press(at, "Generate people")
    assert at.query_params["step"] == "Generate"


def test_what_is_asked_for_becomes_a_job(jobs, workspace):
    source = real(workspace)
    at = opened(SYNTHETIC, data=source.id)
    at.number_input(key="config-knobs-people").set_value(300).run()
    at.number_input(key="config-knobs-density").set_value(2.0).run()
    at.number_input(key="config-generator-probabilistic-rank").set_value(2).run()
    events = 300 * 2 * source.about["interactions"] * 0.8 / 40
    (told,) = (one.value for one in at.caption if one.value.startswith("300 people"))
    assert float(told.replace("\\", "").split()[-2].replace(",", "")) == pytest.approx(events, rel=0.25)
    press(at, "Generate")
    spec = waiting(jobs).spec
    assert isinstance(spec, SynthesizeSpec)
    assert (spec.dataset, spec.generator, spec.name) == (source.id, "probabilistic", "films by Probabilistic")
    assert (spec.knobs["people"], spec.knobs["density"], spec.settings["rank"]) == (300, 2.0, 2)
    assert "People by Probabilistic after films" in said(at)
    press(at, "Take out")
    assert not [job for job in jobs.all() if job.is_active]


def test_more_than_can_be_worked_on_is_refused_before_it_begins(jobs, workspace):
    source = real(workspace)
    at = opened(SYNTHETIC, data=source.id)
    at.session_state["settings-knobs"] = {"people": 10_000_000, "density": 20.0, "items": 1_000_000}
    at.run()
    assert not at.exception
    assert "a data set here has" in at.error[0].value.replace("\\", "")
    assert next(button for button in at.button if button.label == "Generate").disabled


def test_a_card_chooses_its_generator_and_whether_there_are_data(jobs, workspace):
    source = real(workspace)
    at = opened(SYNTHETIC, data=source.id)
    press(at, "Choose Personas")
    assert (at.query_params["from"], at.query_params["generator"]) == ("none", "personas")
    press(at, "Choose GAN")
    assert (at.query_params["from"], at.query_params["generator"]) == (source.id, "gan")


def test_personas_go_from_the_press_to_a_training(jobs, workspace):
    at = opened(SYNTHETIC)
    at.session_state["settings-knobs"] = {"people": 20, "items": 30}
    at.session_state["settings-generator-personas"] = dict(SMALL_WORLD)
    at.run()
    press(at, "Generate")
    job = jobs.claim_next()
    at.run()
    assert "People by Personas" in said(at)
    run_job(workspace, jobs, job)
    at.run()
    press(at, "See how good they are")
    card = workspace.find_dataset(str(jobs.find(job.id).made))
    assert (at.query_params["step"], at.query_params["made"]) == (JUDGE, card.id)
    assert "no real people whom these should be like" in said(at)
    assert "synthetic" in said(at)
    at = at_step(USE, made=card.id)
    assert "Open the impression log" in labels(at)
    assert not any("Add it to" in one.value for one in at.markdown)
    assert "synthesize - --generator personas --people 20 --items 30" in at.code[0].value
    press(at, "Open on Train")
    assert [title.value for title in at.title] == ["Train"]
    assert at.selectbox(key="pick-data").value == card.id


def test_generated_people_are_judged_beside_the_real_ones(jobs, workspace):
    card = generated(workspace, real(workspace))
    at = at_step(JUDGE, made=card.id)
    judgement = workspace.judgement(card.id)
    assert judgement is not None
    assert judgement.verdict()[0] in [one.value.replace("\\", "") for one in at.subheader]
    assert at.metric[0].value == f"{judgement.quality.score:.2f}"
    drawn = len(at.get("plotly_chart"))
    assert drawn == 1 + len(judgement.quality.aspects)
    for section in ("Copies and privacy", "Bias", "Where it is from"):
        at.segmented_control(key="pick-judged").set_value(section).run()
        assert not at.exception
        assert not at.error, section
    table = at.dataframe[0].value
    told = dict(zip(table["What"], table["Value"], strict=True))
    assert (told["Learned from"], told["Privacy"]) == ("films", "not bounded")
    assert "Items" not in told  # as many as there were: nothing was asked for


def test_who_collapsed_or_was_copied_is_said_first(jobs, workspace):
    card = generated(workspace, real(workspace))
    finding = asdict(Finding("error", "collapsed", "All of these people are alike."))
    about = card.about | {"findings": [finding]}
    write_card(workspace.root / "datasets" / card.id, about)
    with workspace.database.connect() as db:
        db.execute("UPDATE datasets SET about = ? WHERE id = ?", (json.dumps(about), card.id))
        db.execute("UPDATE jobs SET message = ?", (f"{finding['message']} 30 people were generated.",))
    for step in ("Generate", JUDGE, USE):
        at = opened(SYNTHETIC, step=step, made=card.id)
        assert [error.value.replace("\\", "") for error in at.error] == ["All of these people are alike."]
        assert "All of these people are alike." not in said(at)  # once is enough


def test_who_was_learned_with_noise_is_said_to_be_and_not_promised_again(jobs, workspace):
    card = generated(workspace, real(workspace))
    about = card.about | {"made": card.about["made"] | {"epsilon": 4.0}}
    with workspace.database.connect() as db:
        db.execute("UPDATE datasets SET about = ? WHERE id = ?", (json.dumps(about), card.id))
    at = at_step(USE, made=card.id)
    assert "Generated by Probabilistic after films, with differential privacy (ε = 4)." in said(at)
    assert "it generates other people, since its noise is drawn anew" in said(at)


def test_people_are_added_and_the_split_of_both_is_bound(jobs, workspace):
    source = real(workspace)
    card = generated(workspace, source)
    at = at_step(USE, made=card.id)
    press(at, "Add as a new version")
    both = workspace.find_dataset("films")
    assert (both.id, both.version, both.is_augmented) == (both.id, 2, True)
    assert "There is such a version: films@2" in said(at)
    assert "Add as a new version" not in labels(at)
    press(at, "Train on both")
    assert at.selectbox(key="pick-data").value == both.id
    at = opened(TRAIN, data=both.id)  # a page that is switched to by a press is forgotten at the next one
    assert at.selectbox(key=f"split-{both.id}").disabled
    assert "generator that learned from the training events" in said(at)
    press(at, "Start training")
    spec = waiting(jobs).spec
    assert isinstance(spec, TrainSpec)
    assert spec.split == SplitRecipe.model_validate(RANDOM.model_dump())


def test_whether_it_is_worth_it_is_asked_for_and_told(jobs, workspace):
    source = real(workspace)
    at = at_step(WORTH, data=source.id)
    assert "has not been measured yet" in said(at)
    at.session_state["settings-generator-probabilistic"] = dict(FEW)
    at.pills(key="worth-shares").set_value([1.0]).run()
    at.pills(key="worth-additions").set_value([0.5]).run()
    at.select_slider(key="worth-seeds").set_value(1).run()
    at.select_slider(key="worth-attacks").set_value(1).run()
    assert "About 3 trainings of EASE and 3 of Probabilistic" in said(at)
    press(at, "Measure whether it is worth it")
    job = waiting(jobs)
    assert isinstance(job.spec, WorthSpec)
    assert (job.spec.shares, job.spec.additions, job.spec.seeds, job.spec.attacks) == ((1.0,), (0.5,), (0,), 1)
    begun = jobs.claim_next()
    at.run()
    assert "The curves begin when every way was measured" in said(at)
    run_job(workspace, jobs, begun)
    at.run()
    assert not at.exception
    found = worth_of(workspace, jobs.find(job.id))
    first = found.verdict().split(". ")[0].removesuffix(".")
    assert f"{first}." in [one.value.replace("\\", "") for one in at.subheader]
    assert "One seed only" in said(at)
    assert "Can an attacker tell who was learned from?" in [one.value for one in at.subheader]


def test_generated_people_are_marked_wherever_they_are_named(jobs, workspace):
    source = real(workspace)
    card = generated(workspace, source)
    both = augment(workspace, source.id, card.id)
    for dataset in (card.id, both.id):
        done(workspace, TrainSpec(dataset=dataset, model="ease", split=RANDOM))
    names = set(opened(TRAIN, data=card.id).selectbox(key="pick-data").options)
    assert names == {"films@1", "films generated · synthetic", "films@2 · real + synthetic"}
    at = opened(DATA, data=card.id)
    assert "Generated by Probabilistic after films." in said(at)
    assert "See how good it is" in {link.label for link in at.get("page_link")}
    home = opened(HOME)
    assert {":violet-badge[:material/science: synthetic]", ":violet-badge[:material/science: real + synthetic]"} <= {
        one.value for one in home.markdown
    }
    runs = opened(RECOMMENDATIONS).selectbox(key="pick-run").options
    assert {one.split(" · ", 1)[1].rsplit(" · ", 1)[0] for one in runs} == {
        "films generated · synthetic",
        "films · real + synthetic",
    }
    splits = opened(COMPARE).selectbox(key="pick-split").options
    assert sum("· synthetic ·" in one for one in splits) == 1
    assert sum("· real + synthetic ·" in one for one in splits) == 1


def test_whoever_comes_with_generated_people_finds_what_they_are_from(jobs, workspace):
    first, other = real(workspace), keep(workspace, camps("books", 30, seed=3))
    card = generated(workspace, first)
    both, later = augment(workspace, first.id, card.id), generated(workspace, first, people=31)
    for data, shown in ((card.id, card.id), (later.id, later.id), (both.id, later.id), (first.id, later.id)):
        at = opened(SYNTHETIC, data=data, step=JUDGE)
        assert at.selectbox(key="pick-from").value == first.id
        assert at.selectbox(key="pick-made").value == shown
    assert set(at.selectbox(key="pick-from").options) == {"films", "books", "No data: personas"}
    assert "Nobody has been generated from it" in said(opened(SYNTHETIC, data=other.id, step=JUDGE))


def test_a_link_to_generated_people_leads_to_what_they_are_from(jobs, workspace):
    card = generated(workspace, real(workspace))
    other = keep(workspace, camps("books", 30, seed=3))
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
    at.session_state["kept-from"] = other.id
    at.query_params["made"], at.query_params["step"] = card.id, JUDGE
    at.switch_page(str(ROOT / SYNTHETIC.path)).run()
    assert not at.exception
    assert at.selectbox(key="pick-made").value == card.id


def test_people_whose_data_are_gone_can_still_be_judged_and_used(jobs, workspace):
    source = real(workspace)
    card = generated(workspace, source)
    workspace.delete_dataset(source.id)
    at = at_step(JUDGE, made=card.id)
    assert at.selectbox(key="pick-from").value == "none"
    assert at.metric[0].label == "Likeness"
    at = at_step(USE, made=card.id)
    assert "was deleted or changed" in at.error[0].value


def test_generated_people_are_deleted_once_somebody_is_sure(jobs, workspace):
    card = generated(workspace, real(workspace))
    at = at_step(USE, made=card.id)
    at.checkbox(key=f"sure-{card.id}").check().run()
    press(at, "Delete")
    assert card.id not in {one.id for one in workspace.datasets()}
    assert "Nobody has been generated from it" in said(at)
