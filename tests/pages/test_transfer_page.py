"""Transfer: a source chosen, what is the same put right by hand, a plan trained, and the evidence told."""

import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.shared.nav import TRAIN, TRANSFER
from recsys_core.runs.cards import RunCard
from recsys_core.runs.jobs import Job, Jobs, TrainSpec, TransferFrom, TransferSpec
from recsys_core.runs.store import Workspace
from recsys_core.runs.training_job import run_job
from recsys_core.runs.transfer_job import evidence_of, transfer_spec
from recsys_core.transfer.evidence import Evidence, Failure
from recsys_core.transfer.plan import Way
from tests.pages.test_train_page import opened, press, said
from tests.runs.builders import keep
from tests.runs.transfer_worlds import FEW, RANDOM, films, foreign, series, trained, transferred
from tests.transfer.evidences import evidence, until_there_are_enough

PLAN, EVIDENCE = "What and how", "Evidence"


def labels(at: AppTest) -> set[str]:
    return {button.label for button in at.button}


def at_step(step: str, source: RunCard, target: str) -> AppTest:
    return opened(TRANSFER, data=target, source=source.id, step=step)


def waiting(jobs: Jobs) -> Job:
    (job,) = (job for job in jobs.all() if job.is_active)
    return job


def test_without_other_data_the_page_says_what_to_do(jobs, workspace):
    at = opened(TRANSFER)
    assert "There is no data set yet" in said(at)
    target = keep(workspace, series())
    at = opened(TRANSFER, data=target.id)
    assert "There is nothing to start from yet" in said(at)
    assert {"Add a data set", "Train a model"} <= {link.label for link in at.get("page_link")}


def test_a_source_is_chosen_and_stays_in_the_address(jobs, workspace):
    source = trained(workspace, films())
    popularity = trained(workspace, films(), "popularity")
    target = keep(workspace, series())
    at = opened(TRANSFER, data=target.id)
    assert "Which model should it start from?" in said(at)
    assert any("ft-track" in html.body for html in at.get("html"))
    assert popularity.title in said(at), "what cannot be a source is told with its reason"
    later = trained(workspace, films(), "item_knn")
    at.run()
    assert later.title in said(at)
    at.button(key=f"choose-source-{source.id}").click().run()
    assert not at.exception
    assert at.query_params["source"] == source.id
    assert at.query_params["step"] == PLAN
    assert at.query_params["data"] == target.id
    assert "What is the same" in [one.value for one in at.subheader]


def test_a_source_that_is_gone_or_learned_from_these_data_is_forgotten(jobs, workspace):
    source = trained(workspace, films())
    at = at_step(PLAN, source, source.dataset)
    assert "No source is chosen yet" in said(at)
    target = keep(workspace, series())
    workspace.delete_run(source.id)
    at = at_step(PLAN, source, target.id)
    assert "No source is chosen yet" in said(at)
    at = at_step(EVIDENCE, source, target.id)
    assert "No source is chosen yet" in said(at)
    press(at, "Choose a source")
    assert at.query_params["step"] == "Source"


def test_a_plan_is_trained_with_what_was_said_by_hand(jobs, workspace):
    source = trained(workspace, films(), "mf", settings=FEW)
    target = keep(workspace, series())
    at = at_step(PLAN, source, target.id)
    assert [one.value for one in at.metric] == ["20", "0"]
    assert "Proposed:" in said(at)
    ways = next(radio for radio in at.radio if radio.label == "Way")
    assert Way.MAPPED not in ways.options
    assert "share no people" in said(at), "why a way does not fit"
    ways.set_value(Way.FULL).run()
    at.select_slider(key=f"pull-{source.id}-{target.id}-{Way.FULL}").set_value(0.3).run()
    at.session_state[f"pairs-{_key(source, target.id)}"] = {"i0": ""}
    at.run()
    assert [one.value for one in at.metric] == ["19", "0"]
    press(at, "Train with this plan")
    spec = waiting(jobs).spec
    assert isinstance(spec, TrainSpec)
    assert spec.transfer is not None
    assert (spec.transfer.run, spec.transfer.pairs) == (source.id, {"i0": ""})
    assert (spec.transfer.plan.way, spec.transfer.plan.pull) == (Way.FULL, 0.3)
    assert spec.settings["epochs"] == FEW["epochs"]
    assert "from films on series" in said(at)


def _key(source: RunCard, target: str) -> str:
    return f"{source.about['passport']['dataset']['fingerprint'][:12]}-{target}"


def test_items_are_matched_by_hand_and_all_of_it_is_undone(jobs, workspace):
    source, target = trained(workspace, films(), "content"), keep(workspace, foreign())
    at = at_step(PLAN, source, target.id)
    assert "No item was found in both" in said(at)
    key = _key(source, target.id)
    at.session_state[f"hand-{key}"] = True
    at.run()
    at.selectbox(key=f"ours-{key}").set_value(3).run()
    at.selectbox(key=f"theirs-{key}").set_value(5).run()
    at.button(key=f"pair-{key}").click().run()
    assert not at.exception
    assert at.session_state[f"pairs-{key}"] == {str(workspace.load_dataset(target.id).item_ids.values[3]): "i5"}
    assert at.metric[0].value == "1"
    assert "1 by hand" in said(at)
    press(at, "Undo all 1 by hand")
    assert at.metric[0].value == "0"


def test_what_shares_nothing_and_reads_nothing_is_refused_in_words(jobs, workspace):
    source, target = trained(workspace, films()), keep(workspace, foreign())
    at = at_step(PLAN, source, target.id)
    assert "Nothing of this model can be carried over" in said(at)
    assert "Train with this plan" not in labels(at)


def test_a_measurement_is_asked_for_and_told(jobs, workspace):
    source, target = trained(workspace, films()), keep(workspace, series(60))
    at = at_step(PLAN, source, target.id)
    at.pills(key="transfer-shares").set_value([0.0, 1.0]).run()
    at.select_slider(key="transfer-seeds").set_value(1).run()
    press(at, "Measure whether it pays")
    assert at.query_params["step"] == EVIDENCE
    job = waiting(jobs)
    assert isinstance(job.spec, TransferSpec)
    assert (job.spec.shares, job.spec.seeds) == ((0.0, 1.0), (0,))
    assert "Does it pay? EASE from films on series" in said(at)
    begun = jobs.claim_next()
    at.run()
    assert "The curves begin when all four ways were measured" in said(at)
    run_job(workspace, jobs, begun)
    at.run()
    assert not at.exception
    found = evidence_of(workspace, jobs.find(job.id))
    assert found.verdict() in " ".join(one.value for one in at.subheader).replace("\\", "")
    assert "One seed only" in said(at)
    assert "Who gains, who loses?" in [one.value for one in at.subheader]
    at.segmented_control(key="pick-transfer-figure").set_value("Recall@10").run()
    assert found.verdict("recall@10") in " ".join(one.value for one in at.subheader).replace("\\", "")
    assert "Does it pay? EASE" in said(opened(TRAIN))


def shown_with(monkeypatch, workspace: Workspace, found: Evidence, seeds: int = 2) -> AppTest:
    """The last step with evidence that a test made, of a job that ended at once."""
    source, target = trained(workspace, films()), keep(workspace, series(60))
    start = TransferFrom(run=source.id)
    spec = transfer_spec(workspace, target.id, start, RANDOM, shares=[0.0, 0.1, 1.0], seeds=range(seeds))
    job = Jobs(workspace.database).submit(spec)
    Jobs(workspace.database).stop(job.id)
    monkeypatch.setattr("recsys_core.runs.transfer_job.evidence_of", lambda workspace, job: found)
    return at_step(EVIDENCE, source, target.id)


def test_harm_is_an_alarm_and_the_curve_says_where_it_pays(jobs, workspace, monkeypatch):
    found = evidence(until_there_are_enough, curve=lambda arm: ((0.5, 0.1), (1.0, 0.2)) if arm != "ease" else ())
    assert found.harms() == [1.0]
    at = shown_with(monkeypatch, workspace, found)
    assert "It does harm with 4,000 events" in at.error[0].value.replace("\\", "")
    assert "The transfer leads by NDCG@10 up to about" in said(at)
    assert "as good after" in said(at), "how soon it is good"
    table = next(one.value for one in at.dataframe if "Best other way" in one.value)
    assert list(table["Data"]) == ["0 %", "10 %", "100 %"]
    assert table["Lead over from scratch"][1].startswith("+0.2")
    assert "Everything as JSON" in {one.label for one in at.get("download_button")}


def test_a_help_everywhere_is_no_alarm(jobs, workspace, monkeypatch):
    at = shown_with(monkeypatch, workspace, evidence(lambda arm, share: 0.3 * (arm == "transfer")))
    assert not at.error
    assert "leads by NDCG@10 even with 4,000 events" in said(at)


def test_what_was_measured_stays_when_the_source_is_deleted(jobs, workspace, monkeypatch):
    at = shown_with(monkeypatch, workspace, evidence(until_there_are_enough))
    source = at.query_params["source"]
    workspace.delete_run(source)
    st.cache_resource.clear()  # as after the next start
    (target,) = (card for card in workspace.datasets() if card.name == "series")
    at = opened(TRANSFER, data=target.id, source=source, step=EVIDENCE)
    assert "a deleted model" in said(at)
    assert "The transfer leads by NDCG@10 up to about" in said(at)
    assert "perhaps it was deleted" in " ".join(one.value for one in at.error), "why nobody can say who gains"


def test_a_measurement_is_forgotten(jobs, workspace, monkeypatch):
    at = shown_with(monkeypatch, workspace, evidence(until_there_are_enough))
    press(at, "Forget this measurement")
    assert not any(isinstance(job.spec, TransferSpec) for job in jobs.all())
    assert "has not been measured yet" in said(at)
    press(at, "Choose what to measure")
    assert at.query_params["step"] == PLAN


def test_a_measurement_that_came_to_nothing_says_so(jobs, workspace, monkeypatch):
    at = shown_with(monkeypatch, workspace, Evidence([], [Failure("transfer", 0.1, 0, "It ran out of memory.")]))
    assert "Nothing was measured to the end" in said(at)
    assert "Taken out of the queue." in said(at)
    assert "Resume" in labels(at)
    assert "Transfer, 10 % of the data, seed 0: It ran out of memory." in said(at)


def test_the_card_of_a_run_by_transfer_says_where_it_is_from(jobs, workspace):
    source, target = trained(workspace, films()), keep(workspace, series())
    transferred(workspace, source, target.id)
    at = opened(TRAIN)
    assert "From EASE on films: as it is, calibrated. In both: 20 items." in said(at)
    assert "EASE from films on series" in said(at)
    workspace.delete_run(source.id)
    assert "EASE from a deleted model on series" in said(opened(TRAIN))
